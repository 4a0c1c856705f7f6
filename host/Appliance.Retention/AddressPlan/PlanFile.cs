using System.Globalization;
using Appliance.Retention.Questions;
using Appliance.Wire;
using Limits = Appliance.Retention.Questions.Limits;

namespace Appliance.Retention.AddressPlan;

/// <summary>
/// An address plan as CSV: the header line <c>prefix,use,realm,from,to</c>, then an entry a line. Times are empty, a
/// UTC day (its begin) or a full time with its zone.
/// </summary>
internal static class PlanFile
{
    public const string Header = "prefix,use,realm,from,to";

    /// <summary>Reads the lines; where one is wrong, its number and what to do.</summary>
    public static bool TryParse(IEnumerable<string> lines, out List<PlanEntry> entries, out string problem)
    {
        entries = [];
        problem = "";
        int number = 0;
        foreach (string line in lines)
        {
            number++;
            string text = line.Trim('\uFEFF', ' ', '\r');
            if (number == 1 && text != Header)
            {
                problem = $"line 1 must be the header {Header}";
            }
            else if (number > 1 && text.Length > 0 && !text.StartsWith('#'))
            {
                problem = Take(text, entries);
                problem = problem.Length == 0 ? "" : $"line {number}: {problem}";
            }

            if (problem.Length > 0)
            {
                return false;
            }
        }

        problem = number == 0 ? $"it is empty; its first line is {Header}" : "";
        return number > 0;
    }

    /// <summary>The line of an entry.</summary>
    public static string Line(PlanEntry entry) => string.Join(
        ',', entry.Prefix, PlanEntry.NameOf(entry.Use), entry.Realm, Time(entry.From), Time(entry.To));

    private static string Time(TaiTime? time) => time is { } at ? UtcText.Of(at) : "";

    private static string Take(string line, List<PlanEntry> entries)
    {
        string[] fields = line.Split(',', StringSplitOptions.TrimEntries);
        if (fields.Length != 5)
        {
            return $"{fields.Length} fields; give 5: {Header}";
        }

        string text = fields[0].Contains('/') ? fields[0] : fields[0] + (fields[0].Contains(':') ? "/128" : "/32");
        if (!IpPrefix.TryParse(text, out IpPrefix range))
        {
            return $"'{fields[0]}' is not an address prefix such as 203.0.113.0/24";
        }

        if (!PlanEntry.TryUse(fields[1], out PlanUse use))
        {
            return $"'{fields[1]}' is not a use; write shared, fixed, dynamic, infrastructure or not-ours";
        }

        if (!TryTime(fields[3], out TaiTime? from, out string problem)
            || !TryTime(fields[4], out TaiTime? to, out problem))
        {
            return problem;
        }

        if (from is { } begin && to is { } end && begin >= end)
        {
            return "it ends before it begins";
        }

        entries.Add(new PlanEntry(text, range, use, fields[2], from, to));
        return entries.Count > Limits.PlanEntries ? $"more than {Limits.PlanEntries} entries; join prefixes" : "";
    }

    private static bool TryTime(string text, out TaiTime? time, out string problem)
    {
        time = null;
        problem = "";
        if (text.Length == 0)
        {
            return true;
        }

        bool isDay = DateOnly.TryParseExact(
            text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);
        bool good = AskedTime.TryParse(isDay ? $"{text}T00:00:00Z" : text, out AskedTime? asked, out problem);
        time = asked?.Meaning.From;
        return good;
    }
}
