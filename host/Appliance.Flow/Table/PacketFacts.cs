namespace Appliance.Flow;

/// <summary>What a packet means for the flow table: its leg, the line's end, the key and its hash.</summary>
internal struct PacketFacts
{
    public long StampNs;
    public ulong Hash;
    public FlowKey Key;
    public int Rule;
    public ushort Realm;
    public Leg Leg;
    public LineEnd End;

    /// <summary>The packet goes from the line to the remote.</summary>
    public bool IsUp;

    /// <summary>The frame was shortened before it reached the box: the mirror slices.</summary>
    public bool IsCutBefore;
}
