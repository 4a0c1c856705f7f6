using Appliance.Retention.Questions;
using Appliance.Retention.Requests;
using Appliance.Wire;

namespace Appliance.Retention.WebConsole;

/// <summary>The frame of every page, and the small pieces that many of them have.</summary>
internal static class Page
{
    public static Html Of(Visit visit, string title, Html main) => Html.Of($"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>{title} – Internet Connection Records</title>
        <link rel="stylesheet" href="/console.css">
        <link rel="icon" href="/icon.svg" type="image/svg+xml">
        <script src="/webauthn.js" defer></script>
        </head>
        <body>
        <a class="skip" href="#main">Skip to the content</a>
        <header>
        <div class="bar"><a class="brand" href="/">Internet Connection Records</a>{Person(visit)}</div>
        {Navigation(visit)}
        </header>
        {Html.If(visit.Parts.IsLab, () => Html.Of(
            $"""<p class="lab">Lab: rules that nobody confirmed decide here. Never with real records.</p>"""))}
        <main id="main">
        {main}
        </main>
        <footer><p>Every question is logged before it is answered. All times are UTC.</p></footer>
        </body>
        </html>

        """);

    /// <summary>Why something cannot be done; what only waits for somebody does not look like a fault.</summary>
    public static Html Refusal(OrderRefusal refusal) => Html.Of($"""
        <div class="note {(refusal.Rule == "order.not-approved" ? "wait" : "bad")}" role="alert">
        <p>{refusal.Sentence}</p><p class="rule">Rule <code>{refusal.Rule}</code></p></div>
        """);

    /// <summary>A row of a list of facts; nothing where there is nothing to say.</summary>
    public static Html Fact(string name, string? value) => string.IsNullOrWhiteSpace(value)
        ? Html.None
        : Html.Of($"<div><dt>{name}</dt><dd>{value}</dd></div>");

    public static Html Code(string name, string value) =>
        Html.Of($"""<div><dt>{name}</dt><dd><code>{value}</code></dd></div>""");

    public static Html List(string title, IReadOnlyList<string> sentences) => sentences.Count == 0
        ? Html.None
        : Html.Of($"""
            <h2>{title}</h2>
            <ul>{sentences.Take(ConsoleLimits.AnswerRowsMax).Select(text => Html.Of($"<li>{text}</li>"))}</ul>
            {More(sentences.Count)}
            """);

    /// <summary>Says that a list goes on in the download.</summary>
    public static Html More(int count) => Html.If(
        count > ConsoleLimits.AnswerRowsMax,
        () => Html.Of($"<p>and {count - ConsoleLimits.AnswerRowsMax} more in the download.</p>"));

    /// <summary>A table that can be scrolled by itself where the screen is narrow.</summary>
    public static Html Table(string caption, string[] columns, IEnumerable<Html> rows) => Html.Of($"""
        <div class="wide" tabindex="0" role="region" aria-label="{caption}"><table><caption>{caption}</caption>
        <thead><tr>{columns.Select(column => Html.Of($"""<th scope="col">{column}</th>"""))}</tr></thead>
        <tbody>{rows}</tbody></table></div>
        """);

    public static string Time(ulong utcUs) => UtcText.Of(LeapSeconds.ToTai((long)utcUs));

    /// <summary>To the second, where fractions say nothing.</summary>
    public static string Second(ulong utcUs) => Time(utcUs)[..19] + "Z";

    private static Html Person(Visit visit) => visit.Who is not { } who ? Html.None : Html.Of($"""
        <form class="who" method="post" action="/logout"><span>{who.Label}, {who.Authority}</span>
        <button class="quiet">Log out</button></form>
        """);

    private static Html Navigation(Visit visit)
    {
        if (visit.Who is not { } who)
        {
            return Html.None;
        }

        (PersonRoles Role, string Address, string Name)[] all =
        [
            (PersonRoles.Requester, "/requests", "My requests"),
            (PersonRoles.Requester, "/requests/new", "New request"),
            (PersonRoles.Approver, "/queue", "To approve"),
            (PersonRoles.Auditor, "/log", "Transparency log"),
            (PersonRoles.Auditor, "/log/counts", "Counts"),
            (PersonRoles.Auditor, "/holds", "Legal holds"),
        ];
        return Html.Of($"""
            <nav aria-label="Main"><ul>{all.Where(entry => who.Roles.HasFlag(entry.Role)).Select(entry => Html.Of(
                $"""<li><a href="{entry.Address}"{Current(visit, entry.Address)}>{entry.Name}</a></li>"""))}</ul></nav>
            """);
    }

    private static Html Current(Visit visit, string address) =>
        visit.Path == address ? Html.Of($" aria-current=\"page\"") : Html.None;
}
