using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Appliance.Wire;

/// <summary>
/// An IPv4 or IPv6 address as a 16-byte value; IPv4 is held in its mapped form ::ffff:a.b.c.d (RFC 4291 section
/// 2.5.5.2), which never travels in a real IPv6 header. The default value stands for "no address".
/// </summary>
/// <param name="High">First 64 bits, network order read as a big-endian number.</param>
/// <param name="Low">Last 64 bits.</param>
public readonly record struct Ip(ulong High, ulong Low) : IComparable<Ip>
{
    private const ulong MappedV4 = 0x0000_FFFF_0000_0000;

    /// <summary>True for the default value.</summary>
    public bool IsNone => (High | Low) == 0;

    /// <summary>True for an IPv4 address.</summary>
    public bool IsV4 => High == 0 && (Low & 0xFFFF_FFFF_0000_0000) == MappedV4;

    /// <summary>The 32 bits of an IPv4 address; only meaningful where <see cref="IsV4"/>.</summary>
    public uint V4 => (uint)Low;

    /// <summary>Makes an IPv4 address from its 32 bits in network order read as a big-endian number.</summary>
    public static Ip FromV4(uint bits) => new(0, MappedV4 | bits);

    /// <summary>Reads 4 or 16 bytes in network order; any other length gives the default value.</summary>
    public static Ip FromBytes(ReadOnlySpan<byte> bytes) => bytes.Length switch
    {
        4 => FromV4(BinaryPrimitives.ReadUInt32BigEndian(bytes)),
        16 => new(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..])),
        _ => default,
    };

    /// <summary>Writes 4 bytes for IPv4, 16 for IPv6, none for "no address"; returns the count.</summary>
    public int Write(Span<byte> destination)
    {
        if (IsNone)
        {
            return 0;
        }

        if (IsV4)
        {
            BinaryPrimitives.WriteUInt32BigEndian(destination, V4);
            return 4;
        }

        BinaryPrimitives.WriteUInt64BigEndian(destination, High);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], Low);
        return 16;
    }

    /// <summary>Parses dotted-quad or RFC 4291 text; false for anything else, a zone included.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Ip address)
    {
        address = default;
#pragma warning disable RS0030 // The one place where text becomes an address: off the packet path.
        if (text.Contains('%') || !IPAddress.TryParse(text, out IPAddress? parsed))
        {
            return false;
        }

        // IPAddress also takes "1.2" and "0x1020304"; only four decimal parts are an address here.
        if (parsed.AddressFamily == AddressFamily.InterNetwork && text.Count('.') != 3)
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[16];
        parsed.TryWriteBytes(bytes, out int written);
#pragma warning restore RS0030
        address = FromBytes(bytes[..written]);
        return true;
    }

    /// <summary>Numeric order; IPv4 sorts together.</summary>
    public int CompareTo(Ip other) => High != other.High ? High.CompareTo(other.High) : Low.CompareTo(other.Low);

    /// <summary>Dotted quad, or RFC 5952 text; empty for "no address".</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[16];
        int written = Write(bytes);
#pragma warning disable RS0030 // Text for people, off the packet path.
        return written == 0 ? "" : new IPAddress(bytes[..written]).ToString();
#pragma warning restore RS0030
    }

    public static bool operator <(Ip left, Ip right) => left.CompareTo(right) < 0;

    public static bool operator >(Ip left, Ip right) => left.CompareTo(right) > 0;

    public static bool operator <=(Ip left, Ip right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Ip left, Ip right) => left.CompareTo(right) >= 0;
}
