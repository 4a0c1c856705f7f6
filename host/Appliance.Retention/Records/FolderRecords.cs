using Appliance.Journal;
using Appliance.Retention.Archive;
using Appliance.Wire;

namespace Appliance.Retention.Records;

/// <summary>
/// Walks a folder of segments through the chain rules and prints what opens. What does not is said, one line each, and
/// the rest is printed all the same: the caller learns from the result that it is not the whole.
/// </summary>
internal sealed class FolderRecords(KeySet keys, Action<string> complain)
{
    private readonly ChainVerifier chain = new(
        keys.DeviceKey, new ReaderRules(keys.Device, keys.Notice, LatestDay: int.MaxValue));

    private readonly RowOpener opener = new(keys.Recipients, passesKeyless: true);
    private readonly string device = keys.Device.ToString();
    private bool whole = true;

    /// <summary>True where every record that was ever durable here is printed.</summary>
    public bool Print(JournalReader journal, RecordPrinter printer)
    {
        foreach (JournalFrame frame in journal.Frames())
        {
            // A torn frame is of a commit that was not finished: nobody was ever told that it is kept.
            if (frame.Verdict == FrameVerdict.Whole)
            {
                Take(frame, printer);
            }
            else if (frame.Verdict != FrameVerdict.Torn)
            {
                Complain($"segment {frame.Place.Segment} at {frame.Place.Offset}: {frame.Why}; restore it from a copy");
            }
        }

        printer.Finish();
        SayWhatIsMissing();
        return whole;
    }

    private void Take(JournalFrame frame, RecordPrinter printer)
    {
        switch (frame.Label.Kind)
        {
            case FrameKind.EpochStatement:
                Refusal refusal = chain.AddEpoch(frame.Payload);
                // Each segment begins with a copy of its epoch's statement.
                Judge(frame, "epoch statement", refusal == Refusal.Replayed && frame.IsCopy ? Refusal.None : refusal);
                break;
            case FrameKind.Batch:
                Judge(frame, "batch", Open(frame, printer));
                break;
            case FrameKind.Checkpoint:
                Judge(frame, "checkpoint", chain.AddCheckpoint(frame.Payload));
                break;
        }
    }

    private Refusal Open(JournalFrame frame, RecordPrinter printer)
    {
        Refusal refusal = chain.AddBatch(frame.Payload, out VerifiedBatch? batch);
        if (batch is null)
        {
            return refusal;
        }

        refusal = opener.TryOpen(batch, SectionSet.Both, out RowBatch rows, out _);
        if (refusal == Refusal.None)
        {
            printer.Add(rows, device, batch.Manifest.Epoch.Number, batch.Manifest.Sequence);
        }

        return refusal;
    }

    private void Judge(JournalFrame frame, string what, Refusal refusal)
    {
        if (refusal is not (Refusal.None or Refusal.Swapped))
        {
            Complain(
                $"segment {frame.Place.Segment} at {frame.Place.Offset}: {what} refused: {refusal.Sentence()}; "
                + "its records are not printed");
        }
    }

    private void SayWhatIsMissing()
    {
        ChainReport report = chain.Finish();
        if (report.MissingBatches + report.MissingEpochs > 0)
        {
            Complain(
                $"{report.MissingBatches} batches and {report.MissingEpochs} epochs that were written are not in this "
                + "folder; look for segments that were moved or freed");
        }

        if (opener.SectionsWithoutKey > 0)
        {
            Complain(
                $"no key for {opener.SectionsWithoutKey} sections, so their fields are empty; give a key set that "
                + "has their days");
        }
    }

    private void Complain(string sentence)
    {
        whole = false;
        complain(sentence);
    }
}
