using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>
/// Where a log names both ends of a session and the mirror shows both halves but could not tell that they belong
/// together, they become one flow, with the log's name on it. The mirror's own evidence must not speak against it.
/// Lines with IPv4 addresses only: the others are named, each half by itself.
/// </summary>
internal sealed class NamedJoin(FlowStore store, WitnessBook book, Decider decider, MirrorCheck mirror)
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
        // First the name: joining may write the last record of a half that had records before.
        book.Adopt(inside, note);
        decider.JoinNamed(outside, inside);
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
        if (note.Other.IsNone || note.HasRival || note.Named == Witnesses.Deterministic)
        {
            return false;
        }

        bool isOutside = (hot.Seen & Seen.Inside) == 0;
        int other = mirror.OtherHalf(entry, note);
        outside = isOutside ? entry : other;
        inside = isOutside ? other : entry;
        return other >= 0 && AreHalves(outside, inside) && !mirror.IsAgainst(entry, note);
    }

    private bool AreHalves(int outside, int inside)
    {
        const Marks whole = Marks.Joined | Marks.OnNet | Marks.Hairpin;
        return (store.Table.Hot(outside).Seen & Seen.Inside) == 0
            && (store.Table.Hot(inside).Seen & Seen.Outside) == 0
            && (store.Table.Hot(inside).Marks & whole) == Marks.None;
    }
}
