using System.Buffers.Binary;
using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>IPv4 and IPv6 headers: lengths, fragments, extension headers.</summary>
internal static class IpHeaders
{
    private const uint ProtocolFragment = 44;

    /// <summary>Raw IP: the version nibble decides.</summary>
    public static Layer Either(ref Walk walk, ref PacketView view)
    {
        if (!walk.Has(1))
        {
            return walk.Short(1, ref view);
        }

        return (walk.Frame[walk.At] >> 4) switch
        {
            4 => Layer.Ip4,
            6 => Layer.Ip6,
            _ => Walk.Stop(Counter.UndecodedMalformed, ref view),
        };
    }

    public static Layer V4(ref Walk walk, ref PacketView view)
    {
        if (!walk.Has(20))
        {
            return walk.Short(20, ref view);
        }

        ReadOnlySpan<byte> header = walk.Take(20);
        int headerBytes = (header[0] & 0xF) * 4;
        int total = BinaryPrimitives.ReadUInt16BigEndian(header[2..]);

        // A length of 0 is a card that splits for the sender (TSO): the frame's own length stands in.
        total = total == 0 ? Math.Min(walk.End - walk.At, Limits.CaptureFrameBytesMax) : total;
        if (header[0] >> 4 != 4 || headerBytes < 20 || total < headerBytes)
        {
            return Walk.Stop(Counter.UndecodedMalformed, ref view);
        }

        uint fragment = BinaryPrimitives.ReadUInt16BigEndian(header[6..]);
        walk.FragmentId = BinaryPrimitives.ReadUInt16BigEndian(header[4..]);
        walk.MoreFragments = (fragment & 0x2000) != 0;
        view.FragmentOffset = (ushort)((fragment & 0x1FFF) * 8);
        view.IsFragment = (fragment & 0x3FFF) != 0;
        view.IpId = (ushort)walk.FragmentId;
        view.HopLimit = header[8];
        view.Source = Ip.FromV4(BinaryPrimitives.ReadUInt32BigEndian(header[12..]));
        view.Destination = Ip.FromV4(BinaryPrimitives.ReadUInt32BigEndian(header[16..]));
        Begin(ref walk, total, ref view);
        walk.At += headerBytes;
        walk.Type = header[9];
        return Layer.Protocol;
    }

    public static Layer V6(ref Walk walk, ref PacketView view)
    {
        if (!walk.Has(40))
        {
            return walk.Short(40, ref view);
        }

        ReadOnlySpan<byte> header = walk.Take(40);
        int payload = BinaryPrimitives.ReadUInt16BigEndian(header[4..]);
        if (header[0] >> 4 != 6)
        {
            return Walk.Stop(Counter.UndecodedMalformed, ref view);
        }

        walk.FragmentId = 0;
        walk.MoreFragments = false;
        view.FragmentOffset = 0;
        view.IsFragment = false;
        view.IpId = 0;
        view.HopLimit = header[7];
        view.Source = Ip.FromBytes(header.Slice(8, 16));
        view.Destination = Ip.FromBytes(header.Slice(24, 16));
        Begin(ref walk, 40 + payload, ref view);
        walk.At += 40;
        walk.Type = header[6];
        return Extensions(ref walk, ref view);
    }

    // Bytes behind the IP length are padding of the link; bytes missing before it were sliced off by the capture.
    private static void Begin(ref Walk walk, int total, ref PacketView view)
    {
        view.IpOffset = walk.At;
        view.IpLength = total;
        walk.End = walk.At + total;
        view.IsSliced = walk.End > walk.Frame.Length;
    }

    // A payload length of 0 with extension headers is a jumbogram (RFC 2675): its headers do not fit, so malformed.
    private static Layer Extensions(ref Walk walk, ref PacketView view)
    {
        for (int i = 0; i < Limits.ExtensionHeadersMax; i++)
        {
            int length = walk.Type switch
            {
                0 or 43 or 60 or 135 or 139 or 140 => 8,
                ProtocolFragment => 8,
                51 => 12,
                _ => 0,
            };
            if (length == 0)
            {
                return Layer.Protocol;
            }

            if (!walk.Has(length))
            {
                return walk.Short(length, ref view);
            }

            Skip(ref walk, ref view);
            if (view.FragmentOffset != 0)
            {
                return Layer.Protocol;
            }
        }

        return Walk.Stop(Counter.UndecodedDepth, ref view);
    }

    private static void Skip(ref Walk walk, ref PacketView view)
    {
        int units = walk.Frame[walk.At + 1];
        int length = walk.Type switch
        {
            ProtocolFragment => 8,
            51 => (units + 2) * 4,
            _ => (units + 1) * 8,
        };
        if (walk.Type == ProtocolFragment)
        {
            uint word = walk.Word(2);
            walk.MoreFragments = (word & 1) != 0;
            walk.FragmentId = walk.Long(4);
            view.FragmentOffset = (ushort)(word & 0xFFF8);
            view.IsFragment = view.FragmentOffset != 0 || walk.MoreFragments;
        }

        walk.Type = walk.Frame[walk.At];
        walk.At += length;
    }
}
