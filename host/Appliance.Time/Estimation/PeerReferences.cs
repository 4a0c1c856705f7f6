using System.Runtime.CompilerServices;

namespace Appliance.Time.Estimation;

/// <summary>Where the truth was at an earlier answer.</summary>
internal struct PeerReference
{
    public long Raw;

    /// <summary>Middle of the interval, ns of TAI, and half of it.</summary>
    public long Tai;

    public double Half;
}

/// <summary>
/// Some earlier answers, oldest first, about evenly spread over the logarithm of their age: a short base tells of the
/// rate now, a long one tells it precisely. A new one takes the place of the one whose neighbours are closest.
/// </summary>
internal struct PeerReferences
{
    /// <summary>How many are kept: two days at a ratio of two between neighbours.</summary>
    public const int Capacity = 16;

    // An older one says nothing of the rate now that ageing and temperature leave standing.
    private const long OldestNs = 2L * 86_400 * 1_000_000_000;
    private const double SecondNs = 1e9;

    private Items items;

    public int Count;

    public readonly PeerReference this[int index] => items[index];

    public void Clear() => Count = 0;

    /// <summary>Adds the newest.</summary>
    public void Add(long raw, long tai, double half)
    {
        while (Count > 1 && raw - items[0].Raw > OldestNs)
        {
            Remove(0);
        }

        if (Count == Capacity)
        {
            Remove(Closest(raw));
        }

        items[Count++] = new PeerReference { Raw = raw, Tai = tai, Half = half };
    }

    /// <summary>Takes up one that was saved, oldest first.</summary>
    public void Restore(in PeerReference saved) => items[Count++] = saved;

    private readonly int Closest(long raw)
    {
        int closest = 1;
        double least = double.MaxValue;
        for (int i = 1; i < Count - 1; i++)
        {
            double ratio = (raw - items[i - 1].Raw) / (raw - items[i + 1].Raw + SecondNs);
            if (ratio < least)
            {
                least = ratio;
                closest = i;
            }
        }

        return closest;
    }

    private void Remove(int index)
    {
        for (int i = index; i < Count - 1; i++)
        {
            items[i] = items[i + 1];
        }

        Count--;
    }

    [InlineArray(Capacity)]
    private struct Items
    {
        private PeerReference first;
    }
}
