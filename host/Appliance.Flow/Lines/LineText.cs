using System.Text;
using System.Text.Unicode;
using Appliance.Wire;

namespace Appliance.Flow.Lines;

/// <summary>Values of attributes and options as text.</summary>
internal static class LineText
{
    /// <summary>Printable UTF-8 as it is, anything else as hexadecimal digits behind 0x.</summary>
    public static string Of(ReadOnlySpan<byte> value)
    {
        // C strings that kept their end.
        ReadOnlySpan<byte> trimmed = value.TrimEnd((byte)0);
        return trimmed.IsEmpty ? "" : IsPrintable(trimmed)
            ? Encoding.UTF8.GetString(trimmed)
            : "0x" + Convert.ToHexStringLower(value.Length > HexBytesMax ? value[..HexBytesMax] : value);
    }

    /// <summary>Digits alone, so many of them; empty otherwise.</summary>
    public static string Digits(ReadOnlySpan<byte> value, int least, int most)
    {
        ReadOnlySpan<byte> trimmed = value.TrimEnd((byte)0);
        return trimmed.Length >= least && trimmed.Length <= most
            && !trimmed.ContainsAnyExceptInRange((byte)'0', (byte)'9')
            ? Encoding.ASCII.GetString(trimmed)
            : "";
    }

    /// <summary>A MAC address in any of its spellings as aa:bb:cc:dd:ee:ff; empty where it is none.</summary>
    public static string Mac(ReadOnlySpan<byte> value)
    {
        Span<char> digits = stackalloc char[MacDigits];
        int count = 0;
        foreach (byte at in value)
        {
            char character = (char)at;
            if (character is ':' or '-' or '.')
            {
                continue;
            }

            if (!char.IsAsciiHexDigit(character) || count == MacDigits)
            {
                return "";
            }

            digits[count++] = char.ToLowerInvariant(character);
        }

        // Twelve digits without a separator may as well be a telephone number.
        return count == MacDigits && value.Length > MacDigits ? WithColons(digits) : "";
    }

    /// <summary>Six bytes as a MAC address.</summary>
    public static string MacOf(ReadOnlySpan<byte> bytes) => WithColons(Convert.ToHexStringLower(bytes));

    private const int MacDigits = 12;

    // So that the text stays within what a row holds.
    private const int HexBytesMax = (RowLimits.StringBytesMax - 2) / 2;

    private static bool IsPrintable(ReadOnlySpan<byte> bytes) =>
        Utf8.IsValid(bytes) && !bytes.ContainsAnyInRange((byte)0, (byte)0x1F) && !bytes.Contains((byte)0x7F);

    private static string WithColons(ReadOnlySpan<char> digits) =>
        $"{digits[..2]}:{digits[2..4]}:{digits[4..6]}:{digits[6..8]}:{digits[8..10]}:{digits[10..12]}";
}
