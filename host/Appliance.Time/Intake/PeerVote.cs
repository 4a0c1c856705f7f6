using Appliance.Time.Observations;

namespace Appliance.Time.Intake;

/// <summary>
/// The interval on which most peers agree (Marzullo): of all points the one that lies in the most intervals, and how
/// far that holds. Peers behind the same clock are one witness.
/// </summary>
internal sealed class PeerVote
{
    // A peer's own estimate of its clock holds for its longest poll; until then it may drift by this much.
    private const long FreshNs = 1100L * RawTime.NanosecondsPerSecond;
    private const double DriftLimit = 100e-6;

    private readonly PeerObservation[] peers = new PeerObservation[Limits.Peers];
    private int count;
    private bool isNew;

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

        isNew |= at == count || peers[at].MeasuredAt != peer.MeasuredAt || peers[at].State != peer.State;
        count = Math.Max(count, at + 1);
        peers[at] = peer;
    }

    /// <summary>The vote; 0 peers where there is nothing new.</summary>
    /// <param name="now">MONOTONIC_RAW.</param>
    /// <param name="taiMinusUtc">For peers that speak UTC; null: unknown, they are left out.</param>
    /// <param name="tai">Middle of the interval at <paramref name="now"/>, ns of TAI.</param>
    /// <param name="half">Half of it, ns.</param>
    public byte Vote(RawTime now, int? taiMinusUtc, out long tai, out long half)
    {
        tai = 0;
        half = 0;
        if (!isNew)
        {
            return 0;
        }

        isNew = false;
        int best = 0;
        for (int i = 0; i < count; i++)
        {
            if (!TryInterval(i, now, taiMinusUtc, out long low, out _))
            {
                continue;
            }

            // The best point is the lower end of some interval.
            int holders = Holders(low, now, taiMinusUtc, out long from, out long to);
            if (holders > best)
            {
                best = holders;
                half = ((to - from) / 2) + 1;
                tai = from + ((to - from) / 2);
            }
        }

        return (byte)best;
    }

    private int Holders(long point, RawTime now, int? taiMinusUtc, out long from, out long to)
    {
        int holders = 0;
        from = long.MinValue;
        to = long.MaxValue;
        for (int i = 0; i < count; i++)
        {
            if (TryInterval(i, now, taiMinusUtc, out long low, out long high) && low <= point && point <= high
                && !IsRepeated(i, now))
            {
                holders++;
                from = Math.Max(from, low);
                to = Math.Min(to, high);
            }
        }

        return holders;
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
            long half = peer.HalfWidthNs + (long)(Math.Abs((double)age) * DriftLimit);
            long middle = peer.Time.ToTaiNanoseconds(taiMinusUtc ?? 0) + age;
            low = middle - half;
            high = middle + half;
        }

        return isUsable;
    }
}
