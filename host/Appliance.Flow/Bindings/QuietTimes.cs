using System.Numerics;

namespace Appliance.Flow;

/// <summary>
/// Learns one timeout of a NAT from silences: after those shorter than it a public tuple has kept its line, after
/// longer ones it may have changed. The boundary is put where the fewest observations contradict it, so that a packet
/// that the mirror lost does not move it.
/// </summary>
internal sealed class QuietTimes
{
    // Buckets of a quarter of a doubling, from 512 ms on.
    private const int FirstLog = 9;
    private readonly Bucket[] buckets = new Bucket[Limits.QuietBuckets];
    private NatTimeoutReading reading;
    private uint observations;
    private uint shortestChange = uint.MaxValue;
    private int untilLearn = 1;

    public ref readonly NatTimeoutReading Reading => ref reading;

    /// <summary>
    /// A silence that bindings are known to survive, milliseconds; 0 while nothing is known. No change was ever seen
    /// after a shorter one.
    /// </summary>
    public uint SurvivedMs => reading.Kept < Limits.QuietKeptMin ? 0 : Math.Min(reading.KeptMs, shortestChange - 1);

    public void Name(ushort rule, NatClass kind)
    {
        reading.Rule = rule;
        reading.Class = kind;
    }

    /// <summary>Takes what a tuple was after a silence; true where what is known may have changed.</summary>
    public bool Take(uint quietMs, bool isKept)
    {
        ref Bucket bucket = ref buckets[BucketOf(quietMs)];
        if (isKept)
        {
            reading.Kept++;
            bucket.KeptMs = Math.Max(bucket.KeptMs, quietMs);
            bucket.Kept++;
        }
        else
        {
            reading.Changed++;
            shortestChange = Math.Min(shortestChange, quietMs);
            bucket.ChangedMs = bucket.Changed == 0 ? quietMs : Math.Min(bucket.ChangedMs, quietMs);
            bucket.Changed++;
        }

        if (++observations == Limits.QuietObservationsMax)
        {
            Halve();
        }

        if (--untilLearn > 0)
        {
            return false;
        }

        // The first ones are looked at one by one.
        untilLearn = observations < Limits.QuietLearnEvery ? 1 : Limits.QuietLearnEvery;
        Learn();
        return true;
    }

    private static int BucketOf(uint quietMs)
    {
        uint ms = Math.Clamp(quietMs, 1u << FirstLog, Limits.QuietMsMax);
        int log = BitOperations.Log2(ms);
        return ((log - FirstLog) << 2) | (int)((ms >> (log - 2)) & 3);
    }

    private void Learn()
    {
        uint keptAbove = 0;
        foreach (ref readonly Bucket bucket in buckets.AsSpan())
        {
            keptAbove += bucket.Kept;
        }

        uint changedBelow = 0;
        uint fewest = uint.MaxValue;
        int border = 0;
        for (int i = 0; i < buckets.Length; i++)
        {
            ref readonly Bucket bucket = ref buckets[i];
            keptAbove -= bucket.Kept;
            uint against = keptAbove + changedBelow + (bucket.IsTorn ? Math.Min(bucket.Kept, bucket.Changed) : 0);
            changedBelow += bucket.Changed;
            if (against < fewest)
            {
                fewest = against;
                border = i;
            }
        }

        reading.Against = fewest;
        reading.KeptMs = LongestKept(border);
        reading.ChangedMs = ShortestChange(border);
    }

    private uint LongestKept(int border)
    {
        for (int i = buckets[border].IsTorn ? border - 1 : border; i >= 0; i--)
        {
            if (buckets[i].Kept > 0 && buckets[i].KeptMs > 0)
            {
                return buckets[i].KeptMs;
            }
        }

        return 0;
    }

    private uint ShortestChange(int border)
    {
        for (int i = buckets[border].IsTorn ? border + 1 : border; i < buckets.Length; i++)
        {
            if (buckets[i].Changed > 0 && buckets[i].ChangedMs < uint.MaxValue)
            {
                return buckets[i].ChangedMs;
            }
        }

        return 0;
    }

    private void Halve()
    {
        observations = 0;
        shortestChange = uint.MaxValue;
        foreach (ref Bucket bucket in buckets.AsSpan())
        {
            bucket.Kept /= 2;
            bucket.Changed /= 2;

            // Where silences contradict each other the next ones say what holds now.
            bool isTorn = bucket.IsTorn;
            bucket.KeptMs = bucket.Kept == 0 || isTorn ? 0 : bucket.KeptMs;
            bucket.ChangedMs = bucket.Changed == 0 || isTorn ? uint.MaxValue : bucket.ChangedMs;
            observations += bucket.Kept + bucket.Changed;
            shortestChange = Math.Min(shortestChange, bucket.Changed == 0 ? uint.MaxValue : bucket.ChangedMs);
        }
    }

    private struct Bucket
    {
        public uint Kept;
        public uint Changed;
        public uint KeptMs;
        public uint ChangedMs;

        /// <summary>Within this bucket, too, silences contradict each other.</summary>
        public readonly bool IsTorn => Kept > 0 && Changed > 0 && KeptMs >= ChangedMs;
    }
}
