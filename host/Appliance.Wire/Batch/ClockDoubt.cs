using System.Globalization;

namespace Appliance.Wire;

/// <summary>
/// A clock event of a manifest that takes trust back (FORMAT.md, "events of the clock"): times that the device wrote in
/// a stretch were worth less than their records say. It corrects records of its own batch and of earlier ones, never of
/// later ones.
/// </summary>
/// <param name="From">First time of the stretch, as the records have it.</param>
/// <param name="To">Last time of it.</param>
/// <param name="BoundUs">
/// Half width around those times that holds the truth, microseconds; <see cref="NoBound"/>: nothing does.
/// </param>
public readonly record struct ClockDoubt(TaiTime From, TaiTime To, uint BoundUs)
{
    /// <summary>No bound holds.</summary>
    public const uint NoBound = uint.MaxValue;

    private const string Begin = "times from ";
    private const string Until = " to ";
    private const string Within = " hold within ";
    private const string Unit = " us";

    /// <summary>The words that stand in the event's text, TAI microseconds since 1970.</summary>
    public string Words() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Begin}{From.Microseconds}{Until}{To.Microseconds}{Within}{BoundUs}{Unit}");

    /// <summary>Finds the words in the text of a clock event; false where it corrects nothing.</summary>
    public static bool TryRead(in ManifestEvent happened, out ClockDoubt doubt)
    {
        doubt = default;
        if (happened.Kind != EventKind.Clock)
        {
            return false;
        }

        foreach (string part in happened.Text.Split("; "))
        {
            if (TryRead(part, out doubt))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>True where a record with this time is in doubt.</summary>
    public bool Covers(TaiTime time) => From <= time && time <= To;

    /// <summary>True where a flow's record has a time that is in doubt.</summary>
    public bool Covers(in FlowRow row) => Covers(row.Start) || Covers(row.Last) || Covers(row.End);

    private static bool TryRead(ReadOnlySpan<char> part, out ClockDoubt doubt)
    {
        doubt = default;
        int until = part.IndexOf(Until, StringComparison.Ordinal);
        int within = part.IndexOf(Within, StringComparison.Ordinal);
        if (!part.StartsWith(Begin, StringComparison.Ordinal) || !part.EndsWith(Unit, StringComparison.Ordinal)
            || until < Begin.Length || within < until + Until.Length || part.Length < within + Within.Length + 1)
        {
            return false;
        }

        bool good = TryNumber(part[Begin.Length..until], out long from)
            & TryNumber(part[(until + Until.Length)..within], out long to)
            & uint.TryParse(
                part[(within + Within.Length)..^Unit.Length], NumberStyles.None, CultureInfo.InvariantCulture,
                out uint bound);
        doubt = good && from <= to ? new ClockDoubt(new TaiTime(from), new TaiTime(to), bound) : default;
        return good && from <= to;
    }

    private static bool TryNumber(ReadOnlySpan<char> text, out long number) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);
}
