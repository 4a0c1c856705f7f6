using Appliance.Journal;
using Appliance.Simulation.Flash;

namespace Appliance.Simulation.Journal;

/// <summary>
/// A run of the journal with every operation in it: two starts, commits of one and of several frames, rollovers,
/// preparation, freeing with reuse, expiry, close. It notes what was promised, so that a test can judge what is left.
/// </summary>
internal sealed class JournalScenario(int seed)
{
    public static readonly JournalOptions Options = new() { SegmentBytes = 32 << 10 };

    private readonly Random random = new(seed);
    private readonly List<FrameLabel> waiting = [];

    /// <summary>Every payload that was ever appended, by label.</summary>
    public Dictionary<FrameLabel, byte[]> Appended { get; } = [];

    /// <summary>Labels that a commit said are durable and that were not freed since, in the order of writing.</summary>
    public List<FrameLabel> Promised { get; } = [];

    /// <summary>Runs it all, or until the power goes.</summary>
    public void Run(SimulatedFlash flash)
    {
        uint epoch = 1;
        for (int start = 0; start < 2; start++, epoch++)
        {
            JournalWriter writer = JournalWriter.Open(flash, Options, out _);
            Append(writer, new FrameLabel(FrameKind.EpochStatement, epoch, 0), 300);
            Commit(writer);
            RunBatches(writer, epoch);
            Free(writer, epoch, below: 3);
            RunBatches(writer, epoch + 1000);
            Expire(writer, start == 0 ? 0u : epoch);
            writer.Close(keepBlank: start == 0);
        }
    }

    /// <summary>One more start on what is left: recovery, an epoch, a batch.</summary>
    public void RunAgain(SimulatedFlash flash, out RecoveryReport report)
    {
        waiting.Clear(); // What the power cut out of the program's memory.
        JournalWriter writer = JournalWriter.Open(flash, Options, out report);
        Append(writer, new FrameLabel(FrameKind.EpochStatement, report.EpochNext, 0), 200);
        Append(writer, new FrameLabel(FrameKind.Batch, report.EpochNext, 0, report.EpochNext, 1), 5000);
        Commit(writer);
        writer.Close();
    }

    private void RunBatches(JournalWriter writer, uint epochOrMore)
    {
        uint epoch = epochOrMore % 1000;
        uint first = epochOrMore > 1000 ? 6u : 0u;
        for (uint sequence = first; sequence < first + 6; sequence++)
        {
            Append(writer, new FrameLabel(FrameKind.Batch, epoch, sequence, epoch, 10), random.Next(1, 14_000));
            if (sequence % 2 == 1)
            {
                Append(writer, new FrameLabel(FrameKind.Checkpoint, epoch, sequence), 150);
                Append(writer, new FrameLabel(FrameKind.Receipt, epoch, sequence - 1), 200);
            }

            Commit(writer);
            if (sequence % 3 == 0)
            {
                writer.Prepare();
            }
        }
    }

    private void Append(JournalWriter writer, FrameLabel label, int bytes)
    {
        byte[] payload = new byte[bytes];
        random.NextBytes(payload);
        Appended[label] = payload;
        waiting.Add(label);
        writer.Append(label, payload);
    }

    private void Commit(JournalWriter writer)
    {
        if (writer.Commit() == CommitState.Durable)
        {
            Promised.AddRange(waiting);
            waiting.Clear();
        }
    }

    // What may be freed is not promised any more from here on, whether or not the cut comes before it is gone.
    private void Free(JournalWriter writer, uint epoch, uint below)
    {
        Promised.RemoveAll(label => label.Epoch < epoch || (label.Epoch == epoch && label.Sequence < below));
        writer.Free((e, s) => e < epoch || (e == epoch && s < below));
    }

    private void Expire(JournalWriter writer, uint day)
    {
        Promised.RemoveAll(label => label.Epoch < day);
        writer.Expire(day);
    }
}
