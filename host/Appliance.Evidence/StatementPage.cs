using System.Globalization;
using System.Text;
using Appliance.Wire;
using static Appliance.Evidence.StatementWords;

namespace Appliance.Evidence;

/// <summary>
/// The statement for the court: one HTML page that needs nothing else, made of what the checks of the pack found and
/// of nothing besides. It prints on A4.
/// </summary>
internal sealed class StatementPage
{
    // What is shorter stays on one line of its column.
    private const int ShortMax = 24;

    private readonly PackState state;
    private readonly Clocks clocks;
    private readonly StringBuilder page = new();
    private int section;

    private StatementPage(PackState state, TimeZoneInfo? zone) => (this.state, clocks) = (state, new Clocks(zone));

    /// <summary>Writes the page of a pack whose checks were made.</summary>
    /// <param name="state">What the checks found.</param>
    /// <param name="zone">Zone whose local time stands beside UTC; null: UTC alone.</param>
    public static string Write(PackState state, TimeZoneInfo? zone)
    {
        var writer = new StatementPage(state, zone);
        writer.Head();
        writer.Finding();
        writer.Order();
        writer.Records();
        writer.Certainty();
        writer.Completeness();
        writer.NotShown();
        writer.Checks();
        writer.HowToCheck();
        writer.Foot();
        return writer.page.ToString();
    }

    private void Head() => page.Append(CultureInfo.InvariantCulture, $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Evidence of connection records, case {Encode(state.Request!.Case)}</title>
        <style>
        {StatementStyle.Css}
        </style>
        </head>
        <body>
        <header>
        <p class="kicker">Statement of evidence · connection records</p>
        <h1>{Encode(Asked(state.Question!))}</h1>
        </header>
        <dl class="facts">
        <dt>Case</dt><dd>{Encode(state.Request.Case)}</dd>
        <dt>Asked by</dt><dd>{Encode(state.Request.Authority)}</dd>
        <dt>Time asked about</dt>
        <dd>{clocks.Of(state.Question!.FromUtcUs)}<br>to {clocks.Of(state.Question.ToUtcUs)}</dd>
        <dt>As it was written</dt><dd>{Encode(string.Join("; ", state.Answer!.AskedTimes))}</dd>
        <dt>Statement made</dt><dd>{clocks.Of(state.Seal!.UtcUs)}</dd>
        </dl>

        """);

    private void Finding()
    {
        page.Append("<div class=\"finding\"><p>").Append(Encode(Found(state))).Append("</p>\n");
        foreach (string reason in state.Answer!.Reasons)
        {
            page.Append("<p class=\"small\">").Append(Encode(Sentence(reason))).Append("</p>\n");
        }

        page.Append("</div>\n");
        Paragraph(
            clocks.Sentence + " A “line” is a subscriber's connection, named by the "
            + "provider's own reference. Names and addresses of people are not in these records.");
    }

    private void Order()
    {
        Request request = state.Request!;
        Title("What was asked, and under which order");
        page.Append("<dl class=\"facts\">\n");
        Fact("Legal basis", request.LegalBasis);
        Fact("Purpose", Purpose(request.Purpose));
        Fact("Requested by", Person(request.Requester));
        FactHtml("Approved by", string.Join("<br>", state.Approvals.Select(Approved)));
        FactHtml("In force until", clocks.Of(request.ExpiresUtcUs));
        if (request.Offence is { } offence)
        {
            Fact("Offence", offence.Name);
        }

        foreach (RequestStatement statement in request.Statements)
        {
            Fact(Capital(statement.Id.Replace('_', ' ')), statement.Text);
        }

        Fact("Lines it may name", request.Candidates.ToString(CultureInfo.InvariantCulture));
        page.Append("</dl>\n");
        Paragraph(
            "Requester and approver are two different people. Each signed these very words with a key of their own, "
            + "and each step was written to a log that can only grow before anything was opened.");
    }

    private void Records()
    {
        Title("What was found");
        DisclosedRow[] own = [.. state.Rows.Where(row => row.Section == SectionPlain.AttributionNumber)];
        if (own.Length == 0)
        {
            Paragraph("No record is disclosed with this answer.");
            return;
        }

        Columns("Line", "First and last packet", "Public address and port", "Inside address", "Right to within");
        foreach (DisclosedRow row in own)
        {
            string ports = row.Kind == RecordKind.Block
                ? string.Create(CultureInfo.InvariantCulture, $"{row.PublicPort}–{row.PortLast}")
                : row.PublicPort.ToString(CultureInfo.InvariantCulture);
            string outside = row.Kind == RecordKind.Session
                ? "who held the inside address" : $"{row.Public}, port {ports} {Protocol(row.Protocol)}";
            page.Append(CultureInfo.InvariantCulture, $"""
                <tr><td class="{(Line(row).Length <= ShortMax ? "time" : "")}">{Encode(Line(row))}</td>
                <td>{clocks.Of(row.Start)}<br>{clocks.Of(row.Last)}</td>
                <td>{Encode(outside)}</td><td>{row.Inside}</td><td>{Bound(row.BoundUs)}</td></tr>

                """);
        }

        page.Append("</tbody></table>\n");
        Contacted();
    }

    private void Contacted()
    {
        DisclosedRow[] contacts = [.. state.Rows.Where(row => row.Section == SectionPlain.ContactNumber)];
        if (contacts.Length == 0)
        {
            Paragraph("What was contacted is not part of this answer; that part of the records stayed closed.");
            return;
        }

        Columns("Record", "Contacted", "Address and port");
        foreach (DisclosedRow row in contacts)
        {
            string name = row.Service.Length > 0 ? row.Service : "no name seen";
            page.Append(CultureInfo.InvariantCulture, $"""
                <tr><td class="mono">{row.Place}</td><td>{Encode(name)}</td>
                <td>{row.Remote} : {row.RemotePort}</td></tr>

                """);
        }

        page.Append("</tbody></table>\n");
    }

    private void Certainty()
    {
        Title("How sure this is");
        foreach (IGrouping<(byte Method, ushort Bits, ushort Candidates), DisclosedRow> alike in state.Rows
            .Where(row => row is { Section: SectionPlain.AttributionNumber, Kind: RecordKind.Flow })
            .GroupBy(row => (row.Method, row.EvidenceBits, row.Candidates)))
        {
            string lines = alike.Key.Candidates > 1
                ? string.Create(CultureInfo.InvariantCulture, $" The record fitted {alike.Key.Candidates} lines.") : "";
            Paragraph(
                $"The line was found {Method(alike.Key.Method)}.{lines} {Bits(alike.Key.Bits)}");
        }

        Paragraph(ClockInWords(state));
        foreach (string note in state.Answer!.Notes)
        {
            Paragraph(Sentence(note));
        }
    }

    private void Checks()
    {
        Title("How each claim was verified");
        Paragraph(
            "“Proven” can be checked by anybody from the signed parts of the evidence pack. “Attested” was signed "
            + "by somebody who could be wrong and is bound to what they signed. “Reported” is what the device says "
            + "about itself.");
        Columns("Claim", "Worth", "Outcome");
        foreach (CheckLine check in state.Checks)
        {
            string look = check.Result switch
            {
                CheckResult.Pass => "pass",
                CheckResult.Fail => "fail",
                _ => "open",
            };
            page.Append(CultureInfo.InvariantCulture, $"""
                <tr><td>{Encode(Capital(check.Claim))}<br><span class="note">{Whole(check.Detail)}</span></td>
                <td><span class="tag">{check.Word}</span></td>
                <td><span class="tag {look}">{PackReport.Name(check.Result)}</span></td></tr>

                """);
        }

        page.Append("</tbody></table>\n");
    }

    private void Completeness()
    {
        Title("What of the time is covered");
        Paragraph(state.Answer!.IsCovered
            ? "The store attests that nothing is missing of the time that was asked about, and the numbers of the "
                + "signed batches bear that out."
            : "Something is missing of the time that was asked about:");
        Bullets(state.Answer.Gaps);
    }

    private void NotShown()
    {
        Title("What this evidence does not show");
        Bullets([.. PackChecker.NotShown.Select(sentence => Sentence(sentence))]);
    }

    private void HowToCheck()
    {
        Title("How to check it without the provider");
        Paragraph(
            "The evidence pack is one archive. With the public keys of operator, custodian, log, witness and "
            + "time-stamp authority, obtained from them and not from the pack, either of two independent programs "
            + "checks it without a network:");
        page.Append("<p class=\"mono\">icrctl verify PACK --pins KEYS<br>reader.py pack PACK --pins KEYS</p>\n");
    }

    private void Foot() => page.Append(CultureInfo.InvariantCulture, $"""
        <footer>Request {state.Request!.Id} · question {state.Seal!.Question} of log {state.Seal.Log} · log of
        {state.Checkpoint!.Size} entries, root {state.Checkpoint.Root}</footer>
        </body>
        </html>

        """);

    private void Columns(params string[] names) => page.Append("<table><thead><tr>")
        .AppendJoin("", names.Select(name => $"<th>{name}</th>")).Append("</tr></thead><tbody>\n");

    private void Title(string text) => page.Append(
        CultureInfo.InvariantCulture, $"<h2><span class=\"no\">{++section}</span>{Encode(text)}</h2>\n");

    private void Paragraph(string text) => page.Append("<p>").Append(Encode(text)).Append("</p>\n");

    private void Fact(string name, string value) => page.Append(
        CultureInfo.InvariantCulture, $"<dt>{Encode(name)}</dt><dd>{Encode(value)}</dd>\n");

    private void FactHtml(string name, string html) => page.Append(
        CultureInfo.InvariantCulture, $"<dt>{Encode(name)}</dt><dd>{html}</dd>\n");

    private void Bullets(IReadOnlyList<string> items)
    {
        if (items.Count > 0)
        {
            page.Append("<ul>\n");
            foreach (string item in items)
            {
                page.Append("<li>").Append(Encode(item)).Append("</li>\n");
            }

            page.Append("</ul>\n");
        }
    }

    private string Approved(Approval approval) =>
        Encode(Person(approval.Approver) + (approval.IsOral ? ", by word of mouth" : "")) + ", "
            + clocks.Of(approval.UtcUs);

    private string Person(Id16 person)
    {
        Enrolment by = state.People[person];
        return $"{by.Label}{(by.Office.Length > 0 ? $", {by.Office.Replace('_', ' ')}" : "")}, {by.Authority}";
    }

    private static string Capital(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];

    private static string Sentence(string text) => text.EndsWith('.') ? Capital(text) : Capital(text) + ".";
}
