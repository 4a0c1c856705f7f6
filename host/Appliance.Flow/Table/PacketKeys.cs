namespace Appliance.Flow;

/// <summary>From a decoded packet to the key it is looked up by.</summary>
internal static class PacketKeys
{
    private const byte Tcp = 6;
    private const byte Icmp4 = 1;
    private const byte Icmp6 = 58;
    private const byte SynAck = 18;
    private const byte EchoReply4 = 0;
    private const byte EchoReply6 = 129;

    /// <summary>Decides which way the packet goes and makes its key and hash.</summary>
    public static void Fill(ref PacketFacts facts, in PacketView view, FlowStore store)
    {
        // Where no prefix tells, the sender is taken as the line, unless it answers a handshake or an echo.
        bool isAnswer = view.Protocol switch
        {
            Tcp => (view.TcpFlags & SynAck) == SynAck,
            Icmp4 => view.IcmpType == EchoReply4,
            Icmp6 => view.IcmpType == EchoReply6,
            _ => false,
        };
        facts.IsUp = facts.End switch
        {
            LineEnd.Source => true,
            LineEnd.Destination => false,
            _ => !isAnswer,
        };
        SetKey(ref facts, view, store);
    }

    /// <summary>Makes key and hash for the direction that the facts name.</summary>
    public static void SetKey(ref PacketFacts facts, in PacketView view, FlowStore store)
    {
        bool isV6 = !view.Source.IsV4;
        uint source = store.NumberOf(view.Source, isV6);
        uint destination = store.NumberOf(view.Destination, isV6);
        bool isEcho = view.Protocol is Icmp4 or Icmp6;
        ushort linePort = facts.IsUp ? view.SourcePort : view.DestinationPort;
        ushort remotePort = isEcho ? (ushort)0 : facts.IsUp ? view.DestinationPort : view.SourcePort;
        facts.Key = facts.IsUp
            ? new FlowKey(source, destination, linePort, remotePort, facts.Realm, view.Protocol, isV6)
            : new FlowKey(destination, source, linePort, remotePort, facts.Realm, view.Protocol, isV6);
        facts.Hash = store.Table.HashOf(facts.Key);
    }
}
