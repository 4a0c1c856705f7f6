using Appliance.Retention.Referrals;
using Appliance.Retention.Requests;
using Appliance.Wire;

namespace Appliance.Retention.Warden;

/// <summary>
/// The files of referrals that are being asked, by digest, in memory: the warden reads lines itself and believes no
/// store what a row says. The oldest goes when there are too many; its run brings it again.
/// </summary>
internal sealed class ReferralFiles
{
    private readonly Dictionary<Hash32, KnownReferral> known = [];
    private readonly Queue<Hash32> order = new();

    /// <summary>Takes a file; what of it may be asked is judged with each question.</summary>
    public OrderRefusal? Take(byte[] file)
    {
        var digest = Hash32.Of(file);
        if (known.ContainsKey(digest))
        {
            return null;
        }

        var read = new KnownReferral(file);
        if (read.Lines.Count is 0 or > Referrals.Limits.LinesMax)
        {
            return new OrderRefusal("referral.file", "the file has no lines, or more than a referral may have");
        }

        while (known.Count >= WardenLimits.ReferralsMax && order.TryDequeue(out Hash32 oldest))
        {
            known.Remove(oldest);
        }

        known.Add(digest, read);
        order.Enqueue(digest);
        return null;
    }

    /// <summary>Null where the question asks lines of the file that its order names.</summary>
    public OrderRefusal? Judge(Request request, AskedQuestion question, out ReferralScope? scope)
    {
        scope = null;
        return ReferralOrder.Of(request) is not { } named
            ? new OrderRefusal("question.referral", "the order names no referral")
            : !known.TryGetValue(named.Digest, out KnownReferral? file)
                ? new OrderRefusal("referral.unknown", "the warden has not this file; ask again")
                : ReferralScope.Judge(named, file, question, out scope);
    }
}
