using Appliance.Time.Observations;

namespace Appliance.Time.Intake;

/// <summary>What came of a vote.</summary>
/// <param name="Count">Peers that agree on one point; 0: nothing new was said.</param>
/// <param name="TaiNs">Middle of the interval, ns of TAI.</param>
/// <param name="HalfNs">Half of it.</param>
/// <param name="Outvoted">Peers whose own interval does not touch it: they lie, or know less than they say.</param>
/// <param name="IsTorn">No majority: the interval holds what every one of them says.</param>
internal readonly record struct PeerVerdict(byte Count, long TaiNs, long HalfNs, byte Outvoted, bool IsTorn);

/// <summary>
/// Where the truth can lie if fewer than half of the peers lie: from the first to the last point that so many of them
/// hold (after Marzullo). A liar whose interval overlaps the honest ones cannot shift the outcome beyond them: it is
/// not the intersection of those who happen to agree. Peers behind the same clock are one witness.
/// </summary>
internal sealed class PeerVote
{
    // A peer's own estimate of its clock holds for its longest poll; until then it may drift by this much.
    private const long FreshNs = 1100L * RawTime.NanosecondsPerSecond;
    private const double DriftLimit = 100e-6;

    // The moment of a measurement is reckoned through two clocks; closer than this it is the same one.
    private const long SameMeasurementNs = 1_000_000;

    // A servo that queues pushed about is not back with the first message that did not wait: the largest dispersion
    // of the last measurements counts, an eighth less with each.
    private const int Forgets = 8;

    private readonly PeerObservation[] peers = new PeerObservation[Limits.Peers];
    private readonly long[] lately = new long[Limits.Peers];
    private readonly long[] lows = new long[Limits.Peers];
    private readonly long[] highs = new long[Limits.Peers];
    private readonly uint ptpAsymmetryNs;
    private readonly uint ntpAsymmetryNs;
    private int count;
    private bool isNew;

    /// <param name="ptpAsymmetryNs">
    /// What a PTP message may be late beyond the measured delay, one way more than the other; it hides from the peer.
    /// </param>
    /// <param name="ntpAsymmetryNs">The same of NTP, whose half round trip holds it already unless a peer errs.</param>
    public PeerVote(uint ptpAsymmetryNs = 0, uint ntpAsymmetryNs = 0)
    {
        this.ptpAsymmetryNs = ptpAsymmetryNs;
        this.ntpAsymmetryNs = ntpAsymmetryNs;
    }

    /// <summary>Takes what a peer says; a repetition of the same measurement changes nothing.</summary>
    public void Take(in PeerObservation peer)
    {
        int at = 0;
        while (at < count && peers[at].Source != peer.Source)
        {
            at++;
        }

        if (at == Limits.Peers)
        {
            return;
        }

        bool isMeasured = at == count || Math.Abs(peer.MeasuredAt - peers[at].MeasuredAt) > SameMeasurementNs;
        isNew |= isMeasured || peers[at].State != peer.State;
        count = Math.Max(count, at + 1);
        peers[at] = peer;
        lately[at] -= isMeasured ? lately[at] / Forgets : 0;
        lately[at] = peer.Source.Kind == SourceKind.Ptp ? Math.Max(lately[at], peer.RootDispersionNs) : 0;
    }

    /// <summary>The vote.</summary>
    /// <param name="now">MONOTONIC_RAW.</param>
    /// <param name="taiMinusUtc">For peers that speak UTC; null: unknown, they are left out.</param>
    public PeerVerdict Vote(RawTime now, int? taiMinusUtc)
    {
        if (!isNew)
        {
            return default;
        }

        isNew = false;
        int voters = 0;
        for (int i = 0; i < count; i++)
        {
            if (!IsRepeated(i, now) && TryInterval(i, now, taiMinusUtc, out long low, out long high))
            {
                lows[voters] = low;
                highs[voters++] = high;
            }
        }

        return voters == 0 ? default : Decide(voters);
    }

    private PeerVerdict Decide(int voters)
    {
        // With fewer than half of them lying, so many are honest, and hold the truth.
        int honest = voters - ((voters - 1) / 2);
        int best = 0;
        long from = long.MaxValue;
        long to = long.MinValue;
        for (int i = 0; i < voters; i++)
        {
            // Where the number of holders changes is an end of some interval.
            int atLow = Holders(lows[i], voters);
            int atHigh = Holders(highs[i], voters);
            best = Math.Max(best, Math.Max(atLow, atHigh));
            from = atLow >= honest ? Math.Min(from, lows[i]) : from;
            to = atHigh >= honest ? Math.Max(to, highs[i]) : to;
        }

        bool isTorn = from > to;
        int outvoted = 0;
        for (int i = 0; i < voters; i++)
        {
            outvoted += !isTorn && (highs[i] < from || lows[i] > to) ? 1 : 0;
        }

        if (isTorn)
        {
            (best, from, to) = (1, Lowest(voters), Highest(voters));
        }

        long half = ((to - from) / 2) + 1;
        return new PeerVerdict((byte)best, from + half - 1, half, (byte)outvoted, isTorn);
    }

    private int Holders(long point, int voters)
    {
        int holders = 0;
        for (int i = 0; i < voters; i++)
        {
            holders += lows[i] <= point && point <= highs[i] ? 1 : 0;
        }

        return holders;
    }

    private long Lowest(int voters)
    {
        long lowest = lows[0];
        for (int i = 1; i < voters; i++)
        {
            lowest = Math.Min(lowest, lows[i]);
        }

        return lowest;
    }

    private long Highest(int voters)
    {
        long highest = highs[0];
        for (int i = 1; i < voters; i++)
        {
            highest = Math.Max(highest, highs[i]);
        }

        return highest;
    }

    private bool IsRepeated(int index, RawTime now)
    {
        for (int i = 0; i < index; i++)
        {
            if (peers[i].Identity != 0 && peers[i].Identity == peers[index].Identity && now - peers[i].At <= FreshNs)
            {
                return true;
            }
        }

        return false;
    }

    private bool TryInterval(int index, RawTime now, int? taiMinusUtc, out long low, out long high)
    {
        ref readonly PeerObservation peer = ref peers[index];
        low = high = 0;
        long age = now - peer.At;
        bool isUsable = peer.State == PeerState.Synchronised && age <= FreshNs
            && (peer.Time.Scale != TimeScale.Utc || taiMinusUtc is not null);
        if (isUsable)
        {
            long declared = peer.Source.Kind switch
            {
                SourceKind.Ptp => ptpAsymmetryNs,
                SourceKind.Ntp => ntpAsymmetryNs,
                _ => 0,
            };
            long pushed = Math.Max(0, lately[index] - peer.RootDispersionNs);
            long half = peer.HalfWidthNs + declared + pushed + (long)(Math.Abs((double)age) * DriftLimit);
            long middle = peer.Time.ToTaiNanoseconds(taiMinusUtc ?? 0) + age;
            low = middle - half;
            high = middle + half;
        }

        return isUsable;
    }
}
