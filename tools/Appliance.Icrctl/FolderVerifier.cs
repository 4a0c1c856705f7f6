using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;
using Appliance.Journal;
using Appliance.Wire;

namespace Appliance.Icrctl;

/// <summary>What <c>icrctl verify</c> found in a folder.</summary>
internal sealed record FolderVerdict
{
    [JsonIgnore]
    public long Frames { get; set; }

    public bool IsWhole { get; set; }

    public int Epochs { get; set; }

    public long Batches { get; set; }

    public long Rows { get; set; }

    /// <summary>Sections opened, decoded, and their roots recomputed.</summary>
    public long SectionsOpened { get; set; }

    /// <summary>Sections for which no day key was given.</summary>
    public long SectionsSealed { get; set; }

    public long MissingBatches { get; set; }

    public long MissingEpochs { get; set; }

    /// <summary>What is wrong, one line each, with its place.</summary>
    public List<string> Problems { get; } = [];

    /// <summary>What is as a cut leaves it and was told by the next start; nothing of it was ever promised.</summary>
    public List<string> Notes { get; } = [];

    /// <summary>Torn frames that no later epoch statement has spoken of yet.</summary>
    [JsonIgnore]
    public List<string> Untold { get; } = [];

    public string ToText()
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"epochs {Epochs}, batches {Batches:N0}, rows {Rows:N0}\n");
        text.Append(
            CultureInfo.InvariantCulture,
            $"sections opened and recomputed {SectionsOpened:N0}, without a key {SectionsSealed:N0}\n");
        foreach (string problem in Notes.Concat(Problems))
        {
            text.Append(problem).Append('\n');
        }

        return text.Append(IsWhole ? "whole: nothing is missing, nothing was changed" : "NOT WHOLE").ToString();
    }
}

/// <summary>
/// Reads a folder as the journal left it and holds every object against the device's key, the chain, and, where day
/// keys are there, the rows themselves. The same checks that the store makes.
/// </summary>
internal static class FolderVerifier
{
    private const int LatestDay = int.MaxValue;

    /// <param name="reader">The folder.</param>
    /// <param name="keys">At least the device's public key.</param>
    /// <param name="progress">Told bytes read and in all.</param>
    public static FolderVerdict Run(JournalReader reader, KeySet keys, Action<long, long>? progress = null)
    {
        FolderVerdict verdict = new();
        ChainVerifier chain = new(keys.DeviceKey, new ReaderRules(keys.Device, keys.Notice, LatestDay));
        RowReader rows = new();
        BatchOpener opener = new(keys.Recipients, rows.Canon);
        foreach (JournalFrame frame in reader.Frames())
        {
            verdict.Frames++;
            Take(frame, chain, opener, verdict);
            progress?.Invoke(reader.BytesRead, reader.BytesTotal);
        }

        ChainReport report = chain.Finish();
        verdict.Epochs = report.Epochs;
        verdict.MissingBatches = report.MissingBatches;
        verdict.MissingEpochs = report.MissingEpochs;
        if (report.MissingBatches + report.MissingEpochs > 0)
        {
            verdict.Problems.Add($"missing: {report.MissingBatches} batches, {report.MissingEpochs} epochs");
        }

        verdict.Problems.AddRange(verdict.Untold);
        verdict.IsWhole = verdict.Problems.Count == 0 && report.IsWhole;
        return verdict;
    }

    private static void Take(JournalFrame frame, ChainVerifier chain, BatchOpener opener, FolderVerdict verdict)
    {
        if (frame.Verdict != FrameVerdict.Whole)
        {
            List<string> list = frame.Verdict == FrameVerdict.Torn ? verdict.Untold : verdict.Problems;
            list.Add(Line(frame, $"{frame.Verdict.ToString().ToLowerInvariant()}: {frame.Why}"));
            return;
        }

        VerifiedBatch? batch = null;
        Refusal refusal = frame.Label.Kind switch
        {
            FrameKind.EpochStatement => AddEpoch(frame, chain, verdict),
            FrameKind.Batch => chain.AddBatch(frame.Payload, out batch),
            FrameKind.Checkpoint => chain.AddCheckpoint(frame.Payload),
            _ => Refusal.None,
        };
        if (refusal != Refusal.None)
        {
            verdict.Problems.Add(Line(frame, $"{refusal.Name()}: {refusal.Sentence()}"));
        }

        if (batch is not null)
        {
            Open(frame, batch, opener, verdict);
        }
    }

    // Each segment begins with a copy: where an earlier segment was freed it is the only statement left.
    private static Refusal AddEpoch(JournalFrame frame, ChainVerifier chain, FolderVerdict verdict)
    {
        Refusal refusal = chain.AddEpoch(frame.Payload);
        if (refusal == Refusal.None && verdict.Untold.Count > 0)
        {
            // This start found the torn tail, discarded it, and says so in the statement.
            verdict.Notes.AddRange(verdict.Untold);
            verdict.Untold.Clear();
        }

        return frame.IsCopy && refusal == Refusal.Replayed ? Refusal.None : refusal;
    }

    private static void Open(JournalFrame frame, VerifiedBatch batch, BatchOpener opener, FolderVerdict verdict)
    {
        verdict.Batches++;
        verdict.Rows += batch.Manifest.Rows;
        foreach (SectionEntry section in batch.Manifest.Sections)
        {
            Refusal refusal = opener.TryOpen(batch, section.Number, out _);
            if (refusal == Refusal.NoKey)
            {
                verdict.SectionsSealed++;
            }
            else if (refusal == Refusal.None)
            {
                verdict.SectionsOpened++;
            }
            else
            {
                verdict.Problems.Add(
                    Line(frame, $"section {section.Number}: {refusal.Name()}: {refusal.Sentence()}"));
            }
        }
    }

    private static string Line(JournalFrame frame, string words)
    {
        string what = $"{frame.Label.Kind} {frame.Label.Epoch}/{frame.Label.Sequence}";
        return $"segment {frame.Place.Segment} at {frame.Place.Offset}, {what}: {words}";
    }

    /// <summary>Decodes a section into canonical rows, whose root the opener then recomputes.</summary>
    private sealed class RowReader
    {
        private readonly RowBatch rows = new();
        private readonly RowDecoder decoder = new();
        private readonly RowCanon canon = new();

        public CanonRows? Canon(byte section, ReadOnlyMemory<byte> columns)
        {
            rows.Clear();
            return decoder.TryDecode(section, columns.Span, rows, out _) ? canon.Write(rows, section) : null;
        }
    }
}
