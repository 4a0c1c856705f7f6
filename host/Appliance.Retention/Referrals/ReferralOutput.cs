using System.Globalization;
using System.Text;
using System.Text.Json;
using Appliance.Linux;
using Appliance.Retention.Commands;
using Appliance.Retention.Records;

namespace Appliance.Retention.Referrals;

/// <summary>A report in each of its forms: a text for people, JSON, and a folder of CSV files.</summary>
internal static class ReferralOutput
{
    public const string LinesFile = "lines.csv";
    public const string CasesFile = "cases.csv";
    public const string SummaryFile = "summary.json";
    private const int CasesShown = 25;

    public static readonly string[] LineColumns =
    [
        "row", "case", "verdict", "why_not", "use", "lines", "lines_with_destination", "line", "utc_from", "utc_to",
        "reason",
    ];

    public static readonly string[] CaseColumns =
    [
        "case", "verdict", "has_shared", "lines", "fixed", "resolvable_today", "only_with_destination",
        "not_resolvable", "why_not",
    ];

    private static readonly LineClass[] Classes =
        [LineClass.Fixed, LineClass.Today, LineClass.WithDestination, LineClass.No];

    public static void WriteText(TextWriter output, ReferralReport report, bool all)
    {
        output.WriteLine(Say($"Referral   {Count(report.Lines.Count, "line")} in {Count(report.Cases.Count, "case")}"));
        output.WriteLine("Cases");
        int cases = report.Cases.Count;
        WriteCount(output, report.CountCases(LineClass.Fixed), cases, "with a fixed address within the period");
        WriteCount(output, report.CasesFixedAndShared, cases, "of them with a shared one too");
        WriteCount(output, report.CountCases(LineClass.Today), cases, "else resolvable today, without a destination");
        WriteCount(output, report.CountCases(LineClass.WithDestination), cases, "else only with a destination");
        WriteCount(output, report.CountCases(LineClass.No), cases, "not resolvable");
        WriteReasons(output, report.CaseReasons);
        output.WriteLine("Lines");
        int lines = report.Lines.Count;
        WriteCount(output, report.CountLines(LineClass.Fixed), lines, "fixed");
        WriteCount(output, report.CountLines(LineClass.Today), lines, "resolvable today, without a destination");
        WriteCount(output, report.CountLines(LineClass.WithDestination), lines, "only with a destination");
        WriteCount(output, report.CountLines(LineClass.No), lines, "not resolvable");
        WriteReasons(output, report.LineReasons);
        WriteCases(output, report, all);
    }

    public static void WriteJson(TextWriter output, ReferralReport report) => JsonText.Write(output, new
    {
        summary = Summary(report),
        cases = report.Cases.Select(each => new
        {
            @case = each.Name,
            verdict = LineVerdict.NameOf(each.Class),
            has_shared = each.HasShared,
            lines = each.Lines.Count,
            why_not = each.Class == LineClass.No ? each.Reasons.Select(LineVerdict.NameOf) : [],
        }),
        lines = report.Lines.Select(line => new
        {
            row = line.Row,
            @case = line.Case,
            verdict = LineVerdict.NameOf(line.Class),
            why_not = OrNull(LineVerdict.NameOf(line.Why)),
            use = OrNull(line.Use),
            lines = line.Lines,
            lines_with_destination = line.LinesWithDestination,
            line = OrNull(line.Line),
            utc_from = OrNull(line.UtcFrom),
            utc_to = OrNull(line.UtcTo),
            reason = line.Reason,
        }),
    });

    /// <summary>Writes the files of a report; durable when it returns, each file whole or not there.</summary>
    public static void WriteFolder(string folder, ReferralReport report)
    {
        using var text = new StringWriter();
        JsonText.Write(text, Summary(report));
        Put(folder, LinesFile, Csv(LineColumns, report.Lines.Select(Fields)));
        Put(folder, CasesFile, Csv(CaseColumns, report.Cases.Select(Fields)));
        Put(folder, SummaryFile, text.ToString());
    }

    private static object Summary(ReferralReport report) => new
    {
        cases = new
        {
            total = report.Cases.Count,
            @fixed = report.CountCases(LineClass.Fixed),
            fixed_and_shared = report.CasesFixedAndShared,
            resolvable_today = report.CountCases(LineClass.Today),
            only_with_destination = report.CountCases(LineClass.WithDestination),
            not_resolvable = report.CountCases(LineClass.No),
            why_not = Reasons(report.CaseReasons),
        },
        lines = new
        {
            total = report.Lines.Count,
            @fixed = report.CountLines(LineClass.Fixed),
            shared = report.Lines.Count(line => line.IsShared),
            resolvable_today = report.CountLines(LineClass.Today),
            only_with_destination = report.CountLines(LineClass.WithDestination),
            not_resolvable = report.CountLines(LineClass.No),
            why_not = Reasons(report.LineReasons),
        },
    };

    private static Dictionary<string, int> Reasons(IReadOnlyList<(WhyNot Why, int Count)> reasons) =>
        reasons.ToDictionary(reason => LineVerdict.NameOf(reason.Why), reason => reason.Count);

    private static string[] Fields(LineVerdict line) =>
    [
        Text(line.Row), line.Case, LineVerdict.NameOf(line.Class), LineVerdict.NameOf(line.Why), line.Use,
        Text(line.Lines), Text(line.LinesWithDestination), line.Line, line.UtcFrom, line.UtcTo, line.Reason,
    ];

    private static string[] Fields(CaseVerdict each) =>
    [
        each.Name, LineVerdict.NameOf(each.Class), each.HasShared ? "1" : "0", Text(each.Lines.Count),
        .. Classes.Select(kind => Text(each.Count(kind))),
        each.Class == LineClass.No ? string.Join('+', each.Reasons.Select(LineVerdict.NameOf)) : "",
    ];

    private static string Csv(string[] columns, IEnumerable<string[]> rows)
    {
        using var text = new StringWriter();
        var writer = new LineWriter(text, RecordFormat.Csv, columns);
        writer.Header();
        foreach (string[] row in rows)
        {
            Array.ForEach(row, field => writer.Add(field));
            writer.End();
        }

        return text.ToString();
    }

    private static void Put(string folder, string name, string text)
    {
        string file = Path.Combine(folder, name);
        DurableFile.Put(file, file + ".part", Encoding.UTF8.GetBytes(text));
    }

    private static void WriteCount(TextWriter output, int count, int total, string words)
    {
        double percent = Math.Round(100.0 * count / Math.Max(total, 1), MidpointRounding.AwayFromZero);
        output.WriteLine(Say($"  {count,9:N0}  {percent,3} %  {words}"));
    }

    private static void WriteReasons(TextWriter output, IReadOnlyList<(WhyNot Why, int Count)> reasons)
    {
        foreach ((WhyNot why, int count) in reasons)
        {
            output.WriteLine(Say($"    {count,9:N0}  {LineVerdict.NameOf(why)}"));
        }
    }

    private static void WriteCases(TextWriter output, ReferralReport report, bool all)
    {
        output.WriteLine("By case");
        int shown = all ? report.Cases.Count : Math.Min(report.Cases.Count, CasesShown);
        foreach (CaseVerdict each in report.Cases.Take(shown))
        {
            string why = each.Class == LineClass.No
                ? $" ({string.Join(", ", each.Reasons.Select(LineVerdict.NameOf))})"
                : each is { Class: LineClass.Fixed, HasShared: true } ? " and shared" : "";
            output.WriteLine(
                $"  {each.Name}: {LineVerdict.NameOf(each.Class)}{why}, {Count(each.Lines.Count, "line")}");
        }

        if (shown < report.Cases.Count)
        {
            output.WriteLine(Say(
                $"  and {Count(report.Cases.Count - shown, "more case")}: --all, --json or --out has every one"));
        }
    }

    private static string? OrNull(string text) => text.Length == 0 ? null : text;

    private static string Count(int count, string noun) => Say($"{count:N0} {noun}{(count == 1 ? "" : "s")}");

    private static string Text(int? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "";

    private static string Say(FormattableString text) => FormattableString.Invariant(text);
}
