using Appliance.Retention.Holds;
using Appliance.Retention.Referrals;
using Appliance.Retention.Questions;
using Appliance.Wire;

namespace Appliance.Retention.Requests;

/// <summary>Whether a question stays within its order. Pure; the store asks before it logs, the warden before it
/// releases.</summary>
internal static class QuestionScope
{
    /// <summary>Verb of a question that opens a hold.</summary>
    public const string HoldVerb = "hold";

    /// <summary>Null where the question is within the order.</summary>
    public static OrderRefusal? Judge(Request request, AskedQuestion question)
    {
        if (question.Request != request.Id.ToString())
        {
            return new OrderRefusal("question.request", "the question names another request");
        }

        if (question.Verb == HoldVerb)
        {
            // The warden holds the question of the hold against the order as well; only it has that question.
            return HeldOrder.HoldOf(request)?.ToString() == question.Hold
                ? null
                : new OrderRefusal(
                    "question.hold", $"the order does not name this hold in its statement {HeldOrder.Statement}");
        }

        if (question.FromUtcUs > question.ToUtcUs
            || question.FromUtcUs < request.FromUtcUs
            || question.ToUtcUs > request.ToUtcUs)
        {
            return new OrderRefusal("question.period", "the question's time is wider than the order's period");
        }

        return JudgePurpose(request, question) ?? question.Verb switch
        {
            "resolve" => JudgeAddress(request, question),
            AskedQuestion.ReferralVerb => JudgeReferral(request, question),
            "addresses-of" or "services" or "accessed" or AskedQuestion.SubjectAccess => JudgeLine(request, question),
            _ => new OrderRefusal("question.verb", "the question is none that an order can ask"),
        } ?? JudgeContact(request, question);
    }

    private static OrderRefusal? JudgePurpose(Request request, AskedQuestion question)
    {
        // Who asks for what is kept about themselves may ask every question about their own line.
        bool fits = request.Purpose == Request.PurposeMax
            ? question.Verb is not ("resolve" or AskedQuestion.ReferralVerb)
            : question.Purpose == request.Purpose;
        return fits
            ? null
            : new OrderRefusal(
                "question.purpose", $"an order for purpose {request.Purpose} does not reach `{question.Verb}`");
    }

    private static OrderRefusal? JudgeAddress(Request request, AskedQuestion question)
    {
        if (!Ip.TryParse(question.Address, out Ip asked))
        {
            return new OrderRefusal("question.address", "the question names no address");
        }

        foreach (ScopeAddress allowed in request.Scope.Addresses)
        {
            // An order for one port is not one for all the others.
            if (allowed.Address == asked && (allowed.Port == 0 || allowed.Port == question.Port))
            {
                return null;
            }
        }

        return new OrderRefusal("question.scope", "the order does not name this address and port");
    }

    /// <summary>Which rows are asked the warden holds against the file itself; only it and the run have that.</summary>
    private static OrderRefusal? JudgeReferral(Request request, AskedQuestion question) =>
        ReferralOrder.Of(request) is not { } named || named.Digest.ToString() != question.Referral
            ? new OrderRefusal(
                "question.referral", $"the order does not name this file in its statement {ReferralOrder.Statement}")
            : question.Destinations && !named.HasDestinations
                ? new OrderRefusal("question.scope", "the order opens nothing of what was contacted")
                : null;

    private static OrderRefusal? JudgeLine(Request request, AskedQuestion question) =>
        question.Line.Length > 0 && Contains(request.Scope.Lines, question.Line)
            ? null
            : new OrderRefusal("question.scope", "the order does not name this line");

    private static OrderRefusal? JudgeContact(Request request, AskedQuestion question)
    {
        if (question.Verb == "accessed" && question.Service.Length + question.Remote.Length == 0)
        {
            return new OrderRefusal("question.service", "the question names no service");
        }

        if (question.Service.Length > 0 && !CoversService(request.Scope.Services, question.Service))
        {
            return new OrderRefusal("question.scope", "the order does not name this service");
        }

        bool isRemoteAllowed = question.Remote.Length == 0
            || (Ip.TryParse(question.Remote, out Ip remote) && ContainsRemote(request.Scope.Remotes, remote));
        return isRemoteAllowed
            ? null
            : new OrderRefusal("question.scope", "the order does not name this remote address");
    }

    private static bool CoversService(IReadOnlyList<string> allowed, string asked)
    {
        foreach (string name in allowed)
        {
            if (Narrowing.IsNameOf(asked, name))
            {
                return true;
            }
        }

        return false;
    }

    private static bool ContainsRemote(IReadOnlyList<Ip> remotes, Ip asked)
    {
        foreach (Ip remote in remotes)
        {
            if (remote == asked)
            {
                return true;
            }
        }

        return false;
    }

    private static bool Contains(IReadOnlyList<string> names, string asked)
    {
        foreach (string name in names)
        {
            if (name == asked)
            {
                return true;
            }
        }

        return false;
    }
}
