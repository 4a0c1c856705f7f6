using System.Text.Unicode;

namespace Appliance.Wire;

/// <summary>
/// The strings of one section, in ascending order of their bytes and numbered from 1 (0 is the empty string), so
/// that neighbours share their beginnings and only the rest of each is written. Holds only strings that the
/// section's columns use: a service name must not travel under the attribution key.
/// </summary>
internal sealed class StringTable
{
    private readonly ByteSink bytes = new();
    private int[] ends = new int[64];
    private ulong[] shared = [];
    private ulong[] rest = [];

    /// <summary>Strings in the table, the empty one not counted.</summary>
    public int Count { get; private set; }

    /// <summary>String <paramref name="number"/>, from 1.</summary>
    public ReadOnlySpan<byte> this[int number] =>
        bytes.Written[(number == 1 ? 0 : ends[number - 2])..ends[number - 1]];

    public void Clear()
    {
        bytes.Clear();
        Count = 0;
    }

    /// <summary>Appends a string that sorts after all before it.</summary>
    public void Add(ReadOnlySpan<byte> utf8)
    {
        if (Count == ends.Length)
        {
            Array.Resize(ref ends, ends.Length * 2);
        }

        bytes.Bytes(utf8);
        ends[Count++] = bytes.Length;
    }

    /// <summary>Count; lengths shared with the string before; lengths of the rests; the rests end to end.</summary>
    public void Write(ColumnEncoder encoder, ByteSink output)
    {
        Grow(Count);
        ReadOnlySpan<byte> before = default;
        for (int i = 0; i < Count; i++)
        {
            ReadOnlySpan<byte> text = this[i + 1];
            int common = before.CommonPrefixLength(text);
            shared[i] = (ulong)common;
            rest[i] = (ulong)(text.Length - common);
            before = text;
        }

        output.Varint((ulong)Count);
        encoder.Encode(shared.AsSpan(0, Count), default, output);
        encoder.Encode(rest.AsSpan(0, Count), default, output);
        for (int i = 0; i < Count; i++)
        {
            output.Bytes(this[i + 1][(int)shared[i]..]);
        }
    }

    /// <summary>
    /// Reads what <see cref="Write"/> wrote; false unless it is a bounded, ascending list of UTF-8 strings.
    /// </summary>
    public bool TryRead(ColumnDecoder decoder, ref ByteSource source)
    {
        Clear();
        if (!source.TryCount(RowLimits.StringsMax, out int count))
        {
            return false;
        }

        Grow(count);
        if (!decoder.TryDecode(ref source, shared.AsSpan(0, count), default)
            || !decoder.TryDecode(ref source, rest.AsSpan(0, count), default))
        {
            return false;
        }

        for (int i = 0; i < count; i++)
        {
            if (!TryReadOne(ref source, i))
            {
                return false;
            }
        }

        return true;
    }

    private bool TryReadOne(ref ByteSource source, int i)
    {
        ReadOnlySpan<byte> before = i == 0 ? default : this[i];
        if (shared[i] > (ulong)before.Length || rest[i] - 1 >= RowLimits.StringBytesMax
            || !source.TryBytes((long)rest[i], out ReadOnlySpan<byte> tail))
        {
            return false;
        }

        int common = (int)shared[i];
        int length = common + tail.Length;
        if (length > RowLimits.StringBytesMax || bytes.Length + length > RowLimits.StringsBytesMax)
        {
            return false;
        }

        Span<byte> text = stackalloc byte[RowLimits.StringBytesMax];
        before[..common].CopyTo(text);
        tail.CopyTo(text[common..]);
        text = text[..length];
        if (before.SequenceCompareTo(text) >= 0 || !Utf8.IsValid(text))
        {
            return false;
        }

        Add(text);
        return true;
    }

    private void Grow(int count)
    {
        if (shared.Length < count)
        {
            shared = new ulong[count];
            rest = new ulong[count];
        }
    }
}
