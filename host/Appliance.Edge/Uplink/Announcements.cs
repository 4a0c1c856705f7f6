using Appliance.Journal;

namespace Appliance.Edge.Uplink;

/// <summary>One statement or checkpoint to be published, by its place on flash.</summary>
internal readonly record struct Announcement(FrameKind Kind, uint Epoch, FramePlace Place);

/// <summary>
/// What is to be published on the topic <c>epoch</c>: the statement of every run on flash, once, and the newest
/// checkpoint of each. A store cannot judge a batch before it has the statement of its epoch.
/// </summary>
internal sealed class Announcements
{
    private readonly Lock gate = new();
    private readonly SortedDictionary<uint, Run> runs = [];

    /// <summary>A statement or checkpoint is durable; the newest place of each counts.</summary>
    public void Note(FrameLabel label, FramePlace place)
    {
        lock (gate)
        {
            if (!runs.TryGetValue(label.Epoch, out Run? run))
            {
                runs.Add(label.Epoch, run = new Run());
            }

            if (label.Kind == FrameKind.EpochStatement)
            {
                run.Statement = place;
            }
            else if (run.Checkpoint is not { } known || IsBefore(known, place))
            {
                run.Checkpoint = place;
                run.CheckpointPhase = Phase.Due;
            }
        }
    }

    /// <summary>What is to be published now, oldest run first, a statement before its checkpoint.</summary>
    public List<Announcement> Due()
    {
        List<Announcement> due = [];
        lock (gate)
        {
            foreach ((uint epoch, Run run) in runs)
            {
                if (run is { Statement: { } statement, StatementPhase: Phase.Due })
                {
                    due.Add(new Announcement(FrameKind.EpochStatement, epoch, statement));
                }

                if (run is { Checkpoint: { } checkpoint, CheckpointPhase: Phase.Due })
                {
                    due.Add(new Announcement(FrameKind.Checkpoint, epoch, checkpoint));
                }
            }
        }

        return due;
    }

    /// <summary>The statement of a run; false where no place of it is known.</summary>
    public bool TryStatement(uint epoch, out Announcement statement)
    {
        lock (gate)
        {
            bool isThere = runs.TryGetValue(epoch, out Run? run) && run.Statement is not null;
            statement = isThere ? new Announcement(FrameKind.EpochStatement, epoch, run!.Statement!.Value) : default;
            return isThere;
        }
    }

    /// <summary>The broker has it; whether a store has heard it shows when that store receipts a later batch.</summary>
    public void Published(Announcement announcement)
    {
        lock (gate)
        {
            Run run = runs[announcement.Epoch];
            if (announcement.Kind == FrameKind.EpochStatement)
            {
                run.StatementPhase = run.StatementPhase == Phase.Due ? Phase.Published : run.StatementPhase;
            }
            else if (run.Checkpoint == announcement.Place)
            {
                run.CheckpointPhase = Phase.Published;
            }
        }
    }

    /// <summary>
    /// A batch of this run has its receipt: the store had heard the statements up to it, which were published before.
    /// </summary>
    public void Confirm(uint epoch)
    {
        lock (gate)
        {
            foreach ((uint number, Run run) in runs)
            {
                if (number <= epoch && run.StatementPhase == Phase.Published)
                {
                    run.StatementPhase = Phase.Heard;
                }

                if (number < epoch && run.CheckpointPhase == Phase.Published)
                {
                    run.CheckpointPhase = Phase.Heard;
                }
            }
        }
    }

    /// <summary>It is gone from flash: every batch beside it was receipted, so the store has heard it.</summary>
    public void Gone(Announcement announcement)
    {
        lock (gate)
        {
            Run run = runs[announcement.Epoch];
            if (announcement.Kind == FrameKind.EpochStatement)
            {
                run.StatementPhase = Phase.Heard;
            }
            else
            {
                run.CheckpointPhase = Phase.Heard;
            }
        }
    }

    /// <summary>What no store is known to have heard is to be published again.</summary>
    public void Again()
    {
        lock (gate)
        {
            foreach (Run run in runs.Values)
            {
                run.StatementPhase = run.StatementPhase == Phase.Published ? Phase.Due : run.StatementPhase;
                run.CheckpointPhase = run.CheckpointPhase == Phase.Published ? Phase.Due : run.CheckpointPhase;
            }
        }
    }

    private static bool IsBefore(FramePlace one, FramePlace other) =>
        (one.Segment, one.Offset).CompareTo((other.Segment, other.Offset)) < 0;

    private enum Phase
    {
        Due,
        Published,
        Heard,
    }

    private sealed class Run
    {
        public FramePlace? Statement { get; set; }

        public Phase StatementPhase { get; set; }

        public FramePlace? Checkpoint { get; set; }

        public Phase CheckpointPhase { get; set; }
    }
}
