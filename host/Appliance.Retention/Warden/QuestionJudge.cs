using Appliance.Retention.Forgetting;
using Appliance.Retention.Holds;
using Appliance.Retention.Referrals;
using Appliance.Retention.Requests;
using Appliance.Wire;

namespace Appliance.Retention.Warden;

/// <summary>A question that passed every check.</summary>
/// <param name="Order">The order that it is asked under.</param>
/// <param name="Question">What is asked.</param>
/// <param name="Entry">Its entry in the log.</param>
/// <param name="Lines">What its lines reach, where it asks lines of a referral; else null.</param>
internal sealed record JudgedQuestion(Order Order, AskedQuestion Question, LogEntry Entry, ReferralScope? Lines);

/// <summary>
/// Holds a question against papers, law, scope, log and quota, each by what the warden itself has: nothing of it is
/// taken from the store's word.
/// </summary>
internal sealed class QuestionJudge(
    WardenRules rules, LogWatch log, WardenState state, ReferralFiles referrals, KeptTerm term, TimeProvider clock)
{
    /// <summary>An order that names a hold opens that alone: its period may be older than what may be asked.</summary>
    public OrderRefusal? JudgeArchive(AskedUnder under, out JudgedQuestion? asked)
    {
        OrderRefusal? wrong = Judge(under, out asked);
        return wrong ?? (!HeldOrder.NamesHold(asked!.Order.Request)
            ? null
            : new OrderRefusal("hold.only", "an order that names a hold opens that hold and nothing else"));
    }

    /// <summary>Papers, law, scope, log and quota: what every call for a request is held against.</summary>
    public OrderRefusal? Judge(AskedUnder under, out JudgedQuestion? asked)
    {
        asked = null;
        ulong now = UtcClock.Now(clock);
        var papers = new Papers(under.Request, Array.ConvertAll(under.Approvals, bytes => (ReadOnlyMemory<byte>)bytes));

        // A clock that was set back gives no order its life back, and no period.
        ulong latest = term.Now.LatestUs;
        OrderRefusal? wrong = OrderReader.TryRead(papers, rules.People, latest, out Order? order);
        wrong ??= OrderReader.CheckInForce(order!, latest) ?? rules.Gate(order!, latest);
        if (wrong is not null)
        {
            return wrong;
        }

        if (AskedQuestion.Decode(under.Question) is not { } question)
        {
            return new OrderRefusal("question.form", "the question cannot be read");
        }

        LogEntry? entry = null;
        ReferralScope? lines = null;
        wrong = QuestionScope.Judge(order!.Request, question)
            ?? (question.Verb == AskedQuestion.ReferralVerb
                ? referrals.Judge(order.Request, question, out lines)
                : null)
            ?? log.Check(under.Proof, under.Question, LogKind.Question, out entry)
            ?? CheckEntry(entry!, order, lines, under.Proof.Index, now);
        asked = wrong is null ? new JudgedQuestion(order, question, entry!, lines) : null;
        return wrong;
    }

    private OrderRefusal? CheckEntry(LogEntry entry, Order order, ReferralScope? lines, ulong index, ulong now)
    {
        if (entry.Request != order.Request.Id || entry.Purpose != order.Request.Purpose)
        {
            return new OrderRefusal("log.request", "the entry of the question names another request");
        }

        bool isOld = entry.UtcUs + WardenLimits.QuestionAgeUs < now;
        if (isOld || entry.UtcUs > now + WardenLimits.ClockSkewUs)
        {
            return new OrderRefusal("log.time", "the question was not logged just now; ask it again");
        }

        // Lines of a referral are asked in one question each. Its run may be stopped and go on days later: the entry of
        // that run refers to the first one, and may ask the very lines of it.
        return lines is null
            ? Count(order.Request, index)
            : CountLines(order.Request, lines, entry.RefersTo ?? index);
    }

    private OrderRefusal? Count(Request request, ulong index) => state.TryCount(request.Id, index, request.Questions)
        ? null
        : new OrderRefusal("order.quota", $"all {request.Questions} questions of this order were asked");

    private OrderRefusal? CountLines(Request request, ReferralScope lines, ulong index) =>
        state.TryCountLines(request.Id, index, lines.Rows, ReferralOrder.Of(request)!.Lines)
            ? null
            : new OrderRefusal(
                "order.quota", "a line of this question was asked in another one; each line is asked once");
}
