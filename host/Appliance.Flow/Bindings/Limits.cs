namespace Appliance.Flow;

/// <content>Bounds of what is remembered of public tuples, and learned from it.</content>
public static partial class Limits
{
    /// <summary>
    /// Public tuples remembered beyond their flows, 56 bytes each: one for each flow of the table at most, and no more
    /// than stay near (3.7 MB). Where there are more, one in 2, 4, 8 of them is followed.
    /// </summary>
    public const int TuplesMax = 1 << 16;

    /// <summary>Places in which one tuple may lie.</summary>
    public const int TupleWays = 4;

    /// <summary>A tuple that made room this soon after its last packet could not tell of any usual timeout.</summary>
    public const long TupleYoungNs = 600_000_000_000;

    /// <summary>After this time more tuples are followed again: the busy hour may be over.</summary>
    public const long TupleMoreNs = 3600_000_000_000;

    /// <summary>Of so many tuples one is followed at least.</summary>
    public const uint TupleSampleMaskMax = (1 << 12) - 1;

    /// <summary>
    /// Shortest silence that is learned from, milliseconds: below it stamps of two legs and late packets blur it.
    /// </summary>
    public const uint QuietMsMin = 1000;

    /// <summary>Longest silence that is learned from, milliseconds: 4.6 h, above RFC 5382's 2 h 4 min.</summary>
    public const uint QuietMsMax = (1 << 24) + (3 << 22);

    /// <summary>Classes of silences, four for each doubling from half a second on.</summary>
    public const int QuietBuckets = 64;

    /// <summary>Observations after which the older ones count half: a NAT may be configured anew.</summary>
    public const uint QuietObservationsMax = 1 << 16;

    /// <summary>Observations between two looks at what they say.</summary>
    public const int QuietLearnEvery = 16;

    /// <summary>Tuples that kept their line before silences as long are believed to be survived.</summary>
    public const uint QuietKeptMin = 16;

    /// <summary>Flows that spoke again and whose next packet decides; a place is used again by the next.</summary>
    public const int QuietFlows = 1024;

    /// <summary>
    /// Evidence that a known public tuple adds, bits: half of what is needed, so that it never suffices alone and
    /// packets must show the other half.
    /// </summary>
    public const int TupleBits = 32;

    /// <summary>Agreeing packets that confirm a known tuple: one may be anybody's at a lossy mirror.</summary>
    public const int TuplePackets = 2;

    /// <summary>
    /// One overlap among so many changes: then the NAT lends one port to several lines at once, and another line
    /// towards another remote says nothing about the first one's binding.
    /// </summary>
    public const uint TupleOverlapPart = 64;
}
