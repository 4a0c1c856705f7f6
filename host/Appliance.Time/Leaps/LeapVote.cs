using Appliance.Time.Observations;
using Appliance.Wire;

namespace Appliance.Time.Leaps;

/// <summary>What is known of leap seconds, of all sources together.</summary>
internal enum LeapState : byte
{
    /// <summary>Nobody has said anything that counts.</summary>
    Unknown = 0,

    /// <summary>At least one witness whose knowledge has not expired, and none that contradicts it.</summary>
    Known = 1,

    /// <summary>The only ones who know have knowledge that has expired: the offset may be one second off.</summary>
    Expired = 2,

    /// <summary>Witnesses contradict each other: UTC is a second less certain, TAI is not touched.</summary>
    Conflict = 3,
}

/// <summary>The outcome of the vote.</summary>
/// <param name="State">What it is worth.</param>
/// <param name="TaiMinusUtc">Seconds, 0 where unknown.</param>
/// <param name="Next">What was announced, without contradiction.</param>
/// <param name="ChangesAtUtcSeconds">From which UTC second; null without an announcement.</param>
/// <param name="ExpiryDay">UTC day since 1970 up to which it is known; 0: unknown.</param>
/// <param name="Witnesses">How many count.</param>
internal readonly record struct LeapKnowledge(
    LeapState State, int TaiMinusUtc, LeapEvent Next, long? ChangesAtUtcSeconds, uint ExpiryDay, int Witnesses)
{
    /// <summary>What UTC is less certain by, ns; the bound of TAI has none of it.</summary>
    public long UtcDoubtNs => State == LeapState.Known ? 0 : RawTime.NanosecondsPerSecond;
}

/// <summary>
/// The last word of each source, and the vote over them: the list that was built in, the file, receivers that have it
/// from the satellites, peers. A source that repeats a firmware's default is no witness.
/// </summary>
internal sealed class LeapVote
{
    private const long SecondsPerDay = 86_400;

    // What a receiver or a peer says holds until the end of the half year: half of that is told as the horizon.
    private const long LiveHorizonSeconds = 30 * SecondsPerDay;

    private readonly LeapObservation[] said = new LeapObservation[Limits.LeapSources];
    private readonly long[] saidAtUtc = new long[Limits.LeapSources];
    private int count;

    /// <summary>Takes what a source says; its earlier word is forgotten, unless that told its origin and this does
    /// not.</summary>
    /// <param name="leap">What it says.</param>
    /// <param name="utcSeconds">When, UTC seconds since 1970.</param>
    public void Take(in LeapObservation leap, long utcSeconds)
    {
        int at = 0;
        while (at < count && said[at].Source != leap.Source)
        {
            at++;
        }

        // A receiver repeats each second what it told the origin of every ten seconds only: that stays its word.
        bool saysLess = at < count && said[at].IsWitness && leap.Origin == LeapOrigin.Unknown;
        if (at == Limits.LeapSources || saysLess)
        {
            return;
        }

        count = Math.Max(count, at + 1);
        said[at] = leap;
        saidAtUtc[at] = utcSeconds;
    }

    /// <summary>The vote at a UTC second.</summary>
    public LeapKnowledge At(long utcSeconds)
    {
        Tally live = default;
        Tally stale = default;
        for (int i = 0; i < count; i++)
        {
            if (!said[i].IsWitness)
            {
                continue;
            }

            long expires = said[i].ExpiresUtcSeconds ?? (saidAtUtc[i] + LiveHorizonSeconds);
            if (utcSeconds < expires)
            {
                live.Add(said[i], utcSeconds, expires);
            }
            else
            {
                stale.Add(said[i], utcSeconds, expires);
            }
        }

        // A list that has expired but agreed until then counts for nothing against a live witness.
        return live.Witnesses > 0 ? live.Result(LeapState.Known)
            : stale.Witnesses > 0 ? stale.Result(LeapState.Expired)
            : default;
    }

    private struct Tally
    {
        public int Witnesses;
        private int offset;
        private bool isTorn;
        private LeapEvent next;
        private long? changesAt;
        private long expires;

        public void Add(in LeapObservation leap, long utcSeconds, long until)
        {
            int now = OffsetAt(leap, utcSeconds);
            isTorn |= Witnesses > 0 && now != offset;
            offset = now;
            if (leap.Next is LeapEvent.Insert or LeapEvent.Delete && leap.ChangesAtUtcSeconds > utcSeconds)
            {
                isTorn |= next is LeapEvent.Insert or LeapEvent.Delete
                    && (next != leap.Next || changesAt != leap.ChangesAtUtcSeconds);
                next = leap.Next;
                changesAt = leap.ChangesAtUtcSeconds;
            }
            else if (next == LeapEvent.Unknown)
            {
                next = leap.Next == LeapEvent.None ? LeapEvent.None : LeapEvent.Unknown;
            }

            expires = Math.Max(expires, until);
            Witnesses++;
        }

        public readonly LeapKnowledge Result(LeapState state) => new(
            isTorn ? LeapState.Conflict : state, offset, next, changesAt, (uint)(expires / SecondsPerDay), Witnesses);

        // A source that announced the change is right across it, though it was heard before.
        private static int OffsetAt(in LeapObservation leap, long utcSeconds)
        {
            int offset = leap.TaiMinusUtc ?? 0;
            return leap.ChangesAtUtcSeconds is long at && utcSeconds >= at
                ? offset + (leap.Next == LeapEvent.Insert ? 1 : leap.Next == LeapEvent.Delete ? -1 : 0)
                : offset;
        }
    }
}
