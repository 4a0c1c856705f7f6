using Appliance.Wire;

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

    /// <summary>
    /// Makes key and hash for the direction that the facts name. Numbers of addresses that no flow holds are 0.
    /// </summary>
    public static void SetKey(ref PacketFacts facts, in PacketView view, FlowStore store)
    {
        ref readonly Ip line = ref Line(facts, view);
        ref readonly Ip remote = ref Remote(facts, view);
        if (line.IsV4 && remote.IsV4 && view.SoftwireSource.IsNone)
        {
            SetKey(ref facts, view, line.V4, remote.V4, KeyFlags.None, store);
            return;
        }

        WiredAddress wired = Wired(facts, view, line);
        KeyFlags flags = FlagsOf(wired, remote);
        uint lineBits = (flags & KeyFlags.Line) != 0 ? store.Addresses.Find(wired) : line.V4;
        uint remoteBits = (flags & KeyFlags.Remote) != 0 ? store.Addresses.Find(new(remote, default)) : remote.V4;
        SetKey(ref facts, view, lineBits, remoteBits, flags, store);
    }

    /// <summary>
    /// Takes the numbers of a key that is to be opened and makes it anew; false where there is no room.
    /// </summary>
    public static bool TryTake(ref PacketFacts facts, in PacketView view, FlowStore store)
    {
        KeyFlags flags = facts.Key.Flags;
        if (facts.Leg == Leg.Outside && !facts.IsUp && store.Addresses.IsScarce)
        {
            return false;
        }

        ref readonly Ip line = ref Line(facts, view);
        ref readonly Ip remote = ref Remote(facts, view);
        bool isLineNumber = (flags & KeyFlags.Line) != 0;
        bool isRemoteNumber = (flags & KeyFlags.Remote) != 0;
        uint lineBits = isLineNumber ? store.Addresses.Take(Wired(facts, view, line)) : line.V4;
        if (isLineNumber && lineBits == 0)
        {
            return false;
        }

        uint remoteBits = isRemoteNumber ? store.Addresses.Take(new(remote, default)) : remote.V4;
        if (isRemoteNumber && remoteBits == 0)
        {
            if (isLineNumber)
            {
                store.Addresses.Release(lineBits);
            }

            return false;
        }

        SetKey(ref facts, view, lineBits, remoteBits, flags, store);
        return true;
    }

    /// <summary>
    /// Hash of the tuple that does not depend on numbers of addresses: the first packet of a flow comes before them.
    /// </summary>
    public static ulong StableHash(in PacketFacts facts, in PacketView view, FlowStore store)
    {
        if (facts.Key.Flags == KeyFlags.None)
        {
            return facts.Hash;
        }

        WiredAddress line = Wired(facts, view, Line(facts, view));
        ref readonly Ip remote = ref Remote(facts, view);
        ulong hash = store.Hash.Of(facts.Key.B ^ line.Address.High, line.Address.Low);
        hash = store.Hash.Of(hash ^ remote.High, remote.Low);
        return line.Softwire.IsNone ? hash : store.Hash.Of(hash ^ line.Softwire.High, line.Softwire.Low);
    }

    /// <summary>The end of the packet that is not the line.</summary>
    public static ref readonly Ip Remote(in PacketFacts facts, in PacketView view) =>
        ref facts.IsUp ? ref view.Destination : ref view.Source;

    private static ref readonly Ip Line(in PacketFacts facts, in PacketView view) =>
        ref facts.IsUp ? ref view.Source : ref view.Destination;

    /// <summary>A softwire tells lines apart on the inside only; outside it would be somebody's own tunnel.</summary>
    private static WiredAddress Wired(in PacketFacts facts, in PacketView view, in Ip line) => new(
        line,
        facts.Leg == Leg.Outside ? default : facts.IsUp ? view.SoftwireSource : view.SoftwireDestination);

    private static KeyFlags FlagsOf(in WiredAddress line, in Ip remote) =>
        (line.Address.IsV4 && line.Softwire.IsNone ? KeyFlags.None : KeyFlags.Line)
        | (remote.IsV4 ? KeyFlags.None : KeyFlags.Remote);

    private static void SetKey(
        ref PacketFacts facts, in PacketView view, uint line, uint remote, KeyFlags flags, FlowStore store)
    {
        bool isEcho = view.Protocol is Icmp4 or Icmp6;
        ushort linePort = facts.IsUp ? view.SourcePort : view.DestinationPort;
        ushort remotePort = isEcho ? (ushort)0 : facts.IsUp ? view.DestinationPort : view.SourcePort;
        facts.Key = new FlowKey(line, remote, linePort, remotePort, facts.Realm, view.Protocol, flags);
        facts.Hash = store.Table.HashOf(facts.Key);
    }
}
