using Appliance.Wire;

namespace Appliance.Retention.Requests;

/// <summary>
/// An approval by word of mouth and the time until which it is to be confirmed in writing. UTC microseconds since 1970.
/// </summary>
/// <param name="Approver">Who gave it.</param>
/// <param name="GivenUtcUs">When the first one was given: a second one wins no time.</param>
/// <param name="ConfirmedUtcUs">When a written one was signed; null where there is none.</param>
internal sealed record OralTerm(Id16 Approver, ulong GivenUtcUs, ulong? ConfirmedUtcUs)
{
    private const ulong TermUs = Rules.Limits.SpokenHours * 3600UL * TaiTime.MicrosecondsPerSecond;

    /// <summary>The confirmation is due then.</summary>
    public ulong DueUtcUs => GivenUtcUs + TermUs;

    /// <summary>True where the term is over and no confirmation was signed within it.</summary>
    public bool IsMissed(ulong nowUtcUs) =>
        nowUtcUs >= DueUtcUs && (ConfirmedUtcUs is not { } confirmed || confirmed > DueUtcUs);

    /// <summary>The term of a request; null where none of its approvals was oral.</summary>
    public static OralTerm? Of(IEnumerable<Approval> approvals)
    {
        Approval? first = null;
        ulong? confirmed = null;
        foreach (Approval approval in approvals)
        {
            if (!approval.IsApproved)
            {
                continue;
            }

            if (!approval.IsOral)
            {
                confirmed = Math.Min(confirmed ?? ulong.MaxValue, approval.UtcUs);
            }
            else if (first is null || approval.UtcUs < first.UtcUs)
            {
                first = approval;
            }
        }

        return first is null ? null : new OralTerm(first.Approver, first.UtcUs, confirmed);
    }
}
