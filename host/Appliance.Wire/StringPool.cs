using System.Text;
using System.Text.Unicode;

namespace Appliance.Wire;

/// <summary>
/// The distinct strings of one batch as UTF-8 in one array, numbered from 0, which is always the empty string.
/// Equal bytes get the equal number. Keeps its memory when cleared; adds without allocating once it has grown.
/// </summary>
public sealed class StringPool
{
    private readonly List<(int Start, int Length)> entries = [(0, 0)];
    private int[] slots = new int[1024];
    private byte[] bytes = new byte[4096];
    private int used;

    /// <summary>How many numbers are in use, the empty string included.</summary>
    public int Count => entries.Count;

    /// <summary>Bytes of all strings together.</summary>
    public int TotalBytes => used;

    /// <summary>The UTF-8 bytes behind a number.</summary>
    public ReadOnlySpan<byte> this[int number] => bytes.AsSpan(entries[number].Start, entries[number].Length);

    /// <summary>The text behind a number.</summary>
    public string Text(int number) => Encoding.UTF8.GetString(this[number]);

    /// <summary>
    /// Number of the string, newly given where it is not there yet. What is longer than
    /// <see cref="RowLimits.StringBytesMax"/> is cut there, and what is not UTF-8 gets U+FFFD in its place: a record
    /// with a mangled name is worth more than none, and no reader would take the bytes as they are.
    /// </summary>
    public int Add(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty)
        {
            return 0;
        }

        if (utf8.Length > RowLimits.StringBytesMax || !Utf8.IsValid(utf8))
        {
            return Add(Mend(utf8));
        }

        int slot = Find(utf8);
        if (slots[slot] != 0)
        {
            return slots[slot];
        }

        slots[slot] = Append(utf8);
        if (entries.Count * 2 > slots.Length)
        {
            Rehash(slots.Length * 2);
        }

        return entries.Count - 1;
    }

    /// <inheritdoc cref="Add(ReadOnlySpan{byte})"/>
    public int Add(string text) => Add(Encoding.UTF8.GetBytes(text).AsSpan());

    /// <summary>Forgets all but the empty string.</summary>
    public void Clear()
    {
        slots.AsSpan().Clear();
        entries.RemoveRange(1, entries.Count - 1);
        used = 0;
    }

    private static byte[] Mend(ReadOnlySpan<byte> utf8)
    {
        byte[] mended = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(utf8));
        int length = Math.Min(mended.Length, RowLimits.StringBytesMax);
        // Not in the middle of a character: continuation bytes are 10xxxxxx.
        while (length < mended.Length && (mended[length] & 0xC0) == 0x80)
        {
            length--;
        }

        return mended[..length];
    }

    private int Find(ReadOnlySpan<byte> utf8)
    {
        int slot = Hash(utf8) & (slots.Length - 1);
        while (slots[slot] != 0 && !this[slots[slot]].SequenceEqual(utf8))
        {
            slot = (slot + 1) & (slots.Length - 1);
        }

        return slot;
    }

    private int Append(ReadOnlySpan<byte> utf8)
    {
        if (used + utf8.Length > bytes.Length)
        {
            Array.Resize(ref bytes, Math.Max(bytes.Length * 2, used + utf8.Length));
        }

        utf8.CopyTo(bytes.AsSpan(used));
        entries.Add((used, utf8.Length));
        used += utf8.Length;
        return entries.Count - 1;
    }

    private void Rehash(int size)
    {
        slots = new int[size];
        for (int number = 1; number < entries.Count; number++)
        {
            slots[Find(this[number])] = number;
        }
    }

    // Service names are chosen by whoever sends the packet, so the hash must be one that a sender cannot aim at:
    // HashCode is keyed anew in each process. No result depends on it, only which slot is looked at first.
    private static int Hash(ReadOnlySpan<byte> utf8)
    {
        HashCode hash = default;
        hash.AddBytes(utf8);
        return hash.ToHashCode();
    }
}
