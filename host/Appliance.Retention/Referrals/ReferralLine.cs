namespace Appliance.Retention.Referrals;

/// <summary>A line of a referral as it was written; nothing of it has been judged.</summary>
/// <param name="Row">Number of the line in the file, from 1.</param>
/// <param name="Case">The referral it belongs to; may be empty.</param>
/// <param name="Ip">Address, a word for why there is none, or empty.</param>
/// <param name="Port">Source port; empty where the source kept none.</param>
/// <param name="Time">Time with its zone.</param>
/// <param name="Service">Host name that was contacted; empty where it is not said.</param>
/// <param name="Problem">Why the line has no such fields; empty where it has.</param>
internal sealed record ReferralLine(
    int Row, string Case, string Ip, string Port, string Time, string Service, string Problem = "");
