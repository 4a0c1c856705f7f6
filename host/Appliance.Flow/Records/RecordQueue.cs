using System.Runtime.InteropServices;

namespace Appliance.Flow;

/// <summary>
/// Bounded ring of finished records between the packet thread (writes) and the thread that encodes (reads). The two
/// positions are all they share: each is written by one side and read by the other.
/// </summary>
#pragma warning disable CA1711 // It is a queue; it just is no collection of the framework's kind.
public sealed class RecordQueue
#pragma warning restore CA1711
{
    private readonly FlowRecord[] ring;
    private Positions positions;

    /// <param name="capacity">Records it holds; a power of two, at least <see cref="Limits.QueueRecordsMin"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not a power of two, or too small or large.</exception>
    public RecordQueue(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, Limits.QueueRecordsMin);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, Limits.QueueRecordsMax);
        ArgumentOutOfRangeException.ThrowIfNotEqual(int.PopCount(capacity), 1, nameof(capacity));
        ring = new FlowRecord[capacity];
    }

    /// <summary>Records written so far.</summary>
    public long Written => Volatile.Read(ref positions.Written);

    /// <summary>Records that the reader has released.</summary>
    public long Released => Volatile.Read(ref positions.Released);

    /// <summary>Room left, as the writer sees it.</summary>
    public int Free => ring.Length - (int)(positions.Written - Released);

    /// <summary>Reader: the next records, in order, as far as they lie together; empty where none is there.</summary>
    public ReadOnlySpan<FlowRecord> Peek()
    {
        int at = (int)(positions.Released & (ring.Length - 1));
        long count = Written - positions.Released;
        return ring.AsSpan(at, (int)Math.Min(count, ring.Length - at));
    }

    /// <summary>Reader: gives the first <paramref name="count"/> records back, and the names that they named.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More than were written.</exception>
    public void Release(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((ulong)count, (ulong)(Written - positions.Released));
        Volatile.Write(ref positions.Released, positions.Released + count);
    }

    /// <summary>Writer: false where the ring is full.</summary>
    internal bool TryWrite(in FlowRecord record)
    {
        if (Free == 0)
        {
            return false;
        }

        ring[positions.Written & (ring.Length - 1)] = record;
        Volatile.Write(ref positions.Written, positions.Written + 1);
        return true;
    }

    /// <summary>
    /// The two positions on cache lines of their own, so that the threads do not pull one line to and fro.
    /// </summary>
    [StructLayout(LayoutKind.Explicit, Size = 192)]
    private struct Positions
    {
        [FieldOffset(0)]
        public long Written;

        [FieldOffset(128)]
        public long Released;
    }
}
