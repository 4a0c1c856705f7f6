using System.Net;
using System.Text;

namespace Appliance.Icrctl.Reports;

/// <summary>The report as one page without scripts or anything to fetch, to be printed on paper.</summary>
internal static class ReportPage
{
    private const string Style =
        """
        body { font: 11pt/1.4 sans-serif; margin: 2em auto; max-width: 50em; color: #111 }
        h1 { font-size: 16pt } h2 { font-size: 12pt; margin-top: 1.4em }
        table { border-collapse: collapse; width: 100% } td, th { padding: .2em .6em; border-top: 1px solid #ccc;
        text-align: left; vertical-align: top }
        .fail { font-weight: bold; background: #fdd } .warn { background: #ffe9b8 }
        pre { font-size: 8.5pt; white-space: pre-wrap } .verdict { padding: .6em; border: 2px solid #111 }
        .sign td { height: 4em; vertical-align: bottom; border-top: none; border-bottom: 1px solid #111 }
        """;

    public static string Of(SiteReport report)
    {
        StringBuilder page = new();
        page.Append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">");
        page.Append("<title>Site acceptance report</title>\n<style>\n").Append(Style);
        page.Append("\n</style></head><body>\n");
        page.Append("<h1>Site acceptance report</h1>\n<table>\n");
        Row(page, "Site", report.Site);
        Row(page, "Engineer", report.Engineer);
        Row(page, "Made", report.MadeUtc);
        Row(page, "Device", $"{report.Device}, version {report.Version}");
        page.Append("</table>\n<p class=\"verdict\">").Append(Escape(report.Verdict)).Append("</p>\n<h2>Checks</h2>\n");
        page.Append("<table>\n<tr><th>result</th><th>part</th><th>found</th></tr>\n");
        foreach (SelfCheck check in report.Checks)
        {
            string outcome = check.Outcome == SelfOutcome.Fail ? "FAIL" : check.Outcome.ToString().ToLowerInvariant();
            page.Append($"<tr class=\"{outcome.ToLowerInvariant()}\"><td>{outcome}</td><td>{Escape(check.Part)}</td>");
            page.Append($"<td>{Escape(check.Words)}</td></tr>\n");
        }

        page.Append("</table>\n");
        foreach (ReportPart part in report.Parts)
        {
            page.Append($"<h2>{Escape(part.Heading)}</h2>\n<pre>{Escape(string.Join('\n', part.Lines))}</pre>\n");
        }

        page.Append("<table class=\"sign\"><tr><td>installed by</td><td>accepted by</td><td>date</td></tr></table>\n");
        return page.Append("</body></html>").ToString();
    }

    private static void Row(StringBuilder page, string name, string value) =>
        page.Append($"<tr><th>{name}</th><td>{Escape(value)}</td></tr>\n");

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}
