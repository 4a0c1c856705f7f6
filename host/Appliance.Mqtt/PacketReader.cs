using System.Buffers.Binary;
using System.Text;

namespace Appliance.Mqtt;

/// <summary>
/// Reads the fields of one packet. It never throws: the first malformed field ends the reading, everything after it
/// reads as zero, and <see cref="Verdict"/> says why. A field that is well formed but not allowed is an objection:
/// reading goes on, since a malformed packet outranks a forbidden one in the reason that is sent back.
/// </summary>
internal ref struct PacketReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> rest = bytes;
    private ReasonCode error;
    private ReasonCode objection;

    /// <summary>Success, or why the packet is refused.</summary>
    public readonly ReasonCode Verdict => error != ReasonCode.Success ? error : objection;

    /// <summary>True when every byte has been read, or reading has failed.</summary>
    public readonly bool IsAtEnd => rest.IsEmpty;

    /// <summary>Bytes that are left.</summary>
    public readonly int Remaining => rest.Length;

    /// <summary>The packet is malformed: nothing more is read.</summary>
    public void Malformed()
    {
        if (error == ReasonCode.Success)
        {
            error = ReasonCode.MalformedPacket;
        }

        rest = default;
    }

    /// <summary>The packet is well formed so far, but not allowed.</summary>
    public void Object(ReasonCode reason)
    {
        if (objection == ReasonCode.Success)
        {
            objection = reason;
        }
    }

    /// <summary>Objects unless the whole packet has been read.</summary>
    public void ExpectEnd()
    {
        if (!rest.IsEmpty)
        {
            Malformed();
        }
    }

    public byte ReadByte() => Take(1) is [byte value] ? value : (byte)0;

    public ushort ReadUInt16() => Take(2) is { Length: 2 } two ? BinaryPrimitives.ReadUInt16BigEndian(two) : (ushort)0;

    public uint ReadUInt32() => Take(4) is { Length: 4 } four ? BinaryPrimitives.ReadUInt32BigEndian(four) : 0;

    /// <summary>A variable byte integer in its shortest form, at most four bytes (1.5.5).</summary>
    public uint ReadVariable()
    {
        switch (VariableInteger.TryRead(rest, out uint value, out int length))
        {
            case VariableInteger.Status.Whole:
                rest = rest[length..];
                return value;
            default:
                Malformed();
                return 0;
        }
    }

    public ReadOnlySpan<byte> ReadBinary() => Take(ReadUInt16());

    public string ReadText()
    {
        ReadOnlySpan<byte> utf8 = ReadBinary();
        if (Utf8Text.IsValid(utf8))
        {
            return Encoding.UTF8.GetString(utf8);
        }

        Malformed();
        return "";
    }

    /// <summary>A part of the packet with its own length, to be read by a reader of its own.</summary>
    public ReadOnlySpan<byte> Take(int length)
    {
        if (length > rest.Length)
        {
            Malformed();
            return default;
        }

        ReadOnlySpan<byte> taken = rest[..length];
        rest = rest[length..];
        return taken;
    }
}

/// <summary>Variable byte integers: seven bits a byte, least first, high bit for more (MQTT 5, 1.5.5).</summary>
internal static class VariableInteger
{
    public const int BytesMax = 4;

    public enum Status
    {
        Whole,
        NeedsMore,
        Malformed,
    }

    public static Status TryRead(ReadOnlySpan<byte> bytes, out uint value, out int length)
    {
        value = 0;
        for (length = 0; length < bytes.Length && length < BytesMax;)
        {
            byte b = bytes[length];
            value |= (uint)(b & 0x7F) << (7 * length);
            length++;
            if (b < 0x80)
            {
                // A last byte of zero adds nothing: a longer form than needed is forbidden (MQTT-1.5.5-1).
                return b == 0 && length > 1 ? Status.Malformed : Status.Whole;
            }
        }

        return length == BytesMax ? Status.Malformed : Status.NeedsMore;
    }

    /// <summary>Writes the shortest form and returns its length, 1 to 4 bytes.</summary>
    public static int Write(Span<byte> destination, uint value)
    {
        int length = 0;
        do
        {
            byte low = (byte)(value & 0x7F);
            value >>= 7;
            destination[length++] = (byte)(value > 0 ? low | 0x80 : low);
        }
        while (value > 0);
        return length;
    }
}
