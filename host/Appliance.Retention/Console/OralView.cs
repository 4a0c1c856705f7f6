using Appliance.Retention.Requests;
using Appliance.Wire;

namespace Appliance.Retention.WebConsole;

/// <summary>An approval by word of mouth: until when it is to be confirmed in writing, and what became of it.</summary>
internal static class OralView
{
    /// <summary>The term of an order; null where nobody approved it by word of mouth.</summary>
    public static OralTerm? TermOf(OrderStanding standing) => standing.Order is { } order
        ? OralTerm.Of(order.Approvals.Select(row => row.Approval))
        : null;

    /// <summary>True while a confirmation in writing is due and still counts.</summary>
    public static bool IsDue(OrderStanding standing, ulong nowUtcUs) =>
        TermOf(standing) is { ConfirmedUtcUs: null } term && !term.IsMissed(nowUtcUs);

    /// <summary>What the page says of it; nothing for an order that was approved in writing.</summary>
    public static Html Of(Visit visit, Id16 request, OrderStanding standing)
    {
        if (TermOf(standing) is not { } term)
        {
            return Html.None;
        }

        ulong now = UtcClock.Now(visit.Parts.Clock);
        string due = Page.Second(term.DueUtcUs);
        (string look, string sentence) = term switch
        {
            _ when term.IsMissed(now) =>
                ("bad", $"It was not confirmed in writing by {due}. Nothing is answered any more, and it is reported."),
            { ConfirmedUtcUs: { } confirmed } =>
                ("good", $"Approved by word of mouth, and confirmed in writing at {Page.Second(confirmed)}."),
            _ => ("wait", "Approved by word of mouth. "
                + $"The confirmation in writing is due by {due}: {Left(term, now)}."),
        };
        string? report = visit.Desk.Orders.Report(request);
        return Html.Of($"""
            <div class="note {look}" role="status" id="oral"><p>{sentence}</p>
            {(report is null ? Html.None
                : Html.Of($"<details><summary>The report</summary><pre>{report}</pre></details>"))}</div>
            """);
    }

    private static string Left(OralTerm term, ulong now)
    {
        ulong minutes = (term.DueUtcUs - now) / (60UL * TaiTime.MicrosecondsPerSecond);
        return FormattableString.Invariant($"{minutes / 60} hours and {minutes % 60} minutes are left");
    }
}
