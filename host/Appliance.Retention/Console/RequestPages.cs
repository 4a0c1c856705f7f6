using Appliance.Retention.Notices;
using Appliance.Retention.Requests;
using Appliance.Wire;

namespace Appliance.Retention.WebConsole;

/// <summary>A requester's own requests, and one request with what can be done with it.</summary>
internal static class RequestPages
{
    public static Reply List(Visit visit)
    {
        var rows = new List<(Request Request, OrderRefusal? Refusal)>();
        foreach (Id16 id in visit.Desk.Orders.All())
        {
            if (visit.Desk.Orders.Find(id) is { } request && request.Requester == visit.Person.Person)
            {
                rows.Add((request, visit.Desk.Orders.Standing(id).Refusal));
            }
        }

        rows.Sort((left, right) => right.Request.MadeUtcUs.CompareTo(left.Request.MadeUtcUs));
        Html none = Html.Of($"""<p>You have made no request yet. <a href="/requests/new">Make one</a>.</p>""");
        return visit.Page("My requests", Html.Of($"""
            <h1>My requests</h1>
            {(rows.Count == 0 ? none : Table(rows))}
            """));
    }

    public static Reply Show(Visit visit)
    {
        if (visit.RequestId() is not { } id || visit.Desk.Orders.Find(id) is not { } request)
        {
            return visit.NotFound();
        }

        bool isOwn = request.Requester == visit.Person.Person;
        if (!isOwn && !visit.Person.Roles.HasFlag(PersonRoles.Approver))
        {
            return visit.NotFound();
        }

        OrderStanding standing = visit.Desk.Orders.Standing(id);
        return visit.Page($"Request {request.Case}", Html.Of($"""
            <h1>Request {request.Case} {RequestView.Badge(standing.Refusal)}</h1>
            {Html.If(standing.Refusal is not null, () => Page.Refusal(standing.Refusal!))}
            {OralView.Of(visit, id, standing)}
            {Withdrawn(visit, request)}
            {Html.If(isOwn && standing.Refusal is null, () => AskPages.Form(visit, request))}
            {Html.If(!isOwn, () => QueuePages.Opinion(visit, request, standing))}
            <h2>What is asked</h2>
            {RequestView.Of(request, standing.Order?.Requester)}
            {Html.If(standing.Order is not null, () => Verdicts(standing.Order!))}
            {Html.If(!isOwn && standing.Order is not null, () => QueuePages.Form(visit, request, standing))}
            """));
    }

    private static Html Table(List<(Request Request, OrderRefusal? Refusal)> rows) => Page.Table(
        "Newest first",
        ["Case", "Purpose", "Made", "Expires", "State"],
        rows.Select(row => Html.Of($"""
            <tr><th scope="row"><a href="/requests/{row.Request.Id.ToString()}">{row.Request.Case}</a></th>
            <td>{RequestView.Purpose(row.Request.Purpose)}</td><td>{Page.Second(row.Request.MadeUtcUs)}</td>
            <td>{Page.Second(row.Request.ExpiresUtcUs)}</td><td>{RequestView.Badge(row.Refusal)}</td></tr>
            """)));

    /// <summary>Nothing is kept under a notice that was withdrawn: whoever asks should know before.</summary>
    private static Html Withdrawn(Visit visit, Request request)
    {
        NoticeBook notices = NoticeBook.Of(visit.Parts.Options.Store);
        return notices.Withdrawal(request.Notice, UtcClock.Now(visit.Parts.Clock)) is { } order
            ? Html.Of($"""
                <div class="note bad" id="withdrawn"><p>The notice was withdrawn at {Page.Second(order.UtcUs)}:
                {order.Reason} Nothing is kept under it any more.</p></div>
                """)
            : Html.None;
    }

    private static Html Verdicts(Order order) => Html.Of($"""
        <h2>What approvers said</h2>
        {Html.If(order.Approvals.Count == 0, () => Html.Of($"<p>Nothing yet.</p>"))}
        <ul>{order.Approvals.Select(row => Html.Of(
            $"<li><b>{(row.Approval.IsApproved ? "Approved" : "Refused")}</b> by {row.By.Label}, {row.By.Authority}, "
            + $"{Page.Second(row.Approval.UtcUs)}{(row.Approval.IsOral ? ", by word of mouth" : "")}"
            + $"{(row.Approval.Remarks.Length > 0 ? ": " + row.Approval.Remarks : "")}</li>"))}</ul>
        <dl class="facts">{Page.Code("Digest that approvals name", order.Digest.ToString())}</dl>
        """);
}
