using Appliance.Retention.Archive;
using Appliance.Retention.Log;
using Appliance.Retention.Warden;
using Appliance.Wire;

namespace Appliance.Retention.Requests;

/// <summary>Where a request stands.</summary>
/// <param name="Order">Its papers, checked; null where they do not hold.</param>
/// <param name="Refusal">Why nothing can be asked under it now; null where something can.</param>
internal sealed record OrderStanding(Order? Order, OrderRefusal? Refusal);

/// <summary>
/// Takes papers, keeps them, and logs each: the one door for requests and approvals, whether they come from a command
/// line or a console. What it refuses is logged as well. One thread.
/// </summary>
internal sealed class OrderDesk(
    PaperFolder folder, People people, TransparencyLog log, LawGate gate, TimeProvider clock)
{
    public People People => people;

    public IReadOnlyList<Id16> All() => folder.All();

    public Papers Read(Id16 id) => folder.Read(id);

    /// <summary>SHA-256 of a request's signed bytes: what an approval names.</summary>
    /// <exception cref="ArchiveException">The papers cannot be read.</exception>
    public Hash32 DigestOf(Id16 id) =>
        PersonSigned.TryRead(SignedType.Request, folder.Read(id).Request, out PersonSigned? signed) == Refusal.None
            ? Request.DigestOf(signed!.Payload.Span)
            : throw new ArchiveException($"the papers of request {id} are damaged");

    /// <summary>Takes a signed request; the refusal where it is not one of an enrolled requester.</summary>
    public OrderRefusal? File(ReadOnlyMemory<byte> signed, out Request? request)
    {
        var papers = new Papers(signed, []);
        OrderRefusal? wrong = OrderReader.TryRead(papers, people, Now, out Order? order);
        request = order?.Request;
        if (wrong is not null)
        {
            return Refused(wrong, signed, null);
        }

        folder.Add(request!.Id, signed.Span);
        Append(LogKind.Request, LogActor.Requester, signed, request);
        return null;
    }

    /// <summary>Takes a signed approval, or a signed no.</summary>
    public OrderRefusal? Sign(Id16 id, ReadOnlyMemory<byte> signed)
    {
        Papers before = folder.Read(id);
        var papers = new Papers(before.Request, [.. before.Approvals, signed]);
        OrderRefusal? wrong = OrderReader.TryRead(papers, people, Now, out Order? order);
        if (wrong is not null)
        {
            return Refused(wrong, signed, RequestOf(before));
        }

        folder.AddApproval(id, signed.Span);
        Append(LogKind.Approval, LogActor.Approver, signed, order!.Request);
        return null;
    }

    /// <summary>Where a request stands now: papers, approval, expiry and the law.</summary>
    public OrderStanding Standing(Id16 id)
    {
        OrderRefusal? wrong = OrderReader.TryRead(folder.Read(id), people, Now, out Order? order);
        wrong ??= OrderReader.CheckInForce(order!, Now) ?? gate(order!, Now);
        return new OrderStanding(order, wrong);
    }

    /// <summary>
    /// Judges a question and logs it, or logs the refusal. The entry is only there where the result is null; without it
    /// no warden releases anything.
    /// </summary>
    public OrderRefusal? Ask(AskedQuestion question, out Order? order, out LoggedEntry? entry)
    {
        entry = null;
        order = null;
        if (!Id16.TryParse(question.Request, out Id16 id))
        {
            return new OrderRefusal("question.request", "--request must be 32 hexadecimal digits");
        }

        OrderStanding standing = Standing(id);
        OrderRefusal? wrong = standing.Refusal ?? QuestionScope.Judge(standing.Order!.Request, question);
        if (wrong is not null)
        {
            return Refused(wrong, question.Encode(), standing.Order?.Request);
        }

        order = standing.Order;
        entry = Append(LogKind.Question, LogActor.Store, question.Encode(), order!.Request);
        return null;
    }

    /// <summary>Logs what was handed over for a question: a digest of the answer, batches and records.</summary>
    public void Delivered(
        Request request, LoggedEntry question, ReadOnlySpan<byte> answer, ulong batches, ulong records) =>
        log.Append(new LogDraft
        {
            Kind = LogKind.Delivery,
            Actor = LogActor.Store,
            Content = Hash32.Of(answer).ToArray(),
            Request = request.Id,
            Purpose = request.Purpose,
            Batches = batches,
            Records = records,
            RefersTo = question.Index,
        });

    /// <summary>Logs that a warden refused.</summary>
    public void RefusedByWarden(OrderRefusal refusal, Request request, LoggedEntry question) => log.Append(new LogDraft
    {
        Kind = LogKind.Refusal,
        Actor = LogActor.Warden,
        Content = System.Text.Encoding.UTF8.GetBytes(refusal.Rule),
        Request = request.Id,
        Purpose = request.Purpose,
        RefersTo = question.Index,
    });

    private ulong Now => UtcClock.Now(clock);

    private static Request? RequestOf(Papers papers)
    {
        Request? request = null;
        if (PersonSigned.TryRead(SignedType.Request, papers.Request, out PersonSigned? signed) == Refusal.None)
        {
            Request.TryDecode(signed!.Payload, out request);
        }

        return request;
    }

    private OrderRefusal Refused(OrderRefusal refusal, ReadOnlyMemory<byte> what, Request? request)
    {
        byte[] rule = System.Text.Encoding.UTF8.GetBytes(refusal.Rule + "\n");
        Append(LogKind.Refusal, LogActor.Store, (byte[])[.. rule, .. what.Span], request);
        return refusal;
    }

    private LoggedEntry Append(LogKind kind, LogActor actor, ReadOnlyMemory<byte> content, Request? request) =>
        log.Append(new LogDraft
        {
            Kind = kind,
            Actor = actor,
            Content = content,
            Request = request?.Id ?? default,
            Purpose = request?.Purpose ?? 0,
        });
}
