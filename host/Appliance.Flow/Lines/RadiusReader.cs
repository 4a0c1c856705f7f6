using System.Buffers.Binary;

namespace Appliance.Flow.Lines;

/// <summary>
/// The attributes of a RADIUS packet whose header and lengths fit (RFC 2865 sections 3 and 5).
/// <code>
///  0      1      2             4                                  20
///  | code |  id  |   length    |  authenticator, 16 bytes         | attributes: type, length, value ...
/// </code>
/// What lies behind the length field is padding and not looked at.
/// </summary>
internal ref struct RadiusReader
{
    private ReadOnlySpan<byte> rest;

    private RadiusReader(ReadOnlySpan<byte> packet)
    {
        Packet = packet;
        rest = packet[RadiusNumbers.HeaderBytes..];
    }

    /// <summary>The packet, as long as its length field says.</summary>
    public ReadOnlySpan<byte> Packet { get; }

    public readonly byte Code => Packet[0];

    public readonly byte Identifier => Packet[1];

    public readonly ReadOnlySpan<byte> Authenticator => Packet.Slice(4, RadiusNumbers.AuthenticatorBytes);

    /// <summary>Checks the header and that the attributes fill the packet exactly.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out RadiusReader reader)
    {
        reader = default;
        if (bytes.Length < RadiusNumbers.HeaderBytes)
        {
            return false;
        }

        int length = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
        if (length < RadiusNumbers.HeaderBytes || length > RadiusNumbers.PacketBytesMax || length > bytes.Length)
        {
            return false;
        }

        reader = new RadiusReader(bytes[..length]);
        RadiusReader walk = reader;
        while (walk.TryNext(out byte type, out _))
        {
            if (type == 0)
            {
                return false;
            }
        }

        return walk.rest.IsEmpty;
    }

    /// <summary>The next attribute; false at the end and where a length does not fit.</summary>
    public bool TryNext(out byte type, out ReadOnlySpan<byte> value)
    {
        return TryTake(ref rest, out type, out value);
    }

    /// <summary>Takes one type-length-value off the front; false where there is no whole one.</summary>
    public static bool TryTake(
        scoped ref ReadOnlySpan<byte> bytes, out byte type, out ReadOnlySpan<byte> value)
    {
        type = 0;
        value = default;
        if (bytes.Length < 2 || bytes[1] < 2 || bytes[1] > bytes.Length)
        {
            return false;
        }

        type = bytes[0];
        value = bytes[2..bytes[1]];
        bytes = bytes[bytes[1]..];
        return true;
    }

    /// <summary>A 32-bit number; false where the value is not four bytes.</summary>
    public static bool TryNumber(ReadOnlySpan<byte> value, out uint number) =>
        BinaryPrimitives.TryReadUInt32BigEndian(value, out number) && value.Length == sizeof(uint);
}
