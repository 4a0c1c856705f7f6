namespace Appliance.Lab.Oracle;

/// <summary>What can be known about an outside flow from both legs alone.</summary>
public enum VerdictKind : byte
{
    /// <summary>Nobody fits, or one fits without enough evidence.</summary>
    None,

    /// <summary>Exactly one inside flow fits well enough, and it fits no other outside flow of the time.</summary>
    Distinguishable,

    /// <summary>Two or more fit, none of them clearly better.</summary>
    Ambiguous,

    /// <summary>Nothing came from the line's end: a scan.</summary>
    Unsolicited,
}

/// <summary>The oracle's judgement of one outside flow.</summary>
/// <param name="Flow">The outside flow.</param>
/// <param name="Candidates">
/// The one inside flow where distinguishable, all that fit where ambiguous, else empty.
/// </param>
/// <param name="EvidenceBits">Evidence of the best candidate.</param>
public sealed record OracleVerdict(
    OracleFlow Flow, VerdictKind Kind, IReadOnlyList<OracleFlow> Candidates, int EvidenceBits);
