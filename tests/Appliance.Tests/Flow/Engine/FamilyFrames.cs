using Appliance.Wire;
using static Appliance.Tests.Flow.FrameBuilder;

namespace Appliance.Tests.Flow.Engine;

/// <summary>Frames of IPv6, and of IPv4 in a softwire, for the stage of <see cref="TwoLegs"/>.</summary>
internal static class FamilyFrames
{
    public const string Relay = "2001:db8:aaaa::1";

    public static byte[] Udp6(string from, int port, string to, int toPort, byte[] payload) =>
        V6(17, from, to, Udp(payload, port, toPort));

    public static byte[] Ping6(string from, string to, int type, int query, int sequence, byte[] payload) =>
        V6(58, from, to, Join([(byte)type, 0, 0, 0], Big16(query), Big16(sequence), payload));

    public static byte[] V6(int next, string from, string to, byte[] inner)
    {
        byte[] packet = Ip6(next, inner);
        Bytes(from).CopyTo(packet, 8);
        Bytes(to).CopyTo(packet, 24);
        return Ethernet(0x86DD, packet);
    }

    public static byte[] Udp4(string from, int port, string to, int toPort, byte[] payload) =>
        Ethernet(0x0800, PacketV4(from, port, to, toPort, payload));

    /// <summary>IPv4 in IPv6 (RFC 2473); up from the customer's end, or down from the relay.</summary>
    public static byte[] Wired(
        string softwire, bool up, string from, int port, string to, int toPort, byte[] payload) => V6(
        4, up ? softwire : Relay, up ? Relay : softwire, PacketV4(from, port, to, toPort, payload));

    public static Ip Address(string text) => Ip.TryParse(text, out Ip ip) ? ip : throw new FormatException(text);

    private static byte[] PacketV4(string from, int port, string to, int toPort, byte[] payload)
    {
        byte[] packet = Ip4(17, Udp(payload, port, toPort), id: 0);
        Bytes(from).CopyTo(packet, 12);
        Bytes(to).CopyTo(packet, 16);
        return packet;
    }

    private static byte[] Bytes(string text)
    {
        byte[] bytes = new byte[16];
        return bytes[..Address(text).Write(bytes)];
    }
}
