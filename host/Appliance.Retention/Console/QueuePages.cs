using Appliance.Retention.Requests;
using Appliance.Wire;

namespace Appliance.Retention.WebConsole;

/// <summary>What waits for an approver, with the gate's opinion; own requests never.</summary>
internal static class QueuePages
{
    public static Reply List(Visit visit)
    {
        var rows = new List<(Request Request, Enrolment By, OrderStanding Standing)>();
        foreach (Id16 id in visit.Desk.Orders.All())
        {
            OrderStanding standing = visit.Desk.Orders.Standing(id);
            bool waits = standing.Refusal?.Rule == "order.not-approved"
                || OralView.IsDue(standing, UtcClock.Now(visit.Parts.Clock));
            if (waits && standing.Order is { } order && !IsOwn(visit, order))
            {
                rows.Add((order.Request, order.Requester, standing));
            }
        }

        // What cannot wait first, then the oldest.
        rows.Sort((left, right) => (left.Request.Urgency == RequestUrgency.None, left.Request.MadeUtcUs)
            .CompareTo((right.Request.Urgency == RequestUrgency.None, right.Request.MadeUtcUs)));
        return visit.Page("To approve", Html.Of($"""
            <h1>To approve</h1>
            {(rows.Count == 0 ? Html.Of($"<p>Nothing waits. Your own requests are for others to approve.</p>")
                : Table(rows))}
            """));
    }

    /// <summary>What the gate would say if this person approved now.</summary>
    public static Html Opinion(Visit visit, Request request, OrderStanding standing)
    {
        if (standing is not { Refusal.Rule: "order.not-approved", Order: { } order })
        {
            return Html.None;
        }

        OrderRefusal? refusal = visit.Desk.Orders.Opinion(
            request, order.Requester, visit.Person, request.Urgency == RequestUrgency.Spoken);
        return refusal is null
            ? Html.Of($"""<div class="note good"><p>The rules would let it pass if you approve.</p></div>""")
            : Html.Of($"""<h2>The rules would refuse it all the same</h2>{Page.Refusal(refusal)}""");
    }

    public static Html Form(Visit visit, Request request, OrderStanding standing) =>
        standing.Refusal?.Rule is not ("order.not-approved" or null) || IsOwn(visit, standing.Order!)
            || standing.Order!.Approvals.Any(row => row.By.Person == visit.Person.Person && !MayConfirm(row.Approval))
            ? Html.None
            : OralView.IsDue(standing, UtcClock.Now(visit.Parts.Clock)) ? Confirmation(request)
            : Html.Of($"""
                <h2>Your verdict</h2>
                <form method="post" action="/requests/{request.Id.ToString()}/verdict">
                <label for="remarks">Reason; kept with the verdict, and needed where you refuse</label>
                <textarea id="remarks" name="remarks" rows="3" maxlength="2000"></textarea>
                {Html.If(request.Urgency == RequestUrgency.Spoken, () => Html.Of($"""
                    <label class="tick"><input type="checkbox" name="oral" value="yes"> I gave it by word of mouth
                    before</label>
                    """))}
                <div class="buttons"><button name="verdict" value="approve">Approve</button>
                <button class="danger" name="verdict" value="refuse">Refuse, for good</button></div>
                </form>
                """);

    // Who approved by word of mouth confirms it in writing; who approved in writing has said all.
    private static bool MayConfirm(Approval approval) => approval is { IsApproved: true, IsOral: true };

    private static Html Confirmation(Request request) => Html.Of($"""
        <h2>Confirm it in writing</h2>
        <form method="post" action="/requests/{request.Id.ToString()}/verdict">
        <label for="remarks">Reason; kept with the confirmation</label>
        <textarea id="remarks" name="remarks" rows="3" maxlength="2000"></textarea>
        <div class="buttons"><button name="verdict" value="approve">Confirm in writing</button>
        <button class="danger" name="verdict" value="refuse">Refuse, for good</button></div>
        </form>
        """);

    /// <summary>Makes the verdict that is to be signed.</summary>
    public static Reply Decide(Visit visit)
    {
        if (visit.RequestId() is not { } id)
        {
            return visit.NotFound();
        }

        OrderStanding standing = visit.Desk.Orders.Standing(id);
        if (standing.Order is not { } order)
        {
            return visit.Refuse(standing.Refusal!);
        }

        // The desk refuses it too; here nobody is asked for a signature in vain.
        if (IsOwn(visit, order))
        {
            return visit.Refuse(new OrderRefusal(
                "order.same-person", "requester and approver are the same person; another must approve"));
        }

        bool isApproved = visit.Field("verdict") == "approve";
        string remarks = visit.Field("remarks");
        if (!isApproved && remarks.Length == 0)
        {
            return visit.Refuse(new OrderRefusal("form.remarks", "say why you refuse it: go back and write it down"));
        }

        var approval = new Approval
        {
            Request = id,
            Digest = order.Digest,
            Approver = visit.Person.Person,
            IsApproved = isApproved,
            UtcUs = UtcClock.Now(visit.Parts.Clock),
            IsOral = visit.Field("oral") == "yes",
            Remarks = remarks,
        };
        return Approval.TryDecode(approval.Encode(), out _) == Refusal.None
            ? SignPages.Begin(visit, SignedType.Approval, id, approval.Encode())
            : visit.Refuse(new OrderRefusal("form.remarks", "the reason is too long; a page is enough"));
    }

    private static string Due(OrderStanding standing) => OralView.TermOf(standing) is { } term
        ? $"confirmation in writing by {Page.Second(term.DueUtcUs)}"
        : "a verdict";

    private static bool IsOwn(Visit visit, Order order) =>
        order.Requester.Person == visit.Person.Person || order.Requester.Key.IsSame(visit.Person.Key);

    private static Html Table(List<(Request Request, Enrolment By, OrderStanding Standing)> rows) => Page.Table(
        "What cannot wait first, then the oldest",
        ["Case", "Purpose", "Authority", "Requester", "Urgency", "Made", "What is due"],
        rows.Select(row => Html.Of($"""
            <tr><th scope="row"><a href="/requests/{row.Request.Id.ToString()}">{row.Request.Case}</a></th>
            <td>{RequestView.Purpose(row.Request.Purpose)}</td><td>{row.Request.Authority}</td>
            <td>{row.By.Label}</td><td>{(row.Request.Urgency == RequestUrgency.None ? "" : "urgent")}</td>
            <td>{Page.Second(row.Request.MadeUtcUs)}</td><td>{Due(row.Standing)}</td></tr>
            """)));
}
