using Appliance.Wire;

namespace Appliance.Retention.Requests;

/// <summary>
/// Holds signed papers against the people who are enrolled: who signed what, in which role, when. Whether the law
/// allows it is the gate's business. Never throws on bad input.
/// </summary>
internal static class OrderReader
{
    /// <summary>Reads the papers; the order is only there where the result is null.</summary>
    /// <param name="papers">As they were signed.</param>
    /// <param name="people">Who is enrolled.</param>
    /// <param name="nowUtcUs">UTC now, microseconds since 1970.</param>
    /// <param name="order">The order.</param>
    public static OrderRefusal? TryRead(Papers papers, People people, ulong nowUtcUs, out Order? order)
    {
        order = null;
        Refusal refusal = PersonSigned.TryRead(SignedType.Request, papers.Request, out PersonSigned? signed);
        Request? request = null;
        refusal = refusal == Refusal.None ? Request.TryDecode(signed!.Payload, out request) : refusal;
        if (refusal != Refusal.None)
        {
            return new OrderRefusal("papers.request", $"the request cannot be read: {refusal.Sentence()}");
        }

        OrderRefusal? wrong = CheckSigner(
            signed!, people.Find(request!.Requester), PersonRoles.Requester, request.MadeUtcUs, nowUtcUs, "request");
        if (wrong is not null)
        {
            return wrong;
        }

        if (people.Find(request.Requester)!.Authority != request.Authority)
        {
            return new OrderRefusal("people.authority", "the requester is enrolled for another authority");
        }

        var digest = Request.DigestOf(signed!.Payload.Span);
        var approvals = new List<(Approval, Enrolment)>();
        foreach (ReadOnlyMemory<byte> bytes in papers.Approvals)
        {
            wrong = TryReadApproval(bytes, request, digest, people, nowUtcUs, out (Approval, Enrolment) approval);
            if (wrong is not null)
            {
                return wrong;
            }

            approvals.Add(approval);
        }

        order = new Order(request, digest, people.Find(request.Requester)!, approvals);
        return null;
    }

    /// <summary>Whether anything may be answered now, as far as that does not depend on the law.</summary>
    public static OrderRefusal? CheckInForce(Order order, ulong nowUtcUs)
    {
        if (order.IsRejected)
        {
            return new OrderRefusal("order.rejected", "an approver refused this request; it stays refused");
        }

        if (order.Approved is null)
        {
            return new OrderRefusal("order.not-approved", "nobody has approved this request yet");
        }

        if (order.Approved.Value.Approval.IsOral && order.Request.Urgency != RequestUrgency.Spoken)
        {
            return new OrderRefusal("order.oral", "a request that can wait is approved in writing");
        }

        if (OralTerm.Of(order.Approvals.Select(approval => approval.Approval)) is { } term && term.IsMissed(nowUtcUs))
        {
            string due = Questions.UtcText.Of(LeapSeconds.ToTai((long)term.DueUtcUs));
            return new OrderRefusal(
                "order.unconfirmed", $"approved by word of mouth and not confirmed in writing by {due}: reported");
        }

        return nowUtcUs >= order.Request.ExpiresUtcUs
            ? new OrderRefusal("order.expired", "the request has expired; a new one is needed")
            : null;
    }

    private static OrderRefusal? TryReadApproval(
        ReadOnlyMemory<byte> bytes,
        Request request,
        Hash32 digest,
        People people,
        ulong nowUtcUs,
        out (Approval Approval, Enrolment By) read)
    {
        read = default;
        Refusal refusal = PersonSigned.TryRead(SignedType.Approval, bytes, out PersonSigned? signed);
        Approval? approval = null;
        refusal = refusal == Refusal.None ? Approval.TryDecode(signed!.Payload, out approval) : refusal;
        if (refusal != Refusal.None)
        {
            return new OrderRefusal("papers.approval", $"an approval cannot be read: {refusal.Sentence()}");
        }

        if (approval!.Request != request.Id || approval.Digest != digest)
        {
            return new OrderRefusal(
                "order.altered", "an approval is of other bytes than this request: it was altered, or exchanged");
        }

        Enrolment? by = people.Find(approval.Approver);
        OrderRefusal? wrong = CheckSigner(
            signed!, by, PersonRoles.Approver, approval.UtcUs, nowUtcUs, "approval");
        if (wrong is not null)
        {
            return wrong;
        }

        // One human with two enrolments has one key or two; the same key is the same human for certain.
        Enrolment requester = people.Find(request.Requester)!;
        if (by!.Person == requester.Person || by.Key.IsSame(requester.Key))
        {
            return new OrderRefusal(
                "order.same-person", "requester and approver are the same person; another must approve");
        }

        read = (approval, by);
        return null;
    }

    private static OrderRefusal? CheckSigner(
        PersonSigned signed, Enrolment? person, PersonRoles role, ulong signedUtcUs, ulong nowUtcUs, string what)
    {
        if (person is null)
        {
            return new OrderRefusal("people.unknown", $"who signed the {what} is not enrolled here");
        }

        if (!signed.IsSignedBy(person))
        {
            return new OrderRefusal("papers.signature", $"the {what} is not signed by the person that it names");
        }

        if (!person.Roles.HasFlag(role))
        {
            string word = role.ToString().ToLowerInvariant();
            return new OrderRefusal("people.role", $"who signed the {what} is not enrolled as {word}");
        }

        if (signedUtcUs > nowUtcUs)
        {
            return new OrderRefusal("papers.future", $"the {what} is dated in the future; check the clocks");
        }

        // Both: a person who left signs nothing any more, and what was dated back before the enrolment is not theirs.
        return person.IsValidAt(signedUtcUs) && person.IsValidAt(nowUtcUs)
            ? null
            : new OrderRefusal("people.ended", $"the enrolment of who signed the {what} is not in force");
    }
}
