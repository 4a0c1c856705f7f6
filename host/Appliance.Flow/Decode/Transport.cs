using System.Buffers.Binary;
using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>What stands behind the innermost IP header: TCP, UDP, ICMP, a later fragment, or one more tunnel.</summary>
internal static class Transport
{
    private const byte Icmp4 = 1;
    private const byte Tcp = 6;
    private const byte Udp = 17;
    private const byte Icmp6 = 58;

    public static Layer Decode(ref Walk walk, DecodeState state, ref PacketView view)
    {
        view.Protocol = (byte)walk.Type;
        if (view.FragmentOffset != 0)
        {
            return LaterFragment(ref walk, state, ref view);
        }

        switch (view.Protocol)
        {
            case Tcp:
                return TcpHeader(ref walk, state, ref view);
            case Udp:
                return UdpHeader(ref walk, state, ref view);
            case Icmp4 when view.Source.IsV4:
            case Icmp6 when !view.Source.IsV4:
                return IcmpHeader(ref walk, state, ref view);
            case 4 or 41 when (state.Tunnels & Tunnels.IpInIp) != 0:
                return TunnelHeaders.IpInIp(ref walk, state, ref view);
            case 47 when (state.Tunnels & Tunnels.Gre) != 0:
                return Layer.Gre;
            case 137 when (state.Tunnels & Tunnels.IpInIp) != 0:
                return Layer.Mpls;
            default:
                return Walk.Stop(Counter.UndecodedTransport, ref view);
        }
    }

    private static Layer TcpHeader(ref Walk walk, DecodeState state, ref PacketView view)
    {
        if (!walk.Has(20))
        {
            return walk.Short(20, ref view);
        }

        ReadOnlySpan<byte> header = walk.Take(20);
        int headerBytes = (header[12] >> 4) * 4;
        if (headerBytes < 20 || headerBytes > walk.End - walk.At)
        {
            return Walk.Stop(Counter.UndecodedMalformed, ref view);
        }

        view.SourcePort = BinaryPrimitives.ReadUInt16BigEndian(header);
        view.DestinationPort = BinaryPrimitives.ReadUInt16BigEndian(header[2..]);
        view.Sequence = BinaryPrimitives.ReadUInt32BigEndian(header[4..]);
        view.Acknowledgment = BinaryPrimitives.ReadUInt32BigEndian(header[8..]);
        view.TcpFlags = header[13];
        view.Window = BinaryPrimitives.ReadUInt16BigEndian(header[14..]);
        if (headerBytes >= 32 && walk.Has(headerBytes))
        {
            TcpTimestamp(walk.Frame.Slice(walk.At + 20, headerBytes - 20), ref view);
        }

        return Finish(headerBytes, walk.End, ref walk, state, ref view);
    }

    // RFC 7323 appendix A: most senders pad the option with two no-operations to an aligned 12 bytes.
    private static void TcpTimestamp(ReadOnlySpan<byte> options, ref PacketView view)
    {
        int at = BinaryPrimitives.ReadUInt32BigEndian(options) == 0x0101_080A ? 2 : 0;
        while (at + 1 < options.Length && options[at] != 0)
        {
            if (options[at] == 8 && options[at + 1] == 10 && at + 10 <= options.Length)
            {
                view.HasTimestamp = true;
                view.TimestampValue = BinaryPrimitives.ReadUInt32BigEndian(options[(at + 2)..]);
                return;
            }

            // A length below 2 would stand still: the rest of the options is not to be trusted.
            int length = options[at] == 1 ? 1 : options[at + 1];
            if (length == 0 || (length == 1 && options[at] != 1))
            {
                return;
            }

            at += length;
        }
    }

    private static Layer UdpHeader(ref Walk walk, DecodeState state, ref PacketView view)
    {
        if (!walk.Has(8))
        {
            return walk.Short(8, ref view);
        }

        ReadOnlySpan<byte> header = walk.Take(8);
        int length = BinaryPrimitives.ReadUInt16BigEndian(header[4..]);
        int end = walk.At + length;

        // The first fragment holds less than the datagram's length says; a whole packet never does.
        if (length < 8 || (end > walk.End && !view.IsFragment))
        {
            return Walk.Stop(Counter.UndecodedMalformed, ref view);
        }

        end = Math.Min(end, walk.End);
        ushort destination = BinaryPrimitives.ReadUInt16BigEndian(header[2..]);
        if (destination is 4789 or 6081 or 2152)
        {
            int packetEnd = walk.End;
            walk.End = end;
            if (TunnelHeaders.TryUdp(ref walk, state, ref view, out Layer next))
            {
                return next;
            }

            walk.End = packetEnd;
        }

        view.SourcePort = BinaryPrimitives.ReadUInt16BigEndian(header);
        view.DestinationPort = destination;
        return Finish(8, end, ref walk, state, ref view);
    }

    private static Layer IcmpHeader(ref Walk walk, DecodeState state, ref PacketView view)
    {
        if (!walk.Has(8))
        {
            return walk.Short(8, ref view);
        }

        ReadOnlySpan<byte> header = walk.Take(8);
        view.IcmpType = header[0];
        view.IcmpCode = header[1];
        bool isV4 = view.Protocol == Icmp4;

        // RFC 5508 section 3: queries have an id and go through a NAT like a flow; errors speak of another flow.
        bool isQuery = isV4 ? header[0] is 0 or 8 or 13 or 14 or 15 or 16 or 17 or 18 : header[0] is 128 or 129;
        bool isError = isV4 ? header[0] is 3 or 4 or 5 or 11 or 12 : header[0] is >= 1 and <= 4;
        if (!isQuery && !isError)
        {
            return Walk.Stop(Counter.UndecodedTransport, ref view);
        }

        view.Kind = isError ? PacketKind.IcmpError : PacketKind.Flow;
        view.SourcePort = isError ? (ushort)0 : BinaryPrimitives.ReadUInt16BigEndian(header[4..]);
        view.DestinationPort = view.SourcePort;
        view.Sequence = isError ? 0u : BinaryPrimitives.ReadUInt16BigEndian(header[6..]);
        return Finish(8, walk.End, ref walk, state, ref view);
    }

    private static Layer LaterFragment(ref Walk walk, DecodeState state, ref PacketView view)
    {
        if (!state.Fragments.TryFind(Key(walk, view), Part(walk, view), walk.StampNs, out FragmentHead head))
        {
            return Walk.Stop(Counter.UndecodedFragment, ref view);
        }

        view.SourcePort = (ushort)(head.Ports >> 16);
        view.DestinationPort = (ushort)head.Ports;
        view.Sequence = view.Protocol == Tcp ? head.Sequence + view.FragmentOffset : 0;
        Payload(0, walk.End, ref walk, ref view);
        return Layer.Done;
    }

    private static Layer Finish(int headerBytes, int end, ref Walk walk, DecodeState state, ref PacketView view)
    {
        if (walk.MoreFragments && view.Kind == PacketKind.Flow)
        {
            uint ports = ((uint)view.SourcePort << 16) | view.DestinationPort;
            uint sequence = view.Protocol == Tcp ? view.Sequence - (uint)headerBytes : 0;
            EarlyFragments early = state.Fragments.Add(
                Key(walk, view), new FragmentHead(ports, sequence), Part(walk, view), walk.StampNs);
            view.EarlyPackets = early.Packets;
            view.EarlyIpBytes = early.IpBytes;
            view.EarlyDataBytes = early.DataBytes;
        }

        Payload(headerBytes, end, ref walk, ref view);
        return Layer.Done;
    }

    private static void Payload(int headerBytes, int end, ref Walk walk, ref PacketView view)
    {
        view.PayloadOffset = Math.Min(walk.At + headerBytes, walk.Frame.Length);
        view.PayloadLength = Math.Max(0, end - walk.At - headerBytes);
        view.PayloadCaptured = Math.Max(0, Math.Min(end, walk.Frame.Length) - view.PayloadOffset);
    }

    private static FragmentPart Part(in Walk walk, in PacketView view) =>
        new(view.FragmentOffset, Math.Max(0, walk.End - walk.At), view.IpLength, !walk.MoreFragments);

    // The same datagram crosses both legs of an untranslated flow: the wire is part of whose fragment it is.
    private static FragmentKey Key(in Walk walk, in PacketView view) => new(
        view.Source,
        view.Destination,
        walk.FragmentId,
        ((uint)walk.Interface << 16) ^ view.Vlan ^ (view.Label << 12) ^ view.TunnelId,
        view.Protocol);
}
