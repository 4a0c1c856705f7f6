using Appliance.Time.Estimation;
using Appliance.Time.Observations;

namespace Appliance.Time.Intake;

/// <summary>
/// Which second a pulse was. A message names the pulse before it (or the next one) only if it comes in the part of the
/// second in which it must; a run of messages that agree is needed before any pulse has a name. From then on pulses are
/// counted, and messages only confirm: one that is late or lost gives no pulse a wrong second.
/// </summary>
internal sealed class PulseLabels
{
    private const long SecondNs = RawTime.NanosecondsPerSecond;

    // A message that names its pulse arrives so long after it: earlier it cannot be there, later the next one is near.
    private const long EarliestNs = 20_000_000;
    private const long LatestNs = 900_000_000;

    // Messages of a receiver at one a second name whole seconds; what is off by more is another epoch.
    private const long RoundNs = 10_000_000;
    private const int MessagesToTrust = 8;
    private const int ContradictionsToForget = 20;

    private RawTime pulse;
    private bool hasPulse;
    private long pulseSecond;
    private int agreeing;
    private int contradicting;
    private long announced;
    private RawTime announcedAt;
    private bool hasAnnounced;

    /// <summary>The run of messages is long enough: pulses have names.</summary>
    public bool IsTrusted => agreeing >= MessagesToTrust;

    /// <summary>A pulse at a raw time; gives its second of TAI, true where that is known.</summary>
    public bool TakePulse(RawTime at, out long second)
    {
        if (hasPulse)
        {
            // Missed pulses are counted by the counter itself: its rate is far better than half a second.
            pulseSecond += (at - pulse + (SecondNs / 2)) / SecondNs;
        }

        pulse = at;
        hasPulse = true;
        if (hasAnnounced && at - announcedAt is > 0 and < SecondNs)
        {
            Compare(announced);
        }

        hasAnnounced = false;
        second = pulseSecond;
        return IsTrusted;
    }

    /// <summary>A message; what it contradicts is returned.</summary>
    /// <param name="arrivedAt">MONOTONIC_RAW.</param>
    /// <param name="taiNs">What it says, ns of TAI.</param>
    /// <param name="names">Which pulse.</param>
    public Checks TakeMessage(RawTime arrivedAt, long taiNs, PulseNamed names)
    {
        long second = (taiNs + (SecondNs / 2)) / SecondNs;
        if (Math.Abs(taiNs - (second * SecondNs)) > RoundNs || !hasPulse)
        {
            return Checks.None;
        }

        if (names == PulseNamed.Next)
        {
            announced = second;
            announcedAt = arrivedAt;
            hasAnnounced = true;
            return Checks.None;
        }

        long after = arrivedAt - pulse;
        return after is < EarliestNs or > LatestNs ? Checks.Pulse : Compare(second);
    }

    private Checks Compare(long second)
    {
        if (second == pulseSecond)
        {
            agreeing = Math.Min(agreeing + 1, MessagesToTrust);
            contradicting = 0;
            return Checks.None;
        }

        if (!IsTrusted)
        {
            pulseSecond = second;
            agreeing = 1;
            return Checks.None;
        }

        // A counted second is only given up for a long run of messages against it.
        if (++contradicting >= ContradictionsToForget)
        {
            agreeing = 0;
            contradicting = 0;
        }

        return Checks.Label;
    }
}
