using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>
/// The delays of all pairs of legs between which flows were joined. They are reported and decide nothing: why stands
/// in the README.
/// </summary>
internal sealed class LegDelays
{
    private const long NsPerUs = 1000;
    private readonly ulong[] counters;
    private readonly LegDelay[] pairs;
    private readonly LegDelayReading[] readings;
    private int count;

    public LegDelays(FlowOptions options, ulong[] counters)
    {
        this.counters = counters;
        int inside = 0;
        foreach (LegRule rule in options.Rules)
        {
            inside += rule.Leg == Leg.Inside ? 1 : 0;
        }

        int possible = Math.Min(inside * (options.Rules.Count - inside), Limits.DelayPairsMax);
        readings = new LegDelayReading[possible];
        pairs = new LegDelay[possible];
        for (int i = 0; i < possible; i++)
        {
            pairs[i] = new LegDelay();
        }
    }

    /// <summary>What is known, one reading for each pair of leg rules; any thread may read.</summary>
    public ReadOnlySpan<LegDelayReading> Readings => readings.AsSpan(0, Volatile.Read(ref count));

    /// <summary>Takes the delay of the packet with which the two halves of a joined flow met.</summary>
    public void Take(int delayUs, ushort insideRule, ushort outsideRule, long nowNs)
    {
        int number = Find(insideRule, outsideRule);
        if (number < 0)
        {
            return;
        }

        LegDelay pair = pairs[number];
        counters[(int)Counter.LegDelaySamples]++;
        if (pair.Take(delayUs, nowNs))
        {
            readings[number] = pair.Reading;
            Count();
        }

        readings[number].Samples = pair.Reading.Samples;
        readings[number].LastNs = nowNs;
    }

    /// <summary>Microseconds that the outside stamp of a packet is later than the inside stamp.</summary>
    public static int Between(long insideNs, long outsideNs) => (int)((outsideNs - insideNs) / NsPerUs);

    private int Find(ushort insideRule, ushort outsideRule)
    {
        for (int i = 0; i < count; i++)
        {
            if (readings[i].InsideRule == insideRule && readings[i].OutsideRule == outsideRule)
            {
                return i;
            }
        }

        if (count == pairs.Length)
        {
            return -1;
        }

        pairs[count].Name(insideRule, outsideRule);
        readings[count] = pairs[count].Reading;
        Volatile.Write(ref count, count + 1);
        return count - 1;
    }

    /// <summary>The counters tell of the pair that is furthest apart: the window has to hold that one.</summary>
    private void Count()
    {
        ulong steps = 0;
        int worst = 0;
        for (int i = 0; i < count; i++)
        {
            steps += readings[i].Steps;
            worst = Reach(readings[i]) > Reach(readings[worst]) ? i : worst;
        }

        ref readonly LegDelayReading far = ref readings[worst];
        counters[(int)Counter.LegDelaySteps] = steps;
        counters[(int)Counter.LegDelayLateUs] = (ulong)Math.Max(0, far.DelayUs);
        counters[(int)Counter.LegDelayEarlyUs] = (ulong)Math.Max(0, -far.DelayUs);
        counters[(int)Counter.LegDelaySpreadUs] = (ulong)far.SpreadUs;
    }

    private static int Reach(in LegDelayReading reading) => Math.Abs(reading.DelayUs) + reading.SpreadUs;
}
