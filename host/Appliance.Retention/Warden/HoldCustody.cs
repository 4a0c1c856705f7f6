using System.Security.Cryptography;
using Appliance.Retention.Forgetting;
using Appliance.Retention.Holds;
using Appliance.Retention.Requests;
using Appliance.Wire;

namespace Appliance.Retention.Warden;

/// <summary>
/// The warden's part in legal holds: draws a case key for a question that it lets through, gives it away only for an
/// order that names the hold and reaches what it was made for, and destroys it. One thread, that of the warden.
/// </summary>
internal sealed class HoldCustody(
    Warden warden, WardenRules rules, CaseKeys cases, KeptTerm term, TimeProvider clock)
{
    /// <summary>Draws a case key for what the question opens; the store seals the records to it.</summary>
    public OrderRefusal? Make(HoldAsk ask, out HoldMade? made)
    {
        made = null;
        OrderRefusal? wrong = warden.Judge(ask.Under, out JudgedQuestion? asked);
        if (wrong is not null)
        {
            return wrong;
        }

        ulong now = UtcClock.Now(clock);
        if (ask.UntilUtcUs <= now || ask.UntilUtcUs > now + WardenLimits.HoldUsMax)
        {
            return new OrderRefusal(
                "hold.until", $"a hold ends after now and within {WardenLimits.HoldDaysMax} days; give another time");
        }

        if (HeldOrder.NamesHold(asked!.Order.Request) || cases.All.Count >= WardenLimits.HoldsMax)
        {
            return new OrderRefusal("hold.many", "a hold is not held again, and a warden has a bounded number of them");
        }

        var key = StoreKey.New(RandomNumberGenerator.Fill);
        HeldCase held = cases.Keep(
            key,
            new HoldStatement
            {
                Warden = warden.Id,
                Hold = key.Store,
                Request = asked.Order.Request.Id,
                Question = asked.Entry.Commitment,
                QuestionIndex = ask.Under.Proof.Index,
                CaseKey = key.Public,
                MadeUtcUs = now,
                UntilUtcUs = ask.UntilUtcUs,
                End = null,
            },
            ask.Under.Question);
        made = new HoldMade(held.Signed);
        return null;
    }

    /// <summary>First step of opening: judges the order that opens it, and states the release.</summary>
    public OrderRefusal? Open(HoldOpenAsk ask, out ReleasePromise? promise)
    {
        promise = null;
        cases.EndExpired(term.Now.NowUs);
        OrderRefusal? wrong = warden.Judge(ask.Under, out JudgedQuestion? asked);
        if (wrong is not null)
        {
            return wrong;
        }

        HeldCase? held = Id16.TryParse(ask.Hold, out Id16 name) ? cases.Find(name) : null;
        if (held is null || asked!.Question.Hold != ask.Hold)
        {
            return new OrderRefusal("hold.unknown", "the question names no hold of this warden");
        }

        if (held.Key is null)
        {
            return new OrderRefusal("hold.ended", "the case key of this hold is destroyed; nothing opens it any more");
        }

        if (held.Statement.UntilUtcUs <= term.Now.LatestUs)
        {
            return new OrderRefusal(
                "hold.over", "the time of this hold is over; its key goes when the warden's clock is set right");
        }

        // The order that opens it must allow what was asked when it was made: a hold is no way around a narrow order.
        Request request = asked.Order.Request;
        wrong = AskedQuestion.Decode(held.Question) is { } first
            ? QuestionScope.Judge(request, first with { Request = request.Id.ToString() })
            : new OrderRefusal("hold.question", "the question of this hold cannot be read");
        return wrong ?? warden.PromiseCase(ask, asked, held, out promise);
    }

    /// <summary>Ends a hold before its time, as operator and custodian order together.</summary>
    public OrderRefusal? End(byte[] signed, out HoldReport? report)
    {
        report = null;
        if (KeepingOrder.TryVerify(signed, rules.Trust.Control, out KeepingOrder? order) != Refusal.None
            || order!.Kind != KeepingKind.HoldEnded)
        {
            return new OrderRefusal("keeping.signature", "operator and custodian did not both sign that a hold ends");
        }

        if (cases.Find(order.Subject) is not { } held)
        {
            return new OrderRefusal("hold.unknown", "this warden has no such hold");
        }

        HeldCase ended = cases.End(held, new HoldEnd(UtcClock.Now(clock), HoldEndCause.Ordered));
        report = new HoldReport(ended.Signed, ended.End);
        return null;
    }

    /// <summary>All holds; those whose time is over are ended first.</summary>
    public HoldList List()
    {
        cases.EndExpired(term.Now.NowUs);
        return new HoldList([.. cases.All.Select(held => new HoldReport(held.Signed, held.End))]);
    }
}
