using System.Buffers.Text;
using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>Values in ASCII text, read in place.</summary>
internal static class LogText
{
    /// <summary>Longest text of an IPv6 address, an IPv4 tail included.</summary>
    private const int AddressCharsMax = 45;

    /// <summary>An IPv4 or IPv6 address at the beginning of text, and how many bytes it took.</summary>
    public static bool TryAddress(ReadOnlySpan<byte> text, out Ip address, out int used)
    {
        address = default;
        used = 0;
        bool hasColon = false;
        while (used < text.Length && used <= AddressCharsMax && IsAddressByte(text[used]))
        {
            hasColon |= text[used++] == (byte)':';
        }

        if (!hasColon || !TryV6(text[..used], out address))
        {
            return TryV4(text, out address, out used);
        }

        return true;
    }

    /// <summary>A decimal number at the beginning of text that is at most <paramref name="most"/>.</summary>
    public static bool TryNumber(ReadOnlySpan<byte> text, ulong most, out ulong value, out int used) =>
        Utf8Parser.TryParse(text, out value, out used) && value <= most && text[0] != (byte)'+';

    /// <summary>A hexadecimal number at the beginning of text.</summary>
    public static bool TryHex(ReadOnlySpan<byte> text, out ulong value, out int used) =>
        Utf8Parser.TryParse(text, out value, out used, 'x');

    private static bool IsAddressByte(byte value) =>
        char.IsAsciiHexDigit((char)value) || value is (byte)':' or (byte)'.';

    private static bool TryV4(ReadOnlySpan<byte> text, out Ip address, out int used)
    {
        address = default;
        used = 0;
        uint bits = 0;
        for (int part = 0; part < 4; part++)
        {
            if (part > 0 && (used >= text.Length || text[used++] != (byte)'.'))
            {
                return false;
            }

            if (used >= text.Length || !char.IsAsciiDigit((char)text[used])
                || !Utf8Parser.TryParse(text[used..], out byte value, out int digits) || digits > 3)
            {
                return false;
            }

            bits = (bits << 8) | value;
            used += digits;
        }

        address = Ip.FromV4(bits);
        return true;
    }

    private static bool TryV6(ReadOnlySpan<byte> text, out Ip address)
    {
        Span<char> chars = stackalloc char[AddressCharsMax + 1];
        for (int i = 0; i < text.Length; i++)
        {
            chars[i] = (char)text[i];
        }

        return Ip.TryParse(chars[..text.Length], out address) && !address.IsV4;
    }
}
