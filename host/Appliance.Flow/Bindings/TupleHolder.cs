namespace Appliance.Flow;

/// <summary>A public tuple without its remote, and the line that had it last; all three ends as keyed hashes.</summary>
internal struct TupleHolder
{
    /// <summary>0 is a free place.</summary>
    public ulong Public;

    /// <summary>Address and port of the line.</summary>
    public ulong Line;

    /// <summary>Remote end of the latest flow.</summary>
    public ulong Remote;

    /// <summary>Last packet of the flows that have ended.</summary>
    public long LastNs;

    /// <summary>Entry of the latest flow, and the low bits of its number.</summary>
    public int Slot;
    public uint Flow;

    /// <summary>The flow with which this line's time began: <see cref="Open"/> counts no earlier one.</summary>
    public uint FirstFlow;

    /// <summary>Flows of the line that have not ended.</summary>
    public ushort Open;
    public NatClass Class;
}
