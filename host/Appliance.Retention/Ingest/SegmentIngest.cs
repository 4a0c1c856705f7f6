using Appliance.Journal;
using Appliance.Wire;

namespace Appliance.Retention.Ingest;

/// <summary>What taking in a folder of segments came to.</summary>
internal sealed class IngestReport
{
    public long Stored { get; set; }

    public long Duplicates { get; set; }

    public long Refused { get; set; }

    public long Waiting { get; set; }

    /// <summary>Epoch statements and checkpoints taken or known.</summary>
    public long Statements { get; set; }

    /// <summary>Stretches of the segments that are not what was written.</summary>
    public long Damaged { get; set; }

    public long Records { get; set; }

    public long Bytes { get; set; }

    /// <summary>True where everything in the folder is in the store now.</summary>
    public bool IsWhole => Refused + Waiting + Damaged == 0;
}

/// <summary>
/// Takes a folder of journal segments into the store: in the lab, and where a box is carried in because no line holds.
/// What is in the store already is passed over. Everything wrong is said, one line each, and the rest goes on.
/// </summary>
internal sealed class SegmentIngest(StoreWriter writer, Action<string> complain, Action<long, long> progress)
{
    private readonly List<string> places = [];
    private readonly IngestReport report = new();

    /// <summary>Takes in all frames, in the order of their writing.</summary>
    public IngestReport Run(JournalReader journal)
    {
        Settle();
        int waiting = 0;
        foreach (JournalFrame frame in journal.Frames())
        {
            if (Take(frame) && ++waiting % StoreLimits.CommitBatchesMax == 0)
            {
                Settle();
            }

            progress(journal.BytesRead, journal.BytesTotal);
        }

        Settle();
        return report;
    }

    private bool Take(JournalFrame frame)
    {
        string place = $"segment {frame.Place.Segment} at {frame.Place.Offset}";
        if (frame.Verdict == FrameVerdict.Whole)
        {
            return Take(frame, place);
        }

        // A torn frame is of a commit that was not finished: nobody was ever told that it is kept.
        if (frame.Verdict != FrameVerdict.Torn)
        {
            report.Damaged++;
            complain($"{place}: {frame.Why}; restore it from a copy");
        }

        return false;
    }

    private bool Take(JournalFrame frame, string place)
    {
        switch (frame.Label.Kind)
        {
            case FrameKind.Batch:
                report.Bytes += frame.Payload.Length;
                writer.AddBatch(frame.Payload, place);
                return true;
            case FrameKind.EpochStatement or FrameKind.Checkpoint:
                writer.AddStatement(frame.Payload, place);
                return true;
            default:
                return false;
        }
    }

    private void Settle()
    {
        foreach (Outcome outcome in writer.Commit())
        {
            Count(outcome);
        }
    }

    private void Count(Outcome outcome)
    {
        switch (outcome.Kind)
        {
            case OutcomeKind.Stored:
                report.Stored++;
                report.Records += outcome.Rows;
                break;
            case OutcomeKind.Duplicate:
                report.Duplicates++;
                break;
            case OutcomeKind.Noted:
                report.Statements++;
                break;
            case OutcomeKind.Waiting:
                report.Waiting++;
                complain($"{outcome.Topic}: batch waits for the statement of its epoch, which is not in this folder");
                break;
            default:
                report.Refused++;
                complain($"{outcome.Topic}: refused: {outcome.Reason.Sentence()}");
                break;
        }
    }
}
