namespace Appliance.Flow;

/// <summary>What a leg's followed TCP flows have shown and hidden so far; cumulative.</summary>
internal struct LossTally
{
    /// <summary>Payload bytes shown for the first time, of flows of which the leg shows both directions.</summary>
    public ulong Shown;

    /// <summary>Segments that these bytes came in.</summary>
    public ulong Segments;

    /// <summary>Bytes that were acknowledged and never shown.</summary>
    public ulong Hidden;

    /// <summary>Payload bytes of flows of which the leg shows one direction: nothing can be said of them.</summary>
    public ulong OneWay;
}
