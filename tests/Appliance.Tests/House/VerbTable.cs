using System.CommandLine;
using System.Text;
using System.Text.RegularExpressions;
using Appliance.TestSupport;

namespace Appliance.Tests.House;

/// <summary>A test that is marked as the transcript of a verb.</summary>
internal sealed record Transcript(string Verb, string Test, string Body);

/// <summary>VERBS.md: every verb of the contract, and the tests that show what it prints.</summary>
internal static partial class VerbTable
{
    // What was promised: each has a verb, or verbs below it, or a row that says so.
    private const string Promised =
        """
        icrctl status watch clock legs nat storage uplink config provision selftest report bundle verify replay update
        retention serve warden ingest records resolve addresses-of services accessed referral addresses request expire
        retention verify evidence log audit keys status
        """;

    public static string Path { get; } =
        System.IO.Path.Combine(Checkout.Root, "tests", "Appliance.Tests", "VERBS.md");

    /// <summary>The verbs that are built, by program and name, with what each is.</summary>
    public static SortedDictionary<string, Command> Built()
    {
        SortedDictionary<string, Command> verbs = new(StringComparer.Ordinal);
        Add(verbs, "icrctl", Appliance.Icrctl.Verbs.Create());
        Add(verbs, "retention", Appliance.Retention.Verbs.Create());
        return verbs;
    }

    /// <summary>The marked tests, from their sources: those of the system tests too.</summary>
    public static List<Transcript> Transcripts()
    {
        List<Transcript> found = [];
        foreach (string file in SourceTree.Files("*Tests.cs"))
        {
            string source = File.ReadAllText(file);
            foreach (Match match in Marked().Matches(source))
            {
                string test = $"{System.IO.Path.GetFileNameWithoutExtension(file)}.{match.Groups["test"].Value}";
                found.AddRange(match.Groups["verb"].Captures.Select(
                    verb => new Transcript(verb.Value, test, match.Groups["body"].Value)));
            }
        }

        return found;
    }

    public static string Write(IEnumerable<string> built, IEnumerable<Transcript> transcripts)
    {
        StringBuilder text = new();
        text.Append("# What every verb prints\n\n");
        text.Append("Written by `VerbTableTests`. A test is a transcript of the verbs it is marked with: it holds ");
        text.Append("the text that a\nfield engineer or an operator reads, and the exit code.\n\n");
        text.Append("| verb | transcripts |\n|---|---|\n");
        ILookup<string, string> tests = transcripts.ToLookup(marked => marked.Verb, marked => marked.Test);
        foreach (string verb in built)
        {
            string[] names = [.. tests[verb].Order(StringComparer.Ordinal).Select(test => $"`{test}`")];
            text.Append($"| {verb} | {(names.Length == 0 ? "not covered yet" : string.Join("<br>", names))} |\n");
        }

        foreach (string verb in Missing([.. built]))
        {
            text.Append($"| {verb} | not built yet |\n");
        }

        return text.ToString();
    }

    private static IEnumerable<string> Missing(string[] built) =>
        from line in Promised.Split('\n')
        let words = line.Split(' ')
        from word in words[1..]
        let verb = $"{words[0]} {word}"
        where !built.Any(known => known == verb || known.StartsWith(verb + " ", StringComparison.Ordinal))
        select verb;

    private static void Add(SortedDictionary<string, Command> verbs, string name, Command command)
    {
        foreach (Command verb in command.Subcommands)
        {
            // A verb with verbs below it may say something by itself.
            if (verb.Subcommands.Count == 0 || verb.Action is not null)
            {
                verbs.Add($"{name} {verb.Name}", verb);
            }

            Add(verbs, $"{name} {verb.Name}", verb);
        }
    }

    // Marks, other attributes, the method, and its body up to the brace or blank line at its own depth.
    [GeneratedRegex(
        @"(\[Transcript\(""(?<verb>[a-z -]+)""\)\]\s+)+(\[[^\n]*\]\s+)*public (async )?(void|Task) (?<test>\w+)\("
        + @"(?<body>.*?)(?=\n    }|\n\n    \S)",
        RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Marked();
}
