using Appliance.Time.Observations;

namespace Appliance.Linux.Clocks;

/// <summary>
/// The system clock without its steps: the line of time along which a box orders packets, waits and forgets. The kernel
/// stamps packets with the system clock, which others step by hours, forth and back; what goes by that clock would
/// stand still for an hour, or lose its sessions in an instant. Each look compares it with the raw counter; what it
/// jumped by is taken off from there on. Any thread.
/// <code>
/// system clock  ------------.   . - - - - - stepped by D
/// raw counter   ------------+---+----------
///                 look, earliest, from: here it is seen; somewhere between the two it happened
/// steady        ------------+---+----------  system less the sum of all D
/// </code>
/// </summary>
/// <param name="read">Reads the system clock against the raw counter.</param>
/// <param name="offsetNs">
/// What the line is behind the system clock at the start, ns: 0, or as the run before had it.
/// </param>
public sealed class SteadyClock(Func<CounterPair> read, long offsetNs)
{
    /// <summary>
    /// Neighbours in a ring may be out of order by so much, ns, by the processors that they came through.
    /// </summary>
    public const long DisorderNs = 10_000_000;

    private readonly Lock gate = new();
    private CounterPair before = read();
    private SteadyStretch[] stretches = [new(long.MinValue, long.MinValue, offsetNs)];
    private SteadyDoubt[] doubts = [];
    private long steps;
    private int slewing;

    /// <summary>Nanoseconds since 1970 by the system clock as it ran before it was ever stepped.</summary>
    public long NowNs
    {
        get
        {
            (CounterPair pair, long behind) = Read();
            return pair.Reading.Nanoseconds - behind;
        }
    }

    /// <summary>Steps seen.</summary>
    public long Steps => Volatile.Read(ref steps);

    /// <summary>What the line is behind the system clock since the last look, ns.</summary>
    public long OffsetNs => Stretches[^1].OffsetNs;

    /// <summary>The newest stretches between steps, oldest first; nobody changes the array.</summary>
    public SteadyStretch[] Stretches => Volatile.Read(ref stretches);

    /// <summary>The system clock now, and what the line is behind it, ns.</summary>
    public (CounterPair System, long OffsetNs) Read()
    {
        lock (gate)
        {
            CounterPair now = read();
            before = IsNews(now) ? now : before;
            return (now, stretches[^1].OffsetNs);
        }
    }

    /// <summary>The system clock's reading that belongs to a time of the line, ns since 1970.</summary>
    public long ToSystem(long steadyNs)
    {
        SteadyStretch[] all = Stretches;
        int at = all.Length - 1;
        while (at > 0 && steadyNs < all[at].FromNs)
        {
            at--;
        }

        return steadyNs + all[at].OffsetNs;
    }

    /// <summary>
    /// What a line is behind the system clock that goes on along another's, which looked last in the same run of the
    /// machine: where the system clock was stepped since, that is taken off too.
    /// </summary>
    /// <param name="offsetNs">What the other was behind it then, ns.</param>
    /// <param name="kept">The other's last look.</param>
    /// <param name="now">A look now.</param>
    public static long Resume(long offsetNs, in CounterPair kept, in CounterPair now)
    {
        long raw = now.At - kept.At;
        long apart = now.Reading - kept.Reading - raw;
        return Math.Abs(apart) <= NoiseOf(raw, kept, now) ? offsetNs : offsetNs + apart;
    }

    /// <summary>
    /// The time of this line that another process means by a reading of the system clock, which may have been stepped
    /// since it was named or was for the other first. The raw counter, which nobody steps, says which offset it needs.
    /// </summary>
    /// <param name="systemNs">The reading, ns since 1970.</param>
    /// <param name="at">The raw counter at the same moment, which may be to come.</param>
    public long Meet(long systemNs, RawTime at)
    {
        (CounterPair now, long offsetNs) = Read();
        long ahead = at - now.At;
        long near = now.Reading.Nanoseconds - offsetNs + ahead;
        long best = systemNs - offsetNs;
        foreach (SteadyStretch stretch in Stretches)
        {
            long other = systemNs - stretch.OffsetNs;
            best = Math.Abs(other - near) < Math.Abs(best - near) ? other : best;
        }

        return Math.Abs(best - near) <= NoiseOf(Math.Abs(ahead), now, now) ? best : near;
    }

    /// <summary>Stamps of a stretch may be further off than anyone else knows.</summary>
    /// <param name="fromNs">First time of the line.</param>
    /// <param name="toNs">Last time of the line.</param>
    /// <param name="byNs">By how much, ns.</param>
    public void Doubt(long fromNs, long toNs, long byNs)
    {
        lock (gate)
        {
            SteadyDoubt asked = new(fromNs, toNs, byNs);
            for (int i = doubts.Length - 1; i >= 0; i--)
            {
                if (doubts[i].Covers(asked))
                {
                    return;
                }

                if (doubts[i].IsLike(asked))
                {
                    SteadyDoubt[] wider = [.. doubts];
                    wider[i] = doubts[i].With(asked);
                    Volatile.Write(ref doubts, wider);
                    return;
                }
            }

            Volatile.Write(ref doubts, [.. WithRoom(toNs), asked]);
        }
    }

    /// <summary>How much further off a time of the line may be than its clock says, ns; mostly 0.</summary>
    public long DoubtAt(long steadyNs)
    {
        long most = 0;
        foreach (SteadyDoubt doubt in Volatile.Read(ref doubts))
        {
            most = steadyNs >= doubt.FromNs && steadyNs <= doubt.ToNs ? Math.Max(most, doubt.ByNs) : most;
        }

        return most;
    }

    // A kernel slews by 500 ppm, and with turned ticks by a tenth at most: that goes on from look to look, a step does
    // not. Where it began is taken for a small step, which does no harm.
    private bool IsNews(in CounterPair now)
    {
        long raw = now.At - before.At;
        long apart = now.Reading - before.Reading - raw;
        long noise = NoiseOf(raw, before, now);
        bool isSlewed = Math.Abs(apart) <= noise + (raw / LinuxLimits.SteadyTickPart);
        int turn = Math.Abs(apart) <= noise ? 0 : Math.Sign(apart);
        if (turn == 0 && raw < LinuxLimits.SteadyLookNs)
        {
            return false;
        }

        bool goesOn = isSlewed && turn == slewing;
        slewing = isSlewed ? turn : 0;
        if (turn != 0 && !goesOn)
        {
            Step(now, raw);
        }

        return true;
    }

    private static long NoiseOf(long raw, in CounterPair before, in CounterPair now) =>
        LinuxLimits.SteadyStepNs + (raw / LinuxLimits.SteadySlewPart) + now.HalfWidthNs + before.HalfWidthNs;

    private void Step(in CounterPair now, long raw)
    {
        SteadyStretch last = stretches[^1];
        long earliest = before.Reading.Nanoseconds - last.OffsetNs;
        long from = earliest + raw;
        SteadyStretch[] newest = stretches.Length < LinuxLimits.SteadyStretches ? stretches : stretches[1..];
        Volatile.Write(ref stretches, [.. newest, new(from, earliest, now.Reading.Nanoseconds - from)]);
        Volatile.Write(ref steps, steps + 1);

        // There may have been more than one since the last look: what was stamped between them lies in this window.
        Doubt(earliest - DisorderNs, from + DisorderNs, raw + DisorderNs);
    }

    // The two oldest become one that holds both: a doubt is forgotten only once nothing can be that old.
    private ReadOnlySpan<SteadyDoubt> WithRoom(long nowNs)
    {
        if (doubts.Length < LinuxLimits.SteadyDoubts)
        {
            return doubts;
        }

        return doubts[0].ToNs < nowNs - LinuxLimits.SteadyDoubtAgeNs
            ? doubts.AsSpan(1)
            : (SteadyDoubt[])[doubts[0].With(doubts[1]), .. doubts[2..]];
    }

    private readonly record struct SteadyDoubt(long FromNs, long ToNs, long ByNs)
    {
        public bool Covers(in SteadyDoubt other) =>
            FromNs <= other.FromNs && ToNs >= other.ToNs && ByNs >= other.ByNs;

        /// <summary>They overlap and are nearly as wide: one in their place says little more.</summary>
        public bool IsLike(in SteadyDoubt other) => FromNs <= other.ToNs && other.FromNs <= ToNs
            && Math.Abs(ByNs - other.ByNs) <= Math.Max(ByNs, other.ByNs) / LinuxLimits.SteadyLikePart;

        public SteadyDoubt With(in SteadyDoubt other) => new(
            Math.Min(FromNs, other.FromNs), Math.Max(ToNs, other.ToNs), Math.Max(ByNs, other.ByNs));
    }
}

/// <summary>Between two steps of the system clock; times of the line, ns.</summary>
/// <param name="FromNs">When the step before it was seen: from here on the offset holds.</param>
/// <param name="EarliestNs">The look before that: until here the offset before held.</param>
/// <param name="OffsetNs">What the line is behind the system clock.</param>
public readonly record struct SteadyStretch(long FromNs, long EarliestNs, long OffsetNs);
