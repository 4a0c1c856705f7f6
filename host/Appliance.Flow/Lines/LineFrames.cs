using Appliance.Wire;

namespace Appliance.Flow.Lines;

/// <summary>
/// Finds messages about sessions in captured frames: RADIUS accounting, DHCP replies and releases. Which captures are
/// looked at is for the caller to say: a customer can send such packets, too.
/// </summary>
public sealed class LineFrames(LineTally tally)
{
    private const byte Udp = 17;
    private const ushort RadiusPort = 1813;

    /// <summary>Used before RFC 2866 section 3 gave it another.</summary>
    private const ushort OldRadiusPort = 1646;
    private const ushort Dhcp4ServerPort = 67;
    private const ushort Dhcp4ClientPort = 68;
    private const ushort Dhcp6ServerPort = 547;
    private const ushort Dhcp6ClientPort = 546;

    private readonly DecodeState state = new();
    private readonly RadiusDecoder radius = new(tally);
    private readonly Dhcp4Decoder dhcp4 = new(tally);
    private readonly Dhcp6Decoder dhcp6 = new(tally);
    private PacketView view;

    /// <summary>Frames that were no such message.</summary>
    public ulong Others { get; private set; }

    /// <summary>Decodes one frame; true where it is an event.</summary>
    /// <param name="frame">The captured bytes.</param>
    /// <param name="packet">What the capture said about it.</param>
    /// <param name="secret">Secret of RADIUS; empty where it is not known.</param>
    /// <param name="into">Overwritten.</param>
    public bool TryDecode(ReadOnlySpan<byte> frame, in PacketRef packet, ReadOnlySpan<byte> secret, LineEvent into)
    {
        Decoder.Decode(frame, packet, state, ref view);
        bool isWhole = view.Kind == PacketKind.Flow && view.Protocol == Udp && !view.IsFragment
            && view.PayloadCaptured == view.PayloadLength;
        ReadOnlySpan<byte> payload = isWhole ? frame.Slice(view.PayloadOffset, view.PayloadLength) : default;
        switch (isWhole ? view.DestinationPort : 0)
        {
            case RadiusPort or OldRadiusPort:
                return radius.TryDecode(payload, secret, view.Source, packet.StampNs, into);
            // Replies go to the relay's server port or to the client, releases to the server.
            case Dhcp4ServerPort or Dhcp4ClientPort:
                bool isReply = !payload.IsEmpty && payload[0] == 2;
                return dhcp4.TryDecode(payload, isReply ? view.Source : view.Destination, packet.StampNs, into);
            case Dhcp6ServerPort or Dhcp6ClientPort:
                return dhcp6.TryDecode(payload, packet.StampNs, into);
            default:
                Others++;
                return false;
        }
    }
}
