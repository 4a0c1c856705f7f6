using Appliance.Time.Estimation;
using Appliance.Wire;

namespace Appliance.Time.Mapping;

/// <summary>
/// From stamps of the system clock to TAI: anchors, one a second, each a reading of both clocks with what the estimator
/// said of the instant. A stamp lies between two of them, on a straight line; what the system clock may have done in
/// between, by others' hands, is part of the bound. No line goes through a step: there both sides are covered.
/// </summary>
internal sealed class StampMap(StampPaths paths)
{
    // The kernel turns its clock by at most 500 ppm when it slews; more between two anchors is a step.
    private const double SlewLimit = 500e-6;
    private const double StepLimit = 1000e-6;
    private const double NoBound = double.PositiveInfinity;
    private const long AheadNs = 10_000_000_000;
    private const int Segments = 16;
    private const long Mask = Limits.Anchors - 1;

    private readonly Anchor[] anchors = new Anchor[Limits.Anchors];
    private readonly long[] begins = new long[Segments];
    private long count;
    private int segments;

    // The newest pair, between two seconds; it gives way to the next one.
    private Anchor tip;
    private bool hasTip;

    /// <summary>All stamps alike, at most so late.</summary>
    public StampMap(uint pathNs)
        : this(new StampPaths(new StampPath(DelayRange.UpTo(pathNs), default)))
    {
    }

    /// <summary>The way from the wire to the stamp, leg by leg.</summary>
    public StampPaths Paths => paths;

    /// <summary>Steps of the system clock that were seen.</summary>
    public long Steps { get; private set; }

    /// <summary>Adds the anchor of a second; true where the system clock was stepped since the last.</summary>
    public bool Add(long system, long raw, uint halfNs, in ClockReadout readout)
    {
        hasTip = false;
        Anchor anchor = Make(system, raw, halfNs, readout);
        bool isStep = count > 0 && IsStep(At(count - 1), anchor);
        if (count == 0 || isStep)
        {
            Open(count);
            Steps += isStep ? 1 : 0;
        }

        if (count > 0)
        {
            ref Anchor before = ref anchors[(count - 1) & Mask];
            before.Rate = (anchor.System - before.System) / (double)(anchor.Raw - before.Raw);
        }

        anchors[count & Mask] = anchor;
        count++;
        return isStep;
    }

    /// <summary>Adds a pair of between: what comes after the last second need not be guessed up to it.</summary>
    public void AddTip(long system, long raw, uint halfNs, in ClockReadout readout)
    {
        if (count == 0)
        {
            return;
        }

        Anchor anchor = Make(system, raw, halfNs, readout);
        hasTip = anchor.Raw > At(count - 1).Raw && !IsStep(At(count - 1), anchor);
        tip = anchor;
    }

    /// <summary>Trust was taken back: says again what the anchors since a raw time are worth.</summary>
    /// <returns>Half width, ns, that holds the truth around each time that was given since then.</returns>
    public double Rewrite(long sinceRaw, in ClockReadout again)
    {
        hasTip = false;
        double widest = 0;
        for (long i = count - 1; i >= First && At(i).Raw >= sinceRaw; i--)
        {
            ref Anchor anchor = ref anchors[i & Mask];
            Anchor before = anchor;
            anchor = Make(anchor.System, anchor.Raw, anchor.HalfNs, again);
            anchor.Rate = before.Rate;
            double moved = Math.Abs((double)(anchor.Tai - before.Tai)) + anchor.Bound + anchor.HalfNs;
            widest = double.IsFinite(before.Bound) ? Math.Max(widest, moved) : widest;
        }

        return widest;
    }

    /// <summary>A stamp of any leg without a path of its own.</summary>
    public ClockState Map(long stamp, out long tai, out double bound) => Map(stamp, -1, out tai, out bound);

    /// <summary>A stamp as an interval of TAI at the wire: the way from there to the stamp is taken off.</summary>
    /// <param name="stamp">Reading of the system clock, ns since 1970.</param>
    /// <param name="leg">Number of the leg's rule; -1: none.</param>
    /// <param name="tai">Middle, ns of TAI.</param>
    /// <param name="bound">Half width, ns; infinite where nothing can be said.</param>
    /// <returns>State of the clock behind it.</returns>
    public ClockState Map(long stamp, int leg, out long tai, out double bound)
    {
        ClockState state = AtStamp(stamp, out tai, out bound);
        DelayRange way = paths.WayOf(leg);
        tai -= way.MiddleNs;
        bound += way.HalfNs;
        return state;
    }

    private ClockState AtStamp(long stamp, out long tai, out double bound)
    {
        tai = stamp;
        bound = NoBound;
        if (count == 0)
        {
            return ClockState.Unset;
        }

        ClockState state = ClockState.Unset;
        bool isFound = false;
        for (int i = segments - 1; i >= 0 && i >= segments - Segments; i--)
        {
            long from = Math.Max(First, begins[i % Segments]);
            long to = i == segments - 1 ? count - 1 : begins[(i + 1) % Segments] - 1;
            if (to < from || !Holds(from, to, i == segments - 1, stamp))
            {
                continue;
            }

            ClockState here = InSegment(from, to, stamp, out long hereTai, out double hereBound);
            (tai, bound, state) = isFound
                ? Hull(tai, bound, state, hereTai, hereBound, here)
                : (hereTai, hereBound, here);
            isFound = true;
        }

        return isFound ? state : BetweenSegments(stamp, out tai, out bound);
    }

    private long First => Math.Max(0, count - Limits.Anchors);

    private ref readonly Anchor At(long index) => ref anchors[index & Mask];

    private static Anchor Make(long system, long raw, uint halfNs, in ClockReadout readout) => new()
    {
        System = system,
        Raw = raw,
        HalfNs = halfNs,
        Tai = readout.IsSet ? readout.Filter.TaiAt(raw) : 0,
        Bound = readout.IsSet ? readout.BoundAt(raw) : NoBound,
        State = readout.State,
    };

    private static bool IsStep(in Anchor before, in Anchor after)
    {
        double raw = after.Raw - before.Raw;
        double apart = Math.Abs((after.System - before.System) - raw);
        return apart > (raw * StepLimit) + before.HalfNs + after.HalfNs;
    }

    private void Open(long index)
    {
        begins[segments % Segments] = index;
        segments++;
    }

    // A step lies somewhere between two anchors: up to it the segment before goes on, after it the next has begun, and
    // a stamp may belong to either. The first one reaches back as far as anyone asks.
    private bool Holds(long from, long to, bool isLast, long stamp)
    {
        long ahead = isLast ? AheadNs : Stretch(At(to), At(to + 1));
        bool isAfterBegin = from == First || stamp >= At(from).System - Stretch(At(from - 1), At(from));
        return isAfterBegin && stamp <= At(to).System + ahead;
    }

    private static long Stretch(in Anchor left, in Anchor right) =>
        right.Raw - left.Raw + ((right.Raw - left.Raw) / 1000) + left.HalfNs + right.HalfNs;

    private ClockState InSegment(long from, long to, long stamp, out long tai, out double bound)
    {
        if (stamp < At(from).System)
        {
            return Beyond(At(from), stamp, out tai, out bound);
        }

        if (stamp > At(to).System)
        {
            return Ahead(from, to, stamp, out tai, out bound);
        }

        long left = Find(from, to, stamp);
        if (left == to)
        {
            return Beyond(At(to), stamp, out tai, out bound);
        }

        double rate = RateOf(left);
        double change = left > from ? Math.Abs(rate - RateOf(left - 1)) : 0;
        change = left + 2 <= to ? Math.Max(change, Math.Abs(RateOf(left + 1) - rate)) : change;
        return Between(At(left), At(left + 1), stamp, change, out tai, out bound);
    }

    // What a change of rate within the stretch can have moved the stamp. Readings are as wide as their windows: a
    // change that they alone explain is none, and one that hides behind them costs a quarter of them at most.
    private static double Turned(in Anchor left, in Anchor right, double change)
    {
        double noise = 2.0 * (left.HalfNs + right.HalfNs);
        return Math.Max(0, (change * (right.System - left.System)) - noise) + (noise / 4);
    }

    private ClockState Ahead(long from, long to, long stamp, out long tai, out double bound)
    {
        if (!hasTip || stamp > tip.System)
        {
            return Beyond(hasTip ? tip : At(to), stamp, out tai, out bound);
        }

        double rate = (tip.System - At(to).System) / (double)(tip.Raw - At(to).Raw);
        double change = to > from ? Math.Abs(rate - RateOf(to - 1)) : SlewLimit;
        return Between(At(to), tip, stamp, change, out tai, out bound);
    }

    private static ClockState Between(
        in Anchor left, in Anchor right, long stamp, double change, out long tai, out double bound)
    {
        double system = right.System - left.System;
        double part = stamp - left.System;
        tai = left.Tai + (long)Math.Floor(part * (right.Tai - left.Tai) / system);
        bound = Math.Max(left.Bound, right.Bound) + Math.Max(left.HalfNs, right.HalfNs)
            + Turned(left, right, change) + 1;
        return left.Bound > right.Bound ? left.State : right.State;
    }

    // Outside of all anchors the system clock may be slewed as fast as the kernel can.
    private static ClockState Beyond(in Anchor anchor, long stamp, out long tai, out double bound)
    {
        long apart = stamp - anchor.System;
        tai = anchor.Tai + apart;
        bound = anchor.Bound + anchor.HalfNs + (Math.Abs((double)apart) * SlewLimit) + 1;
        return anchor.State;
    }

    private ClockState BetweenSegments(long stamp, out long tai, out double bound)
    {
        for (int i = segments - 1; i > 0 && i > segments - Segments; i--)
        {
            long begin = begins[i % Segments];
            if (begin - 1 < First || stamp < At(begin - 1).System || stamp > At(begin).System)
            {
                continue;
            }

            // The stamp was taken in the second in which the clock was stepped forward: anywhere between the two.
            ref readonly Anchor left = ref At(begin - 1);
            ref readonly Anchor right = ref At(begin);
            long half = ((right.Tai - left.Tai) / 2) + 1;
            tai = left.Tai + half;
            bound = Math.Max(left.Bound, right.Bound) + Math.Max(left.HalfNs, right.HalfNs) + half + 1;
            return right.State;
        }

        tai = stamp;
        bound = NoBound;
        return ClockState.Unset;
    }

    // Anchors are a second apart: a guess, and a few steps from there.
    private long Find(long from, long to, long stamp)
    {
        double span = At(to).System - At(from).System;
        long guess = span <= 0 ? from : from + (long)((stamp - At(from).System) / span * (to - from));
        guess = Math.Clamp(guess, from, to);
        while (guess < to && At(guess + 1).System <= stamp)
        {
            guess++;
        }

        while (guess > from && At(guess).System > stamp)
        {
            guess--;
        }

        return guess;
    }

    // How much faster than the counter the system clock went from this anchor to the next.
    private double RateOf(long left) => At(left).Rate;

    private static (long Tai, double Bound, ClockState State) Hull(
        long tai, double bound, ClockState state, long otherTai, double otherBound, ClockState other)
    {
        double half = Math.Abs((double)(tai - otherTai)) / 2;
        long middle = tai + ((otherTai - tai) / 2);
        return (middle, half + Math.Max(bound, otherBound) + 1, otherBound > bound ? other : state);
    }

    private struct Anchor
    {
        public long System;
        public long Raw;
        public long Tai;
        public double Bound;
        public double Rate;
        public uint HalfNs;
        public ClockState State;
    }
}
