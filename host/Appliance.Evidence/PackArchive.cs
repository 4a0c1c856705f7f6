using System.Globalization;
using System.Text;

namespace Appliance.Evidence;

/// <summary>
/// The archive of a pack: POSIX ustar in the one form that this writer gives it, so that a reader which writes again
/// what it read and compares finds any altered byte, whatever it meant to tar.
/// <code>
/// name 100 | mode 8 | uid 8 | gid 8 | size 12 | mtime 12 | checksum 8 | '0' | link 100 | "ustar\0" "00" | rest zero
/// content, filled up with zeros to 512 bytes; two blocks of zeros at the end
/// </code>
/// </summary>
public static class PackArchive
{
    private const int BlockSize = 512;
    private const int NameSizeMax = 99;
    private const int SizeAt = 124;
    private const int ChecksumAt = 148;

    /// <summary>Writes the files, ascending by name.</summary>
    public static byte[] Write(IReadOnlyDictionary<string, byte[]> files)
    {
        using var archive = new MemoryStream();
        foreach (string name in files.Keys.Order(StringComparer.Ordinal))
        {
            byte[] content = files[name];
            archive.Write(Header(name, content.Length));
            archive.Write(content);
            archive.Write(new byte[Padding(content.Length)]);
        }

        archive.Write(new byte[2 * BlockSize]);
        return archive.ToArray();
    }

    /// <summary>Reads an archive; where it is not as this writer makes it, false and what is wrong.</summary>
    public static bool TryRead(
        ReadOnlyMemory<byte> bytes, out SortedDictionary<string, byte[]> files, out string problem)
    {
        files = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        problem = "";
        int at = 0;
        while (at + BlockSize <= bytes.Length && bytes.Span[at] != 0)
        {
            ReadOnlySpan<byte> header = bytes.Span.Slice(at, BlockSize);
            at += BlockSize;
            if (!TryReadHeader(header, bytes.Length - at, out string name, out int size)
                || files.Count >= Wire.Limits.PackFilesMax
                || !files.TryAdd(name, bytes.Slice(at, size).ToArray()))
            {
                problem = FormattableString.Invariant($"the header at byte {at - BlockSize} is none of a pack");
                return false;
            }

            at = Math.Min(bytes.Length, at + size + Padding(size));
        }

        bool same = bytes.Span.SequenceEqual(Write(files));
        problem = same ? "" : "the archive has other bytes than its files give: it was altered or cut";
        return same;
    }

    private static bool TryReadHeader(ReadOnlySpan<byte> header, int left, out string name, out int size)
    {
        size = 0;
        int end = header[..(NameSizeMax + 1)].IndexOf((byte)0);
        name = end > 0 ? Encoding.Latin1.GetString(header[..end]) : "";
        ReadOnlySpan<byte> octal = header.Slice(SizeAt, 11);
        foreach (byte digit in octal)
        {
            if (digit is < (byte)'0' or > (byte)'7' || size > Wire.Limits.PackFileBytesMax)
            {
                return false;
            }

            size = (8 * size) + digit - '0';
        }

        return name.Length > 0 && size <= left && size <= Wire.Limits.PackFileBytesMax;
    }

    private static byte[] Header(string name, int size)
    {
        byte[] header = new byte[BlockSize];
        if (Encoding.Latin1.GetByteCount(name) > NameSizeMax)
        {
            throw new ArgumentException("a name is longer than ustar has room for", nameof(name));
        }

        Encoding.Latin1.GetBytes(name, header);
        Put(header, 100, "0000644\0" + "0000000\0" + "0000000\0");
        Put(header, SizeAt, Octal(size, 11) + "\0" + "00000000000\0" + "        " + "0");
        Put(header, 257, "ustar\0" + "00");
        Put(header, 329, "0000000\0" + "0000000\0");
        int sum = 0;
        foreach (byte value in header)
        {
            sum += value;
        }

        Put(header, ChecksumAt, Octal(sum, 6) + "\0 ");
        return header;
    }

    private static string Octal(int value, int digits) =>
        Convert.ToString(value, 8).PadLeft(digits, '0').ToString(CultureInfo.InvariantCulture);

    private static void Put(byte[] header, int at, string text) => Encoding.Latin1.GetBytes(text, header.AsSpan(at));

    private static int Padding(int size) => (BlockSize - (size % BlockSize)) % BlockSize;
}
