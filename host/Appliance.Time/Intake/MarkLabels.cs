using Appliance.Time.Estimation;
using Appliance.Time.Observations;

namespace Appliance.Time.Intake;

/// <summary>
/// The oscillator's own pulse, captured by this machine and stamped by the receiver (TIM-TM2): which stamp is of which
/// pulse. A stamp comes some time after its pulse; one that is late or lost would be taken for a neighbour's, a second
/// off. So a run of pairs has to agree that both clocks run alike before any is used, and each one with the last.
/// </summary>
internal sealed class MarkLabels
{
    private const long SecondNs = RawTime.NanosecondsPerSecond;
    private const long EarliestNs = 1_000_000;
    private const long LatestNs = 900_000_000;

    // No oscillator is off by more in a second; a neighbour's pulse is off by a whole one.
    private const long DriftNs = 300_000;
    private const int PairsToTrust = 8;
    private const int ContradictionsToForget = 20;

    private long lead;
    private RawTime leadAt;
    private bool hasLead;
    private int agreeing;
    private int contradicting;

    /// <summary>
    /// A stamp and the last pulse that was captured; true where they are one edge. What it contradicts is told.
    /// </summary>
    /// <param name="pulse">The counter at the pulse.</param>
    /// <param name="mark">The stamp.</param>
    /// <param name="taiNs">What it says, ns of TAI.</param>
    /// <param name="found">Checks that fail.</param>
    public bool TryPair(RawTime pulse, in MarkObservation mark, long taiNs, out Checks found)
    {
        found = Checks.None;
        long after = mark.ArrivedAt - pulse;
        if (after is < EarliestNs or > LatestNs)
        {
            found = Checks.Pulse;
            return false;
        }

        long said = taiNs - pulse.Nanoseconds;
        long seconds = hasLead ? Math.Max(1, (pulse - leadAt + (SecondNs / 2)) / SecondNs) : 1;
        if (!hasLead || Math.Abs(said - lead) <= DriftNs * seconds)
        {
            Take(said, pulse);
            return agreeing >= PairsToTrust;
        }

        if (agreeing < PairsToTrust)
        {
            agreeing = 0;
            Take(said, pulse);
            return false;
        }

        // One that was late or lost is passed over; it alone says nothing against the receiver.
        found = Checks.Message;
        if (++contradicting >= ContradictionsToForget)
        {
            agreeing = 0;
            contradicting = 0;
            hasLead = false;
        }

        return false;
    }

    private void Take(long said, RawTime pulse)
    {
        lead = said;
        leadAt = pulse;
        hasLead = true;
        agreeing = Math.Min(agreeing + 1, PairsToTrust);
        contradicting = 0;
    }
}
