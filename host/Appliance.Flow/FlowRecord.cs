using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>
/// A finished flow record as the packet thread hands it over: raw times, slot numbers instead of strings. The thread
/// that encodes turns it into an <see cref="FlowRow"/> (true time, pool numbers).
/// </summary>
public struct FlowRecord
{
    /// <summary>Unique in this run, rising with the order in which flows were opened; never 0.</summary>
    public ulong FlowNumber;

    /// <summary>Slot of the flow table: with it the encoder remembers where the flow's first record went.</summary>
    public int Slot;

    /// <summary>The flow's first record.</summary>
    public bool IsFirst;
    public FlowKind Kind;
    public byte Protocol;
    public Translation Translation;
    public Attribution Attribution;
    public ServiceSource ServiceSource;
    public EndReason EndReason;
    public Witnesses Witnesses;
    public bool Conflict;
    public ushort Candidates;
    public ushort EvidenceBits;
    public ushort SubscriberPort;
    public ushort PublicPort;
    public ushort RemotePort;

    /// <summary>Number of the rule that named the leg; its realm and leg name come from the rules table.</summary>
    public ushort LegRule;

    /// <summary>Slot of the service name in the name table; 0 for none.</summary>
    public int NameSlot;
    public uint Group;
    public uint Route;
    public Ip SubscriberAddress;

    /// <summary>
    /// The line's end of the softwire that the subscriber's address lies behind (DS-Lite, MAP-E); none otherwise.
    /// </summary>
    public Ip SubscriberSoftwire;
    public Ip PublicAddress;
    public Ip RemoteAddress;
    public long StartNs;
    public long LastNs;

    /// <summary>0 while the flow is open.</summary>
    public long EndNs;
    public ulong PacketsUp;
    public ulong PacketsDown;
    public ulong BytesUp;
    public ulong BytesDown;
}
