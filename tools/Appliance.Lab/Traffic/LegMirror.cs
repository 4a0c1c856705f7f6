namespace Appliance.Lab.Traffic;

/// <summary>How the mirror of a leg stamps what it shows, and when it shows anything at all.</summary>
internal sealed class LegMirror
{
    private const double NsPerMs = 1e6;
    private const double NsPerSecond = 1e9;

    private readonly long startNs;
    private readonly long stepAtNs;
    private readonly long nextStepAtNs;
    private readonly double delayNs;
    private readonly double driftPerNs;
    private readonly double stepNs;
    private readonly double nextStepNs;
    private readonly long transitNs;
    private readonly long jitterNs;
    private readonly long openNs;
    private readonly long silentFromNs;
    private readonly long silentToNs;

    public LegMirror(TrafficPlan plan, bool outside)
    {
        startNs = plan.StartNs;
        jitterNs = (long)(Math.Abs(plan.JitterMs) * NsPerMs);
        stepAtNs = startNs + (long)(plan.StepSeconds * NsPerSecond);
        nextStepAtNs = startNs + (long)(plan.NextStepSeconds * NsPerSecond);
        openNs = startNs + (long)(plan.MirrorFromSeconds * NsPerSecond);
        (double from, double to) = outside ? plan.SilentOutsideSeconds : plan.SilentInsideSeconds;
        silentFromNs = startNs + (long)(from * NsPerSecond);
        silentToNs = startNs + (long)(to * NsPerSecond);
        if (outside)
        {
            delayNs = plan.DelayMs * NsPerMs;
            driftPerNs = plan.DriftMsPerSecond * NsPerMs / NsPerSecond;
            stepNs = plan.StepMs * NsPerMs;
            nextStepNs = plan.NextStepMs * NsPerMs;
            transitNs = (long)(plan.TransitMs * NsPerMs);
        }
    }

    /// <summary>
    /// Ticks that a stamp may lie before the step of the flow that makes it. Drift downwards is taken as if it
    /// lasted <see cref="Limits.DriftSecondsMax"/>.
    /// </summary>
    public long TicksBehind
    {
        get
        {
            double drift = Math.Min(0, driftPerNs) * Limits.DriftSecondsMax * NsPerSecond;
            double steps = Math.Min(0, Math.Min(stepNs, stepNs + nextStepNs));
            long earliest = (long)(delayNs + steps + drift) - Math.Abs(transitNs) - jitterNs;
            return earliest < 0 ? 1 + (-earliest >> Limits.TickBits) : 0;
        }
    }

    /// <summary>True where the mirror shows what passes at the time.</summary>
    public bool Shows(long atNs) => atNs >= openNs && (atNs < silentFromNs || atNs >= silentToNs);

    /// <summary>The stamp of a packet that passes at the time; <paramref name="draw"/> is random.</summary>
    public long Stamp(long atNs, bool up, ulong draw)
    {
        long jitter = jitterNs == 0 ? 0 : (long)((draw >> 1) % (ulong)((2 * jitterNs) + 1)) - jitterNs;
        return atNs + Shift(atNs) + (up ? transitNs : -transitNs) + jitter;
    }

    private long Shift(long atNs) => (long)(delayNs + (driftPerNs * (atNs - startNs))
        + (atNs >= stepAtNs ? stepNs : 0) + (atNs >= nextStepAtNs ? nextStepNs : 0));
}
