namespace Appliance.Flow;

/// <summary>
/// Whether the NAT writes TCP's numbers anew: some draw other initial sequence numbers, some take timestamps away.
/// Then only payload can be compared. It is configured, or learned: while fewer than half of the outside leg's
/// conversations find their line, the other way of looking is tried, and the better one kept.
/// </summary>
internal sealed class TcpRewriting(bool isKnown)
{
    private const int Unknown = -1;
    private readonly bool isFixed = isKnown;
    private int matched;
    private int outcomes = -Limits.RewritingOutcomes;
    private int otherMatched = Unknown;
    private int roundsSinceOther;

    /// <summary>TCP is compared by payload alone.</summary>
    public bool IsOn { get; private set; } = isKnown;

    /// <summary>An outside TCP flow found its line, or ended without; only conversations count.</summary>
    public void Note(bool isMatched)
    {
        if (isFixed)
        {
            return;
        }

        // Just after a change the flows that end were looked at in the old way.
        outcomes++;
        matched += isMatched && outcomes > 0 ? 1 : 0;
        if (outcomes == Limits.RewritingOutcomes)
        {
            EndRound();
        }
    }

    private void EndRound()
    {
        bool isOtherOld = otherMatched == Unknown || ++roundsSinceOther >= Limits.RewritingRounds;
        bool isGood = matched >= Limits.RewritingOutcomes / 2;
        int own = matched;
        matched = 0;
        outcomes = 0;
        if (!isGood && (isOtherOld || otherMatched > own))
        {
            IsOn = !IsOn;
            otherMatched = own;
            roundsSinceOther = 0;
            outcomes = -2 * Limits.RewritingOutcomes;
        }
    }
}
