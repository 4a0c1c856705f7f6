using System.Globalization;
using Appliance.Edge.Service;

namespace Appliance.Icrctl.Reports;

/// <summary>A part of the report as it is read: lines under a heading.</summary>
internal sealed record ReportPart(string Heading, IReadOnlyList<string> Lines);

/// <summary>
/// What was found at a site at one moment: every check, the state behind it, and room for two signatures. Nothing in it
/// is of a customer; names of places and people are those that the engineer gave.
/// </summary>
internal sealed record SiteReport
{
    public required string Site { get; init; }

    public required string Engineer { get; init; }

    /// <summary>When it was made, by this machine's clock; whether that is right, its check says.</summary>
    public required string MadeUtc { get; init; }

    public required string Device { get; init; }

    public required string Version { get; init; }

    /// <summary>No check failed.</summary>
    public required bool IsAccepted { get; init; }

    public required string Verdict { get; init; }

    public required IReadOnlyList<SelfCheck> Checks { get; init; }

    public required IReadOnlyList<ReportPart> Parts { get; init; }

    public static SiteReport Of(BoxStatus status, string site, string engineer, DateTimeOffset now)
    {
        IReadOnlyList<SelfCheck> checks = SelfTest.Of(status);
        int failed = checks.Count(check => check.Outcome == SelfOutcome.Fail);
        int warned = checks.Count(check => check.Outcome == SelfOutcome.Warn);
        return new SiteReport
        {
            Site = OneLine(site, "(not given)"),
            Engineer = OneLine(engineer, "(not given)"),
            MadeUtc = now.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            Device = status.Device,
            Version = status.Version,
            IsAccepted = failed == 0,
            Verdict = failed > 0 ? $"not accepted: {Count(failed, "check")} failed; mend what stands under FAIL first"
                : warned > 0 ? $"accepted, with {Count(warned, "thing")} to look at"
                : "accepted: every check passed",
            Checks = checks,
            Parts =
            [
                new ReportPart("Legs", Lines(StatusText.Legs(status))),
                new ReportPart("Flows", Lines(StatusText.Nat(status))),
                new ReportPart(
                    "Storage and uplink", Lines($"{StatusText.Storage(status)}\n{StatusText.Uplink(status)}")),
            ],
        };
    }

    /// <summary>As it is printed on a terminal or filed as text.</summary>
    public string Text()
    {
        List<string> lines =
        [
            "SITE ACCEPTANCE REPORT",
            $"site      {Site}",
            $"engineer  {Engineer}",
            $"made      {MadeUtc}",
            $"device    {Device}, version {Version}",
            $"verdict   {Verdict}",
            "",
            "Checks",
            .. Lines(SelfTest.Text(Checks)),
        ];
        foreach (ReportPart part in Parts)
        {
            lines.AddRange(["", part.Heading, .. part.Lines]);
        }

        lines.AddRange(["", "installed by ____________________   accepted by ____________________   date __________"]);
        return string.Join('\n', lines);
    }

    private static string Count(int number, string thing) => $"{number} {thing}{(number == 1 ? "" : "s")}";

    private static string[] Lines(string text) => text.Split('\n');

    // What somebody typed cannot begin a line of its own and look like a finding.
    private static string OneLine(string text, string absent)
    {
        string line = string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)).Trim();
        return line.Length == 0 ? absent : line;
    }
}
