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

    /// <summary>Whether there is such a request.</summary>
    public bool Has(Id16 id) => folder.Has(id);

    /// <summary>Reports oral approvals that were not confirmed in time; returns those requests.</summary>
    public IReadOnlyList<Id16> ReportOverdue() => new ConfirmationWatch(folder, log, clock).Run();

    /// <summary>The report of a request; null where there is none.</summary>
    public string? Report(Id16 id) => folder.Report(id);

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

    /// <summary>What a request says, whether or not its papers hold; null where it cannot be read.</summary>
    public Request? Find(Id16 id) => RequestOf(folder.Read(id));

    /// <summary>
    /// What the law would say if this person approved now: an opinion that opens nothing. Null where it would pass.
    /// </summary>
    public OrderRefusal? Opinion(Request request, Enrolment requester, Enrolment approver, bool isOral)
    {
        var approval = new Approval
        {
            Request = request.Id,
            Digest = Request.DigestOf(request.Encode()),
            Approver = approver.Person,
            IsApproved = true,
            UtcUs = Now,
            IsOral = isOral,
            Remarks = "",
        };
        return gate(new Order(request, approval.Digest, requester, [(approval, approver)]), Now);
    }

    /// <summary>
    /// Why no approver who is enrolled now could let a request pass; null where one could, or where nobody approves.
    /// </summary>
    public OrderRefusal? Foresee(Request request, Enrolment requester)
    {
        OrderRefusal? first = null;
        foreach (Enrolment approver in people.All)
        {
            bool mayApprove = approver.Roles.HasFlag(PersonRoles.Approver) && approver.IsValidAt(Now)
                && approver.Person != requester.Person && !approver.Key.IsSame(requester.Key);
            OrderRefusal? refusal = mayApprove
                ? Opinion(request, requester, approver, request.Urgency == RequestUrgency.Spoken)
                : null;
            if (mayApprove && refusal is null)
            {
                return null;
            }

            first ??= refusal;
        }

        return first;
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
    /// <param name="question">The question.</param>
    /// <param name="order">The order that it is asked under.</param>
    /// <param name="entry">Its entry.</param>
    /// <param name="again">
    /// First entry of a question that is gone on with: the new one refers to it, for each run that may reach records
    /// begins and ends in the log.
    /// </param>
    public OrderRefusal? Ask(
        AskedQuestion question, out Order? order, out LoggedEntry? entry, LoggedEntry? again = null)
    {
        entry = null;
        order = null;
        OrderRefusal? wrong = TryStand(question, out Id16 id, out OrderStanding? standing);
        wrong ??= standing!.Refusal ?? QuestionScope.Judge(standing.Order!.Request, question);
        if (wrong is not null)
        {
            return Refused(wrong, question.Encode(), standing?.Order?.Request);
        }

        order = standing!.Order;
        entry = Append(LogKind.Question, LogActor.Store, question.Encode(), order!.Request, again?.Index);
        return null;
    }

    /// <summary>Judges and logs that a legal hold is to be opened; as <see cref="Ask"/>.</summary>
    public OrderRefusal? AskHold(
        string request, Id16 hold, out Order? order, out AskedQuestion? question, out LoggedEntry? entry)
    {
        question = null;
        order = null;
        entry = null;
        if (!Id16.TryParse(request, out Id16 id))
        {
            return new OrderRefusal("question.request", "--request must be 32 hexadecimal digits");
        }

        Order? known = Standing(id).Order;
        question = new AskedQuestion
        {
            Verb = QuestionScope.HoldVerb,
            Request = request,
            Hold = hold.ToString(),
            FromUtcUs = known?.Request.FromUtcUs ?? 0,
            ToUtcUs = known?.Request.ToUtcUs ?? 0,
        };
        return Ask(question, out order, out entry);
    }

    /// <summary>Logs what is handed over for a question.</summary>
    /// <param name="request">Request that it was asked under.</param>
    /// <param name="question">Its entry.</param>
    /// <param name="statement">The signed search statement, which has the hash of the answer.</param>
    /// <param name="batches">Batches opened.</param>
    /// <param name="records">Records disclosed.</param>
    public LoggedEntry Delivered(
        Request request, LoggedEntry question, ReadOnlyMemory<byte> statement, ulong batches, ulong records) =>
        log.Append(new LogDraft
        {
            Kind = LogKind.Delivery,
            Actor = LogActor.Store,
            Content = statement,
            Request = request.Id,
            Purpose = request.Purpose,
            Batches = batches,
            Records = records,
            RefersTo = question.Index,
        });

    /// <summary>
    /// Logs that a question which was logged got no answer, by whose word. A warden or witness that cannot be reached
    /// said nothing: then it is the store's word.
    /// </summary>
    public void RefusedByWarden(OrderRefusal refusal, bool isWarden, Request request, LoggedEntry question) =>
        log.Append(Ending(LogKind.Refusal, refusal.Rule, request, question) with
        {
            Actor = isWarden ? LogActor.Warden : LogActor.Store,
        });

    /// <summary>Logs that a question failed: the archive, the index, or whoever was to have the answer.</summary>
    public void Failed(Exception cause, Request request, LoggedEntry question) => log.Append(
        Ending(LogKind.Error, $"{cause.GetType().Name}\n{cause.Message}", request, question));

    /// <summary>Logs that something was refused, and returns the refusal.</summary>
    /// <param name="refusal">Why.</param>
    /// <param name="what">What was refused, as it came.</param>
    /// <param name="request">Request that it was about; null for none.</param>
    public OrderRefusal Refused(OrderRefusal refusal, ReadOnlyMemory<byte> what, Request? request)
    {
        byte[] rule = System.Text.Encoding.UTF8.GetBytes(refusal.Rule + "\n");
        Append(LogKind.Refusal, LogActor.Store, (byte[])[.. rule, .. what.Span], request);
        return refusal;
    }

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

    /// <summary>The request's standing; a request that is not here is a refusal like another, and is logged.</summary>
    private OrderRefusal? TryStand(AskedQuestion question, out Id16 id, out OrderStanding? standing)
    {
        standing = null;
        if (!Id16.TryParse(question.Request, out id))
        {
            return new OrderRefusal(
                "question.request", "each question needs --request ID, the 32 digits of an approved request");
        }

        if (!folder.Has(id))
        {
            return new OrderRefusal("order.unknown", $"there is no request {id} here; see `retention request list`");
        }

        standing = Standing(id);
        return null;
    }

    private static LogDraft Ending(LogKind kind, string content, Request request, LoggedEntry question) => new()
    {
        Kind = kind,
        Actor = LogActor.Store,
        Content = System.Text.Encoding.UTF8.GetBytes(content),
        Request = request.Id,
        Purpose = request.Purpose,
        RefersTo = question.Index,
    };

    private LoggedEntry Append(
        LogKind kind, LogActor actor, ReadOnlyMemory<byte> content, Request? request, ulong? refersTo = null) =>
        log.Append(new LogDraft
        {
            Kind = kind,
            Actor = actor,
            Content = content,
            Request = request?.Id ?? default,
            Purpose = request?.Purpose ?? 0,
            RefersTo = refersTo,
        });
}
