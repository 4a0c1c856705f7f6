using System.Buffers.Binary;

namespace Appliance.Flow;

/// <summary>Reads the first question of a DNS message (RFC 1035 section 4.1), query or response.</summary>
internal static class DnsQuestion
{
    private const int HeaderBytes = 12;

    /// <summary>
    /// Writes the name with dots; 0 where the message is none. Only messages that hold together are taken: one
    /// question, few records, a class that exists.
    /// </summary>
    public static int Read(ReadOnlySpan<byte> message, Span<byte> name)
    {
        if (message.Length < HeaderBytes + 5)
        {
            return 0;
        }

        uint flags = BinaryPrimitives.ReadUInt16BigEndian(message[2..]);
        int questions = BinaryPrimitives.ReadUInt16BigEndian(message[4..]);
        int answers = BinaryPrimitives.ReadUInt16BigEndian(message[6..]);
        bool isResponse = (flags & 0x8000) != 0;

        // Operation code 0 (query) and the reserved bit clear; a query brings no answers.
        if ((flags & 0x7840) != 0 || questions != 1 || (!isResponse && answers != 0))
        {
            return 0;
        }

        int length = Labels(message[HeaderBytes..], name, out int used);
        ReadOnlySpan<byte> rest = message[Math.Min(message.Length, HeaderBytes + used)..];
        return length > 0 && rest.Length >= 4 && BinaryPrimitives.ReadUInt16BigEndian(rest[2..]) is 1 or 3 or 4 or 255
            ? length
            : 0;
    }

    private static int Labels(ReadOnlySpan<byte> bytes, Span<byte> name, out int used)
    {
        int length = 0;
        used = 0;
        while (used < bytes.Length)
        {
            int label = bytes[used++];
            if (label == 0)
            {
                return length;
            }

            // Two high bits are a pointer, and there is nothing before the first question to point at.
            if (label > Limits.NameLabelBytesMax || used + label > bytes.Length
                || length + label + 1 > Math.Min(name.Length, Limits.NameBytesMax + 1))
            {
                return 0;
            }

            if (length > 0)
            {
                name[length++] = (byte)'.';
            }

            ReadOnlySpan<byte> text = bytes.Slice(used, label);
            if (text.Contains((byte)'.'))
            {
                return 0;
            }

            text.CopyTo(name[length..]);
            length += label;
            used += label;
        }

        return 0;
    }
}
