using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>
/// Makes records of flows and hands them over. A flow that only the outside leg shows is one row without a line, or
/// one row for each candidate; if nothing ever went out (a scan) it is counted, and no row.
/// </summary>
internal sealed class Recorder(
    FlowStore store, RecordQueue queue, CandidateList candidates, MirrorCheck mirror, WitnessBook? witnesses = null)
{
    /// <summary>Writes the record or records of a flow as it stands.</summary>
    public void Write(int entry, FlowKind kind, EndReason reason, long endNs)
    {
        ref HotFlow hot = ref store.Table.Hot(entry);
        bool isOutsideOnly = (hot.Seen & Seen.Inside) == 0;
        if (isOutsideOnly && (hot.Seen & Seen.Up) == 0)
        {
            return;
        }

        FlowRecord record = Build(entry, kind, reason, endNs);
        if (witnesses is null || !TryWriteNamed(ref record, entry))
        {
            if (isOutsideOnly && candidates.Collect(entry) >= 2)
            {
                record.Group = candidates.TakeGroup();
                WriteCandidates(ref record, candidates.Count, others: 0);
            }
            else
            {
                Put(record);
            }
        }

        hot.Marks |= Marks.Recorded;
        if (kind is FlowKind.Quiet or FlowKind.End)
        {
            hot.Marks |= Marks.Settled;
        }
    }

    /// <summary>The last record of an outside half that had records of its own before it was joined.</summary>
    public void WriteAbsorbed(int outside, int inside)
    {
        ref HotFlow line = ref store.Table.Hot(inside);
        FlowRecord record = Build(outside, FlowKind.End, EndReason.Reused, store.Table.Hot(outside).LastNs);
        FlowRecord owner = Build(inside, FlowKind.End, EndReason.Reused, line.LastNs);
        if (witnesses?.Of(inside) is { IsOfJoined: true } note && note.Method != Attribution.None)
        {
            // A log brought the halves together, not the mirror.
            owner.Attribution = note.Method;
            owner.Witnesses = note.Named;
        }

        record.SubscriberAddress = owner.SubscriberAddress;
        record.SubscriberSoftwire = owner.SubscriberSoftwire;
        record.SubscriberPort = owner.SubscriberPort;
        record.Translation = owner.Translation;
        record.Attribution = owner.Attribution;
        record.Witnesses = owner.Witnesses;
        record.EvidenceBits = owner.EvidenceBits;
        record.Candidates = 1;
        record.LegRule = owner.LegRule;
        Put(record);
    }

    /// <summary>True where an outside flow has several lines that it could belong to.</summary>
    public bool IsAmbiguous(int entry) => candidates.Collect(entry) >= 2;

    /// <summary>True where a witness other than the mirror named the other side of a flow.</summary>
    public bool IsNamed(int entry) => witnesses is not null && !witnesses.Of(entry).Other.IsNone;

    /// <summary>True where witnesses, the mirror among them, contradict each other about a flow.</summary>
    public bool IsContested(int entry) => witnesses?.Of(entry) is { } note && (note.HasRival || note.IsContradicted);

    /// <summary>
    /// Writes what witnesses other than the mirror make of a flow; false where they have nothing to add that decides.
    /// </summary>
    private bool TryWriteNamed(ref FlowRecord record, int entry)
    {
        WitnessNote note = witnesses!.Ask(entry);
        bool isJoined = record.Attribution == Attribution.Mirror;

        // A flow of the inside leg keeps its line: what is named is its public side.
        bool isPublic = !isJoined && !record.SubscriberAddress.IsNone;
        if (isJoined)
        {
            record.Witnesses = note.Method == Attribution.None ? record.Witnesses | note.Named : note.Named;
            record.Attribution = note.Method == Attribution.None ? record.Attribution : note.Method;
        }
        else if (note.Other.IsNone)
        {
            return false;
        }
        else if (mirror.IsAgainst(entry, note))
        {
            witnesses.SetContradicted(entry, true);
            WriteAgainst(ref record, entry, note, isPublic);
            return true;
        }
        else
        {
            witnesses.SetContradicted(entry, false);
            SetOther(ref record, note.Other, note.OtherPort, note.Realm, note.Named, isPublic);
            record.Attribution = note.Method;
            record.Candidates = 1;
        }

        if (note.HasRival)
        {
            WriteContested(ref record, entry, note, isPublic);
            return true;
        }

        Put(record);
        return true;
    }

    /// <summary>
    /// The mirror shows others than the log names: all stand, what the log names among them. Where the mirror has no
    /// lines of its own to offer (the named line showed another flow's packets) the set is not whole.
    /// </summary>
    private void WriteAgainst(ref FlowRecord record, int entry, in WitnessNote note, bool isPublic)
    {
        int count = isPublic ? 0 : candidates.Count;
        bool isListed = count > 0 && candidates.Has(note.Other, note.OtherPort, note.Realm);
        bool isRivalListed = !note.HasRival
            || (count > 0 && candidates.Has(note.Rival, note.RivalPort, note.RivalRealm));
        record.Conflict = true;
        record.Group = count > 0 ? candidates.TakeGroup() : witnesses!.GroupOf(entry, candidates);
        WriteCandidates(ref record, count, others: (isListed ? 0 : 1) + (isRivalListed ? 0 : 1));
        record.Candidates = count > 0 ? record.Candidates : ushort.MaxValue;
        if (!isListed)
        {
            SetOther(ref record, note.Other, note.OtherPort, note.Realm, note.Named, isPublic);
            Put(record);
            record.IsFirst = false;
        }

        if (!isRivalListed)
        {
            SetOther(ref record, note.Rival, note.RivalPort, note.RivalRealm, note.RivalWitness, isPublic);
            Put(record);
        }
    }

    /// <summary>Two witnesses, two rows: what each of them says.</summary>
    private void WriteContested(ref FlowRecord record, int entry, in WitnessNote note, bool isPublic)
    {
        record.Attribution = Attribution.Ambiguous;
        record.Conflict = true;
        record.Candidates = 2;
        record.Group = witnesses!.GroupOf(entry, candidates);
        Put(record);
        record.IsFirst = false;
        SetOther(ref record, note.Rival, note.RivalPort, note.RivalRealm, note.RivalWitness, isPublic);
        Put(record);
    }

    /// <summary>Sets the side that a witness names: the line's of an outside flow, else the public one.</summary>
    private void SetOther(
        ref FlowRecord record, in Ip address, ushort port, ushort realm, Witnesses witness, bool isPublic)
    {
        if (isPublic)
        {
            record.PublicAddress = address;
            record.PublicPort = port;
        }
        else
        {
            record.SubscriberAddress = address;
            record.SubscriberSoftwire = default;
            record.SubscriberPort = port;
            record.LegRule = witnesses!.RuleOf(realm);
        }

        record.Witnesses = witness;
        record.EvidenceBits = 0;
        record.Translation = Translations.Of(record);
    }

    /// <summary>A row for each line that the mirror shows; others stand beside them in the same set.</summary>
    private void WriteCandidates(ref FlowRecord record, int count, int others)
    {
        record.Attribution = Attribution.Ambiguous;
        record.Candidates = candidates.IsCut ? ushort.MaxValue : (ushort)(count + others);
        for (int i = 0; i < count; i++)
        {
            ref readonly Candidate candidate = ref candidates[i];
            FlowKey key = candidate.Key;
            SetLine(ref record, key);
            record.LegRule = candidate.LegRule;
            record.EvidenceBits = candidate.EvidenceBits;
            record.Witnesses = Witnesses.Mirror;
            record.Translation = Translations.Of(record);
            Put(record);
            record.IsFirst = false;
        }
    }

    private FlowRecord Build(int entry, FlowKind kind, EndReason reason, long endNs)
    {
        ref HotFlow hot = ref store.Table.Hot(entry);
        ref ColdFlow cold = ref store.Table.Cold(entry);
        FlowKey key = hot.InsideKey;
        FlowRecord record = new()
        {
            FlowNumber = cold.FlowNumber,
            Slot = entry,
            IsFirst = (hot.Marks & Marks.Recorded) == 0,
            Kind = kind,
            Protocol = hot.Protocol,
            EndReason = reason,
            RemotePort = key.RemotePort,
            RemoteAddress = store.AddressOf(key.Remote, key.IsRemoteNumber),
            LegRule = cold.LegRule,
            NameSlot = cold.NameSlot,
            ServiceSource = cold.NameSource,
            Route = cold.Route,
            StartNs = cold.StartNs,
            LastNs = hot.LastNs,
            EndNs = endNs,
            PacketsUp = hot.PacketsUp | ((ulong)cold.PacketsUpHigh << 32),
            PacketsDown = hot.PacketsDown | ((ulong)cold.PacketsDownHigh << 32),
            BytesUp = hot.BytesUp,
            BytesDown = hot.BytesDown,
        };
        Sides(ref record, hot, cold, key);
        return record;
    }

    private void Sides(ref FlowRecord record, in HotFlow hot, in ColdFlow cold, FlowKey key)
    {
        bool isJoined = (hot.Marks & Marks.Joined) != 0;
        bool isOutsideOnly = (hot.Seen & Seen.Inside) == 0;
        if (!isOutsideOnly)
        {
            SetLine(ref record, key);
        }

        if (isJoined || isOutsideOnly)
        {
            record.PublicAddress = store.AddressOf(hot.PublicAddress, (hot.Flags & KeyFlags.Public) != 0);
            record.PublicPort = hot.PublicPort;
        }

        if (isJoined)
        {
            record.Attribution = Attribution.Mirror;
            record.Witnesses = Witnesses.Mirror;
            record.Candidates = 1;
            record.EvidenceBits = cold.EvidenceBits;
            record.Translation = (hot.Marks & Marks.Hairpin) != 0 ? Translation.Hairpin : Translations.Of(record);
        }
        else if ((hot.Marks & Marks.OnNet) != 0)
        {
            record.Translation = Translation.OnNet;
        }
    }

    private void SetLine(ref FlowRecord record, FlowKey key)
    {
        record.SubscriberAddress = store.AddressOf(key.Line, key.IsLineNumber);
        record.SubscriberSoftwire = key.IsLineNumber ? store.Addresses.SoftwireOf(key.Line) : default;
        record.SubscriberPort = key.LinePort;
    }

    private void Put(in FlowRecord record)
    {
        store.Count(queue.TryWrite(record) ? Counter.RecordsWritten : Counter.RecordsDropped);
    }
}
