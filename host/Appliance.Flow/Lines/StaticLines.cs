using System.Globalization;
using Appliance.Wire;

namespace Appliance.Flow.Lines;

/// <summary>
/// The operator's file of prefixes that belong to a line for good: one line each, <c>prefix,line[,realm]</c>; empty
/// lines and those that begin with # are passed over. The whole file is checked before any of it counts.
/// </summary>
public static class StaticLines
{
    /// <summary>Server name of these sessions in the table.</summary>
    public const string Server = "static";

    /// <summary>Reads the file's text; false with one sentence that names the first line that is wrong.</summary>
    public static bool TryParse(string text, out IReadOnlyList<StaticLine> lines, out string problem)
    {
        List<StaticLine> read = [];
        HashSet<(string Realm, IpPrefix Prefix)> seen = [];
        lines = read;
        int number = 0;
        foreach (ReadOnlySpan<char> raw in text.AsSpan().EnumerateLines())
        {
            number++;
            ReadOnlySpan<char> line = raw.Trim();
            if (line.IsEmpty || line[0] == '#')
            {
                continue;
            }

            problem = Take(line.ToString().Split(','), read, seen);
            if (problem.Length > 0)
            {
                problem = string.Create(CultureInfo.InvariantCulture, $"line {number}: {problem}");
                return false;
            }
        }

        problem = "";
        return true;
    }

    private static string Take(
        string[] cells, List<StaticLine> read, HashSet<(string Realm, IpPrefix Prefix)> seen)
    {
        if (cells.Length is < 2 or > 3 || !IpPrefix.TryParse(cells[0].Trim(), out IpPrefix prefix))
        {
            return "it must be prefix,line or prefix,line,realm, as in 192.0.2.8/29,leased-17";
        }

        prefix = Prefixes.Cut(prefix.Address, prefix.Length);
        string name = cells[1].Trim();
        string realm = cells.Length == 3 ? cells[2].Trim() : "";
        if (name.Length == 0 || name.Length > RowLimits.StringBytesMax || !Prefixes.IsNarrow(prefix))
        {
            return "the line has no name, or its prefix is too wide to be one line's";
        }

        if (!seen.Add((realm, prefix)))
        {
            return $"{cells[0].Trim()} stands there twice";
        }

        if (read.Count == Limits.StaticLinesMax)
        {
            return $"there are more than {Limits.StaticLinesMax} prefixes";
        }

        read.Add(new StaticLine(prefix, name, realm));
        return "";
    }
}

/// <summary>A prefix that belongs to a line.</summary>
/// <param name="Prefix">In its canonical form.</param>
/// <param name="Line">Reference of the line.</param>
/// <param name="Realm">Realm; empty for the default.</param>
public sealed record StaticLine(IpPrefix Prefix, string Line, string Realm);
