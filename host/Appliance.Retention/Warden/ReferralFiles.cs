using Appliance.Retention.Referrals;
using Appliance.Retention.Requests;
using Appliance.Wire;

namespace Appliance.Retention.Warden;

/// <summary>
/// The files of referrals that are being asked, by digest, in memory: the warden reads lines itself and believes no
/// store what a row says. The one that was asked for least lately goes when there are too many. A run asks
/// before each question whether its file is here, and brings it again.
/// </summary>
internal sealed class ReferralFiles
{
    private readonly Dictionary<Hash32, KnownReferral> known = [];
    // The one that was asked for last stands last.
    private readonly List<Hash32> order = [];

    /// <summary>Whether a file is here; then it stays for longer than others.</summary>
    public bool Has(Hash32 digest)
    {
        bool isHere = order.Remove(digest);
        if (isHere)
        {
            order.Add(digest);
        }

        return isHere;
    }

    /// <summary>Takes a file; what of it may be asked is judged with each question.</summary>
    public OrderRefusal? Take(byte[] file)
    {
        var digest = Hash32.Of(file);
        if (Has(digest))
        {
            return null;
        }

        var read = new KnownReferral(file);
        if (read.Lines.Count is 0 or > Referrals.Limits.LinesMax)
        {
            return new OrderRefusal("referral.file", "the file has no lines, or more than a referral may have");
        }

        while (order.Count >= WardenLimits.ReferralsMax)
        {
            known.Remove(order[0]);
            order.RemoveAt(0);
        }

        known.Add(digest, read);
        order.Add(digest);
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
