using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>
/// Where a log names both ends of a session and the mirror shows both halves but could not tell that they belong
/// together, they become one flow, with the log's name on it. The mirror's own evidence must not speak against it.
/// Lines with IPv4 addresses only: the others are named, each half by itself.
/// </summary>
internal sealed class NamedJoin(FlowStore store, WitnessBook book, Decider decider, CandidateList candidates)
{
    /// <summary>The same for an entry that the wheel has just given out; true where it is gone.</summary>
    public bool TryJoinPopped(int entry)
    {
        if (!TryFind(entry, out int outside, out int inside, out WitnessNote note))
        {
            return false;
        }

        if (outside == entry)
        {
            // It is on the wheel no more, and joining takes it off.
            store.Wheel.Arm(entry, store.NowNs);
        }

        Join(outside, inside, note);
        return outside == entry;
    }

    /// <summary>
    /// Joins a flow that ends with its other half; true where the entry was the outside half and is gone.
    /// </summary>
    public bool TryJoin(int entry)
    {
        if (!TryFind(entry, out int outside, out int inside, out WitnessNote note))
        {
            return false;
        }

        Join(outside, inside, note);
        return outside == entry;
    }

    private void Join(int outside, int inside, in WitnessNote note)
    {
        decider.JoinNamed(outside, inside);
        book.Adopt(inside, note);
    }

    private bool TryFind(int entry, out int outside, out int inside, out WitnessNote note)
    {
        outside = -1;
        inside = -1;
        note = default;
        ref HotFlow hot = ref store.Table.Hot(entry);
        if ((hot.Marks & (Marks.Joined | Marks.OnNet | Marks.Hairpin)) != 0)
        {
            return false;
        }

        note = book.Ask(entry);
        bool isOutside = (hot.Seen & Seen.Inside) == 0;
        if (note.Other.IsNone || note.OtherPort == 0 || note.HasRival || !note.Other.IsV4
            || note.Named == Witnesses.Deterministic)
        {
            return false;
        }

        FlowKey own = hot.InsideKey;
        ushort realm = isOutside ? note.Realm : OutsideRealm(hot);
        FlowKey key = new(
            note.Other.V4, own.Remote, note.OtherPort, own.RemotePort, realm, own.Protocol,
            own.Flags & KeyFlags.Remote);
        ulong hash = store.Table.HashOf(key);
        int other = isOutside ? store.Table.FindInside(key, hash) : store.Table.FindOutside(key, hash);
        outside = isOutside ? entry : other;
        inside = isOutside ? other : entry;
        return other >= 0 && Fits(outside, inside, note, isOutside);
    }

    /// <summary>
    /// Both realms are numbered alike where the legs' rules name the same one; else the flow stays apart.
    /// </summary>
    private static ushort OutsideRealm(in HotFlow hot) => hot.InsideKey.Realm;

    private bool Fits(int outside, int inside, in WitnessNote note, bool isOutside)
    {
        ref HotFlow half = ref store.Table.Hot(outside);
        ref HotFlow flow = ref store.Table.Hot(inside);
        bool areHalves = (half.Seen & Seen.Inside) == 0 && (flow.Seen & Seen.Outside) == 0
            && (flow.Marks & Marks.Joined) == 0;
        long apart = Math.Abs(store.Table.Cold(outside).StartNs - store.Table.Cold(inside).StartNs);
        if (!areHalves || apart > 2 * store.WindowNs)
        {
            return false;
        }

        int count = candidates.Collect(outside);
        FlowKey key = flow.InsideKey;
        return count == 0 || (isOutside
            ? candidates.Has(note.Other, note.OtherPort)
            : candidates.Has(store.AddressOf(key.Line, key.IsLineNumber), key.LinePort));
    }
}
