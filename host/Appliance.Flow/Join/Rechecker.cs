using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>
/// Watches bindings that were found. Samples of a joined flow's outside leg must have their like on its inside; when
/// one belongs to another line instead, the public tuple has a new owner: the old flow ends there and the tuple begins
/// anew, unattributed. An inside flow that turns up behind another public tuple while its old one is silent was given
/// a new one by the NAT: it ends, and begins anew there.
/// </summary>
internal sealed class Rechecker(FlowStore store, Matcher matcher, Decider decider, FlowKeeper keeper, Doubt doubt)
{
    private const byte Tcp = 6;

    /// <summary>When the next check is due.</summary>
    public long NextNs => Math.Min(matcher.Checks.NextNs, decider.NextNs);

    /// <summary>Does one decision or check whose time has come; false when none is left.</summary>
    public bool TryStep()
    {
        // Checks come first: a decision must know whether the old binding was heard of.
        if (matcher.Checks.TryTake(store.NowNs, out DueItem item))
        {
            if (matcher.Probes.Holds(item.Number) && matcher.IsLive(matcher.Probes[item.Number]))
            {
                Check(item.Number);
            }

            return true;
        }

        bool isStep = decider.TryStep(out Verdict verdict);
        if (verdict == Verdict.FoundTaken)
        {
            Rebind(decider.Taken.Outside, decider.Taken.Inside);
        }

        return isStep;
    }

    private void Check(uint position)
    {
        ref Probe probe = ref matcher.Probes[position];
        ref HotFlow flow = ref store.Table.Hot(probe.Entry);
        if ((flow.Seen & (Seen.Inside | Seen.Outside)) != (Seen.Inside | Seen.Outside))
        {
            return;
        }

        ref ColdFlow cold = ref store.Table.Cold(probe.Entry);
        cold.LastOutsideNs = Math.Max(cold.LastOutsideNs, probe.StampNs);
        if (store.LastInsideNs < probe.StampNs)
        {
            // The inside leg as a whole has stopped: that says nothing about any flow.
            return;
        }

        bool isOwn = HasInside(position, probe.Entry, out bool hasOther);
        store.Count(Counter.SamplesChecked);
        store.Count(Counter.SamplesMissed, isOwn ? 0u : 1);
        bool isInsideSilent = flow.LastNs < probe.StampNs - store.WindowNs;
        if (isOwn)
        {
            cold.Misses = 0;
            store.Quiet.Keep(probe.Entry);
        }
        else if (hasOther && probe.PayloadBits + Evidence.BitsOf(probe.Parts) >= Limits.MarginBits)
        {
            // While its own line still speaks, one lost copy and another line's equal packet say nothing yet.
            cold.Misses++;
            if (isInsideSilent || cold.Misses * doubt.BitsPerMissing >= Limits.MarginBits)
            {
                store.Count(Counter.BindingsReused);
                TakeOver(position);
            }
        }
        else if (isInsideSilent && (probe.Marks & ProbeMarks.Up) != 0 && ++cold.Misses >= Limits.MissesMax)
        {
            store.Count(Counter.BindingsRevised);
            TakeOver(position);
        }
    }

    /// <summary>Looks for inside samples equal to an outside one: the flow's own, or another's.</summary>
    private bool HasInside(uint position, int entry, out bool hasOther)
    {
        ProbeIndex probes = matcher.Probes;
        ref Probe own = ref probes[position];
        hasOther = false;
        int steps = 0;
        for (uint at = probes.Newest(own.Digest);
            at != 0 && steps < Limits.ChainWalkMax;
            at = probes.Before(at), steps++)
        {
            ref Probe other = ref probes[at];
            if (other.Digest != own.Digest || other.Leg != Leg.Inside
                || Math.Abs(other.StampNs - own.StampNs) > store.WindowNs || !matcher.IsLive(other))
            {
                continue;
            }

            if (other.Entry == entry)
            {
                return true;
            }

            hasOther = true;
        }

        return false;
    }

    /// <summary>
    /// Ends a flow whose public tuple belongs to somebody else since the sample, and opens the tuple anew.
    /// </summary>
    private void TakeOver(uint position)
    {
        Probe probe = matcher.Probes[position];
        FlowKey key = store.Table.Hot(probe.Entry).OutsideKey;
        ushort rule = store.Table.Cold(probe.Entry).OutsideRule;
        store.Hold(key);
        keeper.Close(probe.Entry, EndReason.Reused, Math.Min(probe.StampNs, store.NowNs));
        int half = keeper.OpenOutside(key, probe.StampNs, rule);
        if (half < 0)
        {
            store.Release(key);
            store.Count(Counter.FlowsRefused);
            return;
        }

        HandOver(position, probe, half);
    }

    /// <summary>The samples since then were the new owner's: they are compared again in its name.</summary>
    private void HandOver(uint position, in Probe probe, int half)
    {
        ProbeIndex probes = matcher.Probes;
        uint number = (uint)store.Table.Cold(half).FlowNumber;
        int steps = 0;
        for (uint at = position; probes.Holds(at) && steps < Limits.TakeoverWalkMax; at++, steps++)
        {
            ref Probe later = ref probes[at];
            if (later.Entry == probe.Entry && later.Flow == probe.Flow && later.Leg == Leg.Outside)
            {
                later.Entry = half;
                later.Flow = number;
                ref HotFlow flow = ref store.Table.Hot(half);
                flow.Seen |= (later.Marks & ProbeMarks.Up) != 0 ? Seen.Up : Seen.Down;
                flow.LastNs = Math.Max(flow.LastNs, later.StampNs);
                matcher.Compare(at);
            }
        }
    }

    private void Rebind(int outside, int inside)
    {
        ref HotFlow flow = ref store.Table.Hot(inside);
        if ((flow.Marks & Marks.Hairpin) != 0)
        {
            return;
        }

        ref ColdFlow cold = ref store.Table.Cold(inside);
        long beganNs = store.Table.Cold(outside).StartNs;

        // Only a binding that fell silent before the new one began was replaced; TCP never changes its port.
        if (flow.Protocol == Tcp || cold.LastOutsideNs >= beganNs)
        {
            return;
        }

        store.Count(Counter.BindingsRevised);
        store.Quiet.Change(inside);
        keeper.Reopen(inside, beganNs);
        matcher.Requeue(outside);
    }
}
