namespace Appliance.Journal;

/// <summary>What the reader says about one stretch of a segment.</summary>
public enum FrameVerdict
{
    /// <summary>Written whole and unchanged.</summary>
    Whole,

    /// <summary>Of the last commit, which was not finished: it was never promised, and recovery discards it.</summary>
    Torn,

    /// <summary>Was durable once and is not what was written any more.</summary>
    Rotted,

    /// <summary>
    /// Not of this segment or not of a known version or kind: a file under a wrong name, or a later program's.
    /// </summary>
    Foreign,
}

/// <summary>Where a frame lies.</summary>
/// <param name="Segment">Number of the segment.</param>
/// <param name="Offset">First byte of the frame's header in the segment.</param>
/// <param name="Length">Bytes of the payload.</param>
public readonly record struct FramePlace(ulong Segment, long Offset, int Length);

/// <summary>
/// One frame as the reader found it. <see cref="Payload"/> is empty unless the verdict is whole; the label of a bad
/// frame is the default where its header could not be read.
/// </summary>
/// <param name="Verdict">Whether it may be used.</param>
/// <param name="Label">Kind, epoch, sequence, day, rows.</param>
/// <param name="Place">Where it lies; for a bad stretch the length counts all of its bytes on the device.</param>
/// <param name="Payload">The bytes that were appended.</param>
/// <param name="IsCopy">An epoch statement repeated at the start of a segment: the same bytes stood in an earlier
/// one.</param>
/// <param name="Why">One phrase for people; empty for a whole frame.</param>
public sealed record JournalFrame(
    FrameVerdict Verdict, FrameLabel Label, FramePlace Place, ReadOnlyMemory<byte> Payload, bool IsCopy, string Why);
