using System.Buffers.Binary;
using System.Globalization;

namespace Appliance.Flow.Lines;

/// <summary>
/// 3GPP-User-Location-Info as text: a kind, then cells and areas (3GPP TS 29.061 section 16.4.7.2; layouts of TS 29.274
/// section 8.21): <c>ecgi 234-15-1a2b3c4</c>. Empty where it is none of the known kinds or too short.
/// </summary>
internal static class UserLocation
{
    private const int NetworkBytes = 3;

    public static string Of(ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty)
        {
            return "";
        }

        ReadOnlySpan<byte> body = value[1..];
        return value[0] switch
        {
            0 => Area("cgi", body, 2, 2),
            1 => Area("sai", body, 2, 2),
            2 => Area("rai", body, 2, 1),
            128 => Area("tai", body, 2, 0),
            129 => Cell("ecgi", body, 4),
            130 => Both(Area("tai", body, 2, 0), body, 5, "ecgi", 4),
            135 => Cell("ncgi", body, 5),
            136 => Area("5gs-tai", body, 3, 0),
            137 => Both(Area("5gs-tai", body, 3, 0), body, 6, "ncgi", 5),
            _ => "",
        };
    }

    private static string Both(string area, ReadOnlySpan<byte> body, int at, string kind, int cellBytes)
    {
        string cell = body.Length > at ? Cell(kind, body[at..], cellBytes) : "";
        return area.Length > 0 && cell.Length > 0 ? $"{area} {cell}" : "";
    }

    private static string Area(string kind, ReadOnlySpan<byte> body, int areaBytes, int cellBytes)
    {
        if (body.Length < NetworkBytes + areaBytes + cellBytes)
        {
            return "";
        }

        string area = Number(body.Slice(NetworkBytes, areaBytes));
        string cell = cellBytes == 0 ? "" : "-" + Number(body.Slice(NetworkBytes + areaBytes, cellBytes));
        return $"{kind} {Network(body)}-{area}{cell}";
    }

    // The upper four bits of an E-UTRAN or NR cell identity are spare.
    private static string Cell(string kind, ReadOnlySpan<byte> body, int cellBytes)
    {
        if (body.Length < NetworkBytes + cellBytes)
        {
            return "";
        }

        Span<byte> whole = stackalloc byte[sizeof(ulong)];
        body.Slice(NetworkBytes, cellBytes).CopyTo(whole[(sizeof(ulong) - cellBytes)..]);
        whole[sizeof(ulong) - cellBytes] &= 0x0F;
        ulong cell = BinaryPrimitives.ReadUInt64BigEndian(whole);
        return $"{kind} {Network(body)}-{cell.ToString("x7", CultureInfo.InvariantCulture)}";
    }

    private static string Number(ReadOnlySpan<byte> bytes)
    {
        uint number = 0;
        foreach (byte part in bytes)
        {
            number = (number << 8) | part;
        }

        return number.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Country and network, BCD with the digits exchanged; 15 fills a network of two digits.</summary>
    private static string Network(ReadOnlySpan<byte> body)
    {
        int third = body[1] >> 4;
        string last = third == 0xF ? "" : Digit(third);
        return $"{Digit(body[0] & 0xF)}{Digit(body[0] >> 4)}{Digit(body[1] & 0xF)}"
            + $"-{Digit(body[2] & 0xF)}{Digit(body[2] >> 4)}{last}";
    }

    private static string Digit(int value) => value.ToString("x1", CultureInfo.InvariantCulture);
}
