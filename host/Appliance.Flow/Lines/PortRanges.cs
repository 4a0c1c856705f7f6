using System.Globalization;
using Appliance.Wire;

namespace Appliance.Flow.Lines;

/// <summary>Port ranges as the vendors write them.</summary>
internal static class PortRanges
{
    /// <summary>
    /// Nokia's text: public address, space, ranges with commas between, space, outside routing instance:
    /// <c>180.0.1.248 37674-37723,38507-38556 router base</c>.
    /// </summary>
    public static bool TryParse(string text, LineEvent into)
    {
        ReadOnlySpan<char> rest = text;
        int space = rest.IndexOf(' ');
        if (space < 0 || !Ip.TryParse(rest[..space], out Ip address))
        {
            return false;
        }

        rest = rest[(space + 1)..].TrimStart(' ');
        space = rest.IndexOf(' ');
        ReadOnlySpan<char> ranges = space < 0 ? rest : rest[..space];
        bool isGood = !ranges.IsEmpty;
        foreach (Range part in ranges.Split(','))
        {
            isGood &= TryRange(address, ranges[part], into);
        }

        return isGood;
    }

    /// <summary>Adds a range; false where it is none or there are as many as one session may have.</summary>
    public static bool TryAdd(Ip address, uint first, uint last, LineEvent into)
    {
        if (address.IsNone || last > ushort.MaxValue || first > last || last == 0
            || into.Ranges.Count >= Limits.SessionRangesMax)
        {
            return false;
        }

        PortRange range = new(address, (ushort)first, (ushort)last);
        if (!into.Ranges.Contains(range))
        {
            into.Ranges.Add(range);
        }

        return true;
    }

    private static bool TryRange(Ip address, ReadOnlySpan<char> text, LineEvent into)
    {
        int dash = text.IndexOf('-');
        int width = 1;
        if (dash < 0)
        {
            // Seen with two dots as well.
            dash = text.IndexOf("..");
            width = 2;
        }

        return dash > 0 && TryPort(text[..dash], out uint first) && TryPort(text[(dash + width)..], out uint last)
            && TryAdd(address, first, last, into);
    }

    private static bool TryPort(ReadOnlySpan<char> text, out uint port) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port);
}
