namespace Appliance.Flow;

/// <summary>
/// Learns the delay between the stamps of two legs from flows that were joined: the median and spread of some dozens
/// of them at a time, the drift between medians, and steps. A step is believed when two intervals in a row agree that
/// it happened; one odd interval is passed over.
/// </summary>
internal sealed class LegDelay
{
    private const long NsPerSecond = 1_000_000_000;
    private readonly int[] samples = new int[Limits.DelaySamples];
    private LegDelayReading reading;
    private int count;
    private long beganNs;
    private long medianNs;
    private long driftNs;
    private int driftUs;
    private int otherUs;
    private bool hasMedian;

    public ref readonly LegDelayReading Reading => ref reading;

    /// <summary>Says whose delay it is; before anything else.</summary>
    public void Name(ushort insideRule, ushort outsideRule)
    {
        reading.InsideRule = insideRule;
        reading.OutsideRule = outsideRule;
    }

    /// <summary>Takes what one joined flow showed; true where an interval ended.</summary>
    public bool Take(int delayUs, long nowNs)
    {
        if (count == 0)
        {
            beganNs = nowNs;
        }

        reading.Samples++;
        reading.LastNs = nowNs;
        samples[count++] = delayUs;
        bool isOld = nowNs - beganNs >= Limits.DelayIntervalNs && count >= Limits.DelaySamplesMin;
        if (!isOld && count < samples.Length)
        {
            return false;
        }

        EndInterval(beganNs + ((nowNs - beganNs) / 2));
        return true;
    }

    private void EndInterval(long atNs)
    {
        Span<int> sorted = samples.AsSpan(0, count);
        sorted.Sort();
        int median = sorted[count / 2];
        int spread = (sorted[count * 9 / 10] - sorted[count / 10]) / 2;
        count = 0;
        if (!hasMedian)
        {
            hasMedian = true;
            Begin(median, spread, atNs);
        }
        else if (Fits(median, Expected(atNs)))
        {
            Follow(median, spread, atNs);
            reading.State = LegDelayState.Learned;
        }
        else if (reading.State == LegDelayState.Learning)
        {
            Begin(median, spread, atNs);
        }
        else if (reading.State == LegDelayState.LearningAgain && Fits(median, otherUs))
        {
            reading.Steps++;
            reading.State = LegDelayState.Learned;
            Begin(median, spread, atNs);
        }
        else
        {
            reading.State = LegDelayState.LearningAgain;
            otherUs = median;
        }
    }

    /// <summary>The delay as it should be now if it went on drifting.</summary>
    private int Expected(long atNs) =>
        reading.DelayUs + (int)(reading.DriftPpm * Math.Min(atNs - medianNs, Limits.DelayCarryNs) / NsPerSecond);

    private bool Fits(int median, int expected) =>
        Math.Abs(median - expected) <= Math.Max(Limits.DelayStepUsMin, Limits.DelayStepSpreads * reading.SpreadUs);

    private void Begin(int median, int spread, long atNs)
    {
        reading.DelayUs = driftUs = median;
        reading.SpreadUs = spread;
        medianNs = driftNs = atNs;
    }

    private void Follow(int median, int spread, long atNs)
    {
        reading.DelayUs = median;

        // An interval with a step in it is wide: its width must not make the next step look small.
        reading.SpreadUs = Math.Min(spread, reading.SpreadUs + (reading.SpreadUs / 4) + Limits.DelaySpreadUsMore);
        medianNs = atNs;
        if (atNs - driftNs >= Limits.DelayDriftNs)
        {
            reading.DriftPpm = (int)((median - driftUs) * NsPerSecond / (atNs - driftNs));
            driftUs = median;
            driftNs = atNs;
        }
    }
}
