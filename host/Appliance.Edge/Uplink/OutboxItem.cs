using Appliance.Journal;
using Appliance.Wire;

namespace Appliance.Edge.Uplink;

/// <summary>A batch that has no receipt: where it lies, not its bytes.</summary>
internal sealed class OutboxItem(Position position, FramePlace place, long writtenUtcUs)
{
    public Position Position { get; } = position;

    public FramePlace Place { get; } = place;

    /// <summary>When its newest record was made, or when it was committed; UTC microseconds.</summary>
    public long WrittenUtcUs { get; } = writtenUtcUs;

    /// <summary>Id of the batch; the default until its bytes were read.</summary>
    public Hash32 Id { get; set; }

    /// <summary>Monotonic milliseconds of the last sending.</summary>
    public long SentMs { get; set; }
}

/// <summary>What became of a receipt that verified.</summary>
internal enum Settlement
{
    /// <summary>The batch is off the box's hands.</summary>
    Receipted,

    /// <summary>The store will not have it.</summary>
    Refused,

    /// <summary>The store lacks something that it gets by itself: the batch is sent again later.</summary>
    Later,

    /// <summary>Of a batch that was receipted before, or that this run never sent.</summary>
    Repeated,

    /// <summary>It names another batch than the one at this position here.</summary>
    OtherId,
}

/// <summary>Counts of the outbox at one moment; not whole while flash holds what was not counted yet.</summary>
internal readonly record struct OutboxTotals(
    long Batches, long Bytes, int InFlight, long OldestUtcUs, long Receipted, long Refused, long Unreadable,
    long Resent, bool IsWhole);
