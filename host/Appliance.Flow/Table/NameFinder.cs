using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>
/// Brings the first packets of each inside flow to the <see cref="NameSniffer"/> until it has a name or there is none.
/// Only the inside leg: the outside shows the same bytes, and its halves mostly live half a second.
/// </summary>
internal sealed class NameFinder(FlowStore store)
{
    private readonly NameSniffer sniffer = new();
    private ulong skipped;

    public void Take(int entry, in PacketFacts facts, in PacketView view, ReadOnlySpan<byte> frame)
    {
        ref HotFlow hot = ref store.Table.Hot(entry);
        if ((hot.Marks & Marks.NameDone) != 0)
        {
            return;
        }

        bool isFromClient = facts.IsUp == ((hot.Marks & Marks.OpenedByRemote) == 0);
        ref ColdFlow cold = ref store.Table.Cold(entry);
        Apply(sniffer.Inspect(ref cold.Name, view, frame, isFromClient, facts.StampNs), ref hot, ref cold);
    }

    /// <summary>The flow ends: what is there of a hello may hold the name.</summary>
    public void Close(int entry)
    {
        ref HotFlow hot = ref store.Table.Hot(entry);
        if ((hot.Seen & Seen.Inside) != 0 && (hot.Marks & Marks.NameDone) == 0)
        {
            ref ColdFlow cold = ref store.Table.Cold(entry);
            Apply(sniffer.Close(ref cold.Name), ref hot, ref cold);
        }
    }

    private void Apply(NameOutcome outcome, ref HotFlow hot, ref ColdFlow cold)
    {
        if (outcome == NameOutcome.More)
        {
            return;
        }

        hot.Marks |= Marks.NameDone;
        store.Count(Counter.NamesSkipped, sniffer.Skipped - skipped);
        skipped = sniffer.Skipped;
        if (outcome != NameOutcome.Found)
        {
            return;
        }

        cold.NameSlot = store.Names.Take(sniffer.Name);
        if (cold.NameSlot == 0)
        {
            store.Count(Counter.NamesSkipped);
            return;
        }

        // A record that has been written does not have the name yet.
        hot.Marks &= ~Marks.Settled;
        cold.NameSource = sniffer.Source;
        store.Count(CounterOf(sniffer.Source));
        store.Count(Counter.NamesEncrypted, sniffer.IsEncrypted ? 1UL : 0);
    }

    private static Counter CounterOf(ServiceSource source) => source switch
    {
        ServiceSource.Tls => Counter.NamesTls,
        ServiceSource.Quic => Counter.NamesQuic,
        ServiceSource.Http => Counter.NamesHttp,
        _ => Counter.NamesDns,
    };
}
