using System.Text;
using Appliance.Flow;
using Appliance.Wire;
using Decoder = Appliance.Flow.Decoder;

namespace Appliance.Tests.Flow;

/// <summary>A flow with its name, as the tests compare it.</summary>
internal sealed record NamedFlow(byte Protocol, Ip Client, int ClientPort, Ip Server, int ServerPort)
{
    public List<(ServiceSource Source, string Name, bool IsEncrypted)> Names { get; } = [];
}

/// <summary>
/// Runs reader, decoder and name sniffer over a capture with the simplest flow table there is: a dictionary, and the
/// client is who sent the first packet, or the SYN.
/// </summary>
internal static class NameProbe
{
    public static List<NamedFlow> Run(byte[] file)
    {
        var table = new Dictionary<(byte, Ip, ushort, Ip, ushort), Entry>();
        var order = new List<Entry>();
        var state = new DecodeState();
        var sniffer = new NameSniffer(64);
        Corpus.Walk(file, 4096, (ReadOnlySpan<byte> frame, in PacketRef packet) =>
        {
            PacketView view = default;
            Decoder.Decode(frame, packet, state, ref view);
            if (view.Kind != PacketKind.Flow)
            {
                return;
            }

            Entry entry = Find(table, order, view, out bool fromClient);
            if (entry.IsDone && (view.TcpFlags & 0x12) == 2)
            {
                entry.IsDone = false;
                entry.State = default;
            }

            if (entry.IsDone)
            {
                return;
            }

            NameOutcome outcome = sniffer.Inspect(ref entry.State, view, frame, fromClient, packet.StampNs);
            entry.IsDone = outcome != NameOutcome.More;
            Note(entry, sniffer, outcome);
        }, out _);
        foreach (Entry entry in order.Where(e => !e.IsDone))
        {
            Note(entry, sniffer, sniffer.Close(ref entry.State));
        }

        if (sniffer.FreeBuffers != 64 || sniffer.Skipped != 0)
        {
            throw new InvalidOperationException($"{sniffer.FreeBuffers} of 64 buffers came back");
        }

        return [.. order.Select(e => e.Flow)];
    }

    private static Entry Find(
        Dictionary<(byte, Ip, ushort, Ip, ushort), Entry> table,
        List<Entry> order,
        in PacketView view,
        out bool fromClient)
    {
        var there = (view.Protocol, view.Source, view.SourcePort, view.Destination, view.DestinationPort);
        var back = (view.Protocol, view.Destination, view.DestinationPort, view.Source, view.SourcePort);
        fromClient = true;
        if (table.TryGetValue(there, out Entry? entry))
        {
            return entry;
        }

        if (table.TryGetValue(back, out entry))
        {
            fromClient = false;
            return entry;
        }

        bool isAnswer = view.Protocol == 6 && (view.TcpFlags & 0x12) == 0x12;
        fromClient = !isAnswer;
        entry = new Entry(isAnswer
            ? new NamedFlow(view.Protocol, view.Destination, view.DestinationPort, view.Source, view.SourcePort)
            : new NamedFlow(view.Protocol, view.Source, view.SourcePort, view.Destination, view.DestinationPort));
        order.Add(entry);
        table[isAnswer ? back : there] = entry;
        return entry;
    }

    private static void Note(Entry entry, NameSniffer sniffer, NameOutcome outcome)
    {
        if (outcome == NameOutcome.Found)
        {
            entry.Flow.Names.Add((sniffer.Source, Encoding.ASCII.GetString(sniffer.Name), sniffer.IsEncrypted));
        }
    }

    private sealed class Entry(NamedFlow flow)
    {
        public NameState State;

        public NamedFlow Flow { get; } = flow;

        public bool IsDone { get; set; }
    }
}
