using System.Runtime.InteropServices;
using System.Text;

namespace Appliance.Wire;

/// <summary>
/// The distinct strings of one batch as UTF-8 in one array, numbered from 0, which is always the empty string.
/// Equal bytes get the equal number.
/// </summary>
public sealed class StringPool
{
    private readonly Dictionary<ulong, List<int>> byHash = [];
    private readonly List<(int Start, int Length)> entries = [(0, 0)];
    private byte[] bytes = new byte[4096];
    private int used;

    /// <summary>How many numbers are in use, the empty string included.</summary>
    public int Count => entries.Count;

    /// <summary>The UTF-8 bytes behind a number.</summary>
    public ReadOnlySpan<byte> this[int number] => bytes.AsSpan(entries[number].Start, entries[number].Length);

    /// <summary>The text behind a number.</summary>
    public string Text(int number) => Encoding.UTF8.GetString(this[number]);

    /// <summary>Number of the string, newly given where it is not there yet.</summary>
    public int Add(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty)
        {
            return 0;
        }

        ulong hash = Hash(utf8);
        ref List<int>? bucket = ref CollectionsMarshal.GetValueRefOrAddDefault(byHash, hash, out _);
        bucket ??= [];
        foreach (int number in bucket)
        {
            if (this[number].SequenceEqual(utf8))
            {
                return number;
            }
        }

        bucket.Add(entries.Count);
        return Append(utf8);
    }

    /// <inheritdoc cref="Add(ReadOnlySpan{byte})"/>
    public int Add(string text) => Add(Encoding.UTF8.GetBytes(text).AsSpan());

    /// <summary>Forgets all but the empty string.</summary>
    public void Clear()
    {
        byHash.Clear();
        entries.RemoveRange(1, entries.Count - 1);
        used = 0;
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

    // FNV-1a, 64 bits: the pool lives inside one batch whose strings were already bounded, so no key is needed.
    private static ulong Hash(ReadOnlySpan<byte> utf8)
    {
        ulong hash = 0xCBF2_9CE4_8422_2325;
        foreach (byte value in utf8)
        {
            hash = (hash ^ value) * 0x0000_0100_0000_01B3;
        }

        return hash;
    }
}
