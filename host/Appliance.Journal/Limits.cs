namespace Appliance.Journal;

/// <summary>Every bound of the journal, with its reason.</summary>
public static class Limits
{
    /// <summary>
    /// Frames begin on this boundary: the page of the kernel and the usual erase-independent unit of flash.
    /// </summary>
    public const int BlockBytes = 4096;

    /// <summary>What a disk writes at once or not at all; a frame header lies in one such sector.</summary>
    public const int SectorBytes = 512;

    /// <summary>
    /// 8 MiB: about 300 batches of 27 KB, so a rollover is rare and what one file holds back is little.
    /// </summary>
    public const int SegmentBytesDefault = 8 << 20;

    /// <summary>A reader holds one segment in memory.</summary>
    public const int SegmentBytesMax = 64 << 20;

    /// <summary>Room for an epoch statement and one block of payload.</summary>
    public const int SegmentBytesMin = 4 * BlockBytes;

    /// <summary>
    /// A copy of the epoch statement stands first in each segment; it has keys, a quote and a verdict in it.
    /// </summary>
    public const int EpochStatementBytesMax = 64 << 10;

    /// <summary>The index of a frame in its commit is one byte.</summary>
    public const int CommitFramesMax = 255;

    /// <summary>Freed segments kept for reuse, so that steady state writes no zeros; the rest is deleted.</summary>
    public const int SparesMax = 4;

    /// <summary>Segments that one call of Free looks at; the next call goes on, so no call takes long.</summary>
    public const int FreeSegmentsPerCall = 64;

    /// <summary>
    /// Segments that a start looks at for the newest receipt: 64 MiB, read and checked in well under a second.
    /// </summary>
    public const int RecoverySegmentsMax = 8;

    /// <summary>Old segments that one call of Free reads to learn what is in them.</summary>
    public const int FreeLoadsPerCall = 8;

    /// <summary>
    /// Findings that a recovery names one by one; the rest is only counted (the epoch statement is small).
    /// </summary>
    public const int FindingsMax = 16;
}
