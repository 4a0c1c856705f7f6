using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>
/// Makes records of flows and hands them over. A flow that only the outside leg shows is one row without a line, or
/// one row for each candidate; if nothing ever went out (a scan) it is counted, and no row.
/// </summary>
internal sealed class Recorder(FlowStore store, RecordQueue queue, CandidateList candidates)
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
        if (isOutsideOnly && candidates.Collect(entry) >= 2)
        {
            WriteCandidates(ref record);
        }
        else
        {
            Put(record);
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
        record.SubscriberAddress = owner.SubscriberAddress;
        record.SubscriberSoftwire = owner.SubscriberSoftwire;
        record.SubscriberPort = owner.SubscriberPort;
        record.Translation = owner.Translation;
        record.Attribution = Attribution.Mirror;
        record.Witnesses = Witnesses.Mirror;
        record.EvidenceBits = owner.EvidenceBits;
        record.Candidates = 1;
        record.LegRule = owner.LegRule;
        Put(record);
    }

    /// <summary>True where an outside flow has several lines that it could belong to.</summary>
    public bool IsAmbiguous(int entry) => candidates.Collect(entry) >= 2;

    private void WriteCandidates(ref FlowRecord record)
    {
        int count = candidates.Count;
        record.Attribution = Attribution.Ambiguous;
        record.Group = candidates.Group;
        record.Candidates = candidates.IsCut ? ushort.MaxValue : (ushort)count;
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
