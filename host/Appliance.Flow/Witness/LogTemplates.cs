using System.Text;

namespace Appliance.Flow;

/// <summary>
/// The forms of log lines, read from one text per vendor:
/// <code>
/// vendor NAME
/// sign TEXT          a line with it is this vendor's, understood or not
/// ACTION PATTERN     create, delete, alive, exhausted, none; in the pattern {field}, * for anything, the rest as it is
/// </code>
/// The first pattern that fits wins. Blanks at the end of a pattern count; # begins a comment line.
/// </summary>
public sealed class LogTemplates
{
    private readonly List<string> vendors = [];
    private readonly List<(byte[] Text, int Vendor)> signs = [];
    private readonly List<LogTemplate> templates = [];

    /// <summary>The vendors that come with the product.</summary>
    public static LogTemplates BuiltIn { get; } = ReadBuiltIn();

    /// <summary>Names of the vendors, in the order of their numbers.</summary>
    public IReadOnlyList<string> Vendors => vendors;

    internal List<LogTemplate> Templates => templates;

    /// <summary>Adds a vendor's text; false with one sentence that says which line is wrong.</summary>
    public bool TryAdd(string text, out string problem)
    {
        problem = "";
        int number = 0;
        foreach (string line in text.Split('\n'))
        {
            number++;
            if (line.Trim().Length > 0 && line[0] != '#' && !TryAddLine(line.TrimEnd('\r'), out problem))
            {
                problem = $"line {number}: {problem}";
                return false;
            }
        }

        return true;
    }

    /// <summary>The vendor whose sign a line bears, or -1.</summary>
    internal int VendorOf(ReadOnlySpan<byte> line)
    {
        foreach ((byte[] text, int vendor) in signs)
        {
            if (line.IndexOf(text) >= 0)
            {
                return vendor;
            }
        }

        return -1;
    }

    private static LogTemplates ReadBuiltIn()
    {
        LogTemplates made = new();
        System.Reflection.Assembly assembly = typeof(LogTemplates).Assembly;
        foreach (string name in assembly.GetManifestResourceNames())
        {
            if (!name.EndsWith(".log", StringComparison.Ordinal))
            {
                continue;
            }

            using StreamReader reader = new(assembly.GetManifestResourceStream(name)!, Encoding.ASCII);
            if (!made.TryAdd(reader.ReadToEnd(), out string problem))
            {
                Environment.FailFast($"{name}: {problem}");
            }
        }

        return made;
    }

    private bool TryAddLine(string line, out string problem)
    {
        int blank = line.IndexOf(' ', StringComparison.Ordinal);
        string word = blank < 0 ? line : line[..blank];
        string rest = blank < 0 ? "" : line[(blank + 1)..];
        problem = rest.Length == 0 ? $"'{word}' says nothing; write a word, a blank and a text" : "";
        if (problem.Length > 0)
        {
            return false;
        }

        if (word == "vendor")
        {
            vendors.Add(rest);
            problem = vendors.Count > Limits.LogVendorsMax ? "too many vendors" : "";
            return problem.Length == 0;
        }

        if (vendors.Count == 0)
        {
            problem = "the first line must name the vendor";
            return false;
        }

        if (word == "sign")
        {
            signs.Add((Encoding.ASCII.GetBytes(rest), vendors.Count - 1));
            return true;
        }

        return TryAddPattern(word, rest, out problem);
    }

    private bool TryAddPattern(string word, string pattern, out string problem)
    {
        NatAction? action = word switch
        {
            "create" => NatAction.Create,
            "delete" => NatAction.Delete,
            "alive" => NatAction.Alive,
            "exhausted" => NatAction.Exhausted,
            "none" => NatAction.None,
            _ => null,
        };
        if (action is null)
        {
            problem = $"'{word}' is unknown; it must be create, delete, alive, exhausted, none, vendor or sign";
            return false;
        }

        if (!LogPattern.TryParse(pattern, out LogPart[] parts, out problem))
        {
            return false;
        }

        templates.Add(new LogTemplate(action.Value, parts, vendors.Count - 1));
        problem = templates.Count > Limits.LogTemplatesMax ? "too many patterns" : "";
        return problem.Length == 0;
    }
}
