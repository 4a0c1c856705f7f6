using System.Buffers.Binary;
using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>The fields of one data record that matter, as the record gave them; 0 or none where it did not.</summary>
internal struct ExportRecord
{
    public Ip Source;
    public Ip Destination;
    public Ip PostSource;
    public Ip PostDestination;

    /// <summary>The inside address that Nokia writes into a text behind an at sign.</summary>
    public Ip Named;
    public ulong Present;

    /// <summary>One side has addresses of both families.</summary>
    public bool IsTwofold;
    private Numbers numbers;

    public readonly ulong this[ExportField field] => numbers[(int)field];

    public readonly bool Has(ExportField field) => (Present & (1UL << (int)field)) != 0;

    /// <summary>Reads a record; the bytes it took, or -1 where the set ends within it.</summary>
    public static int Read(ReadOnlySpan<byte> bytes, ExportTemplate template, out ExportRecord record)
    {
        record = default;
        int at = 0;
        foreach (TemplateField field in template.Fields)
        {
            int length = field.Length == ExportTemplate.Variable ? LengthAt(bytes, ref at) : field.Length;
            if (length < 0 || length > bytes.Length - at)
            {
                return -1;
            }

            if (field.Field != ExportField.Ignored && length > 0)
            {
                record.Set(field.Field, bytes.Slice(at, length));
            }

            at += length;
        }

        return at;
    }

    /// <summary>One byte, or 255 and two bytes (RFC 7011 section 7); -1 where they are not there.</summary>
    private static int LengthAt(ReadOnlySpan<byte> bytes, ref int at)
    {
        if (at >= bytes.Length)
        {
            return -1;
        }

        int length = bytes[at++];
        if (length < 255)
        {
            return length;
        }

        if (bytes.Length - at < 2)
        {
            return -1;
        }

        length = BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);
        at += 2;
        return length;
    }

    private void Set(ExportField field, ReadOnlySpan<byte> value)
    {
        Present |= 1UL << (int)field;
        switch (field)
        {
            case ExportField.Source:
                SetAddress(ref Source, value);
                break;
            case ExportField.Destination:
                SetAddress(ref Destination, value);
                break;
            case ExportField.PostSource:
                SetAddress(ref PostSource, value);
                break;
            case ExportField.PostDestination:
                SetAddress(ref PostDestination, value);
                break;
            case ExportField.NatSubString:
                Named = NamedIn(value);
                break;
            default:
                numbers[(int)field] = NumberOf(value);
                break;
        }
    }

    /// <summary>A template may hold both families, of which one is all zeros.</summary>
    private void SetAddress(ref Ip address, ReadOnlySpan<byte> value)
    {
        if (value.IndexOfAnyExcept((byte)0) >= 0)
        {
            // DS-Lite: a softwire and a private address behind it. One alone would name many lines.
            IsTwofold |= !address.IsNone;
            address = Ip.FromBytes(value);
        }
    }

    private static ulong NumberOf(ReadOnlySpan<byte> value)
    {
        ulong number = 0;
        for (int i = 0; i < value.Length && i < 8; i++)
        {
            number = (number << 8) | value[i];
        }

        return number;
    }

    /// <summary>"LSN-Host@10.0.0.1", "user@10.0.0.1": the address stands behind the last at sign.</summary>
    private static Ip NamedIn(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> tail = text[(text.LastIndexOf((byte)'@') + 1)..].TrimEnd((byte)0);
        return LogText.TryAddress(tail, out Ip address, out int used) && used == tail.Length ? address : default;
    }

    [System.Runtime.CompilerServices.InlineArray((int)ExportField.Source)]
    private struct Numbers
    {
        private ulong first;
    }
}
