using System.Globalization;

namespace Appliance.Journal;

/// <summary>
/// Names of segment files: <c>segment-</c>, ten decimal digits, <c>.icr</c>. Other names are not ours.
/// </summary>
internal static class SegmentName
{
    private const string Before = "segment-";
    private const string After = ".icr";
    private const int Digits = 10;

    public static string Of(ulong number) => $"{Before}{number:D10}{After}";

    /// <summary>True for a name that <see cref="Of"/> makes.</summary>
    public static bool TryParse(string name, out ulong number)
    {
        number = 0;
        return name.Length == Before.Length + Digits + After.Length && name.StartsWith(Before, StringComparison.Ordinal)
            && name.EndsWith(After, StringComparison.Ordinal)
            && ulong.TryParse(name.AsSpan(Before.Length, Digits), NumberStyles.None, null, out number);
    }

    /// <summary>Numbers of the segments of a device, rising.</summary>
    public static List<ulong> All(IJournalDevice device)
    {
        List<ulong> numbers = [];
        foreach (string name in device.List())
        {
            if (TryParse(name, out ulong number))
            {
                numbers.Add(number);
            }
        }

        numbers.Sort();
        return numbers;
    }
}
