using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>What is known of one log: where something was missing, and whether its times have proved right.</summary>
internal struct LogState
{
    /// <summary>Last place where messages were lost; what was told before it may no longer be so.</summary>
    public long GapNs;

    /// <summary>Last time anything was heard.</summary>
    public long HeardNs;
    public int Hits;
    public int Misses;

    /// <summary>Most judged flows began when the log says: its clock is right.</summary>
    public readonly bool IsProved => Hits >= Limits.LogProofsMin && Hits >= 3 * Misses;
}

/// <summary>
/// All logs' states. A log with arrival times needs no proof, the box's own clock stamped it. One without is believed
/// only while flows of its public addresses do begin when it says so: a clock that is wrong misses nearly all of them.
/// </summary>
internal sealed class LogTrust
{
    private readonly LogState[] exports = new LogState[Limits.LogSourcesMax + 1];
    private readonly LogState[] lines = new LogState[Limits.LogSourcesMax + 1];

    /// <summary>Takes all its memory at start: it is filled on the packets' thread.</summary>
    private readonly HashSet<Ip> addresses = new(Limits.LogAddressesMax);

    public LogTrust()
    {
        Array.Fill(exports, new LogState { GapNs = long.MinValue, HeardNs = long.MinValue });
        Array.Fill(lines, new LogState { GapNs = long.MinValue, HeardNs = long.MinValue });
    }

    public ref LogState Of(Witnesses witness, ushort source) =>
        ref (witness == Witnesses.Nel ? exports : lines)[Math.Min(source, (ushort)Limits.LogSourcesMax)];

    /// <summary>A log without arrivals speaks of this public address.</summary>
    public void Note(in Ip address)
    {
        if (addresses.Count < Limits.LogAddressesMax)
        {
            addresses.Add(address);
        }
    }

    /// <summary>True where such a log speaks of the address: its flows are judged.</summary>
    public bool Speaks(in Ip address) => addresses.Count > 0 && addresses.Contains(address);

    /// <summary>A flow began when the log said, or not.</summary>
    public void Judge(Witnesses witness, ushort source, bool isHit)
    {
        ref LogState state = ref Of(witness, source);
        state.Hits += isHit ? 1 : 0;
        state.Misses += isHit ? 0 : 1;
        if (state.Hits + state.Misses >= Limits.LogProofsWindow)
        {
            state.Hits /= 2;
            state.Misses /= 2;
        }
    }
}
