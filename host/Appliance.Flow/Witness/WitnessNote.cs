using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>
/// What the witnesses said of a flow, kept beside it: the other side that they name, and what one of them says
/// differently. Valid while the number is the flow's.
/// </summary>
internal struct WitnessNote
{
    public ulong FlowNumber;

    /// <summary>
    /// The line's end of an outside flow, the public end of an inside flow; none where nobody named it.
    /// </summary>
    public Ip Other;
    public Ip Rival;
    public ushort OtherPort;
    public ushort RivalPort;

    /// <summary>Inside realm of the line that is named.</summary>
    public ushort Realm;
    public Attribution Method;

    /// <summary>Inside realm of the line that the rival names.</summary>
    public ushort RivalRealm;

    /// <summary>Who named the other side; of a joined flow, who says the same as the mirror.</summary>
    public Witnesses Named;
    public Witnesses RivalWitness;

    /// <summary>Rows of contradicting witnesses share it; 0 before.</summary>
    public uint Group;

    /// <summary>The answer for a joined flow; one for a flow that was not joined is asked again.</summary>
    public bool IsOfJoined;

    /// <summary>The log's clock was judged by this flow.</summary>
    public bool IsJudged;

    /// <summary>The mirror speaks against what is named.</summary>
    public bool IsContradicted;

    /// <summary>Counted as doubtful.</summary>
    public bool IsDoubted;

    public readonly bool HasRival => !Rival.IsNone;
}
