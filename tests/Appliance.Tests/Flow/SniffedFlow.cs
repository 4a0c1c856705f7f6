using System.Text;
using Appliance.Flow;
using Decoder = Appliance.Flow.Decoder;

namespace Appliance.Tests.Flow;

/// <summary>One flow whose packets a test writes by hand and brings to a sniffer.</summary>
internal sealed class SniffedFlow(NameSniffer? sniffer = null, int clientPort = 40000)
{
    private readonly DecodeState decode = new();
    private NameState state;

    public NameSniffer Sniffer { get; } = sniffer ?? new NameSniffer(4);

    public string Name => Encoding.ASCII.GetString(Sniffer.Name);

    public NameOutcome Udp(byte[] payload, int port = 443, bool fromClient = true, long stampNs = 0) =>
        Bring(FrameBuilder.Ip4(17, FrameBuilder.Udp(payload, clientPort, port)), fromClient, stampNs);

    public NameOutcome Syn(uint sequence) => Tcp([], sequence, flags: 2);

    public NameOutcome Tcp(byte[] payload, uint sequence, int port = 443, byte flags = 0x18, long stampNs = 0)
    {
        byte[] segment = FrameBuilder.Tcp(payload, clientPort, port);
        FrameBuilder.Big32(sequence).CopyTo(segment, 4);
        segment[13] = flags;
        return Bring(FrameBuilder.Ip4(6, segment), true, stampNs);
    }

    public NameOutcome Close() => Sniffer.Close(ref state);

    private NameOutcome Bring(byte[] packet, bool fromClient, long stampNs)
    {
        byte[] frame = FrameBuilder.Ethernet(0x0800, packet);
        PacketView view = default;
        var place = new PacketRef { Captured = frame.Length, Length = frame.Length, LinkType = 1, StampNs = stampNs };
        Decoder.Decode(frame, place, decode, ref view);
        return Sniffer.Inspect(ref state, view, frame, fromClient, stampNs);
    }
}
