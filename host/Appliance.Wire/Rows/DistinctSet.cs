using System.Numerics;

namespace Appliance.Wire;

/// <summary>
/// Numbers the distinct values of a column in the order in which they first appear. Gives up beyond a bound on their
/// number or when a probe runs too long; both depend on the values alone, so writer and reader give up alike.
/// </summary>
internal sealed class DistinctSet
{
    private ulong[] keys = new ulong[1024];
    private int[] stamps = new int[1024];
    private int[] slotIds = new int[1024];
    private ulong[] values = new ulong[512];
    private int size = 1024;
    private int stamp;

    /// <summary>How many distinct values there were.</summary>
    public int Count { get; private set; }

    /// <summary>The distinct values, first seen first.</summary>
    public Span<ulong> Values => values.AsSpan(0, Count);

    /// <summary>Fills <paramref name="ids"/> with the number of each value; false where it gave up.</summary>
    public bool TryNumber(ReadOnlySpan<ulong> column, Span<int> ids, int countMax)
    {
        Restart(Math.Min(column.Length, countMax));
        int shift = 64 - BitOperations.Log2((uint)size);
        for (int i = 0; i < column.Length; i++)
        {
            ulong value = column[i];
            int slot = (int)(Mix(value) >> shift);
            int probes = 0;
            while (stamps[slot] == stamp && keys[slot] != value)
            {
                slot = (slot + 1) & (size - 1);
                if (++probes > RowLimits.ProbesMax)
                {
                    return false;
                }
            }

            if (stamps[slot] != stamp)
            {
                if (Count == countMax)
                {
                    return false;
                }

                Insert(slot, value);
            }

            ids[i] = slotIds[slot];
        }

        return true;
    }

    private void Insert(int slot, ulong value)
    {
        keys[slot] = value;
        stamps[slot] = stamp;
        slotIds[slot] = Count;
        values[Count++] = value;
    }

    // The part in use follows from the arguments alone, never from what was held before: whether a probe runs too long
    // must be the same for the writer and for every reader.
    private void Restart(int countMax)
    {
        size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(1024, countMax * 2));
        if (size > keys.Length)
        {
            keys = new ulong[size];
            stamps = new int[size];
            slotIds = new int[size];
            stamp = 0;
        }

        if (values.Length < countMax)
        {
            values = new ulong[countMax];
        }

        stamp++;
        Count = 0;
    }

    // Fibonacci hashing over folded halves: addresses differ in few low bits.
    private static ulong Mix(ulong value) => (value ^ (value >> 32)) * 0x9E37_79B9_7F4A_7C15;
}
