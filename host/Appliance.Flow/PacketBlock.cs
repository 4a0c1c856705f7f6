namespace Appliance.Flow;

/// <summary>Where one frame lies in its block, and what its capture said about it.</summary>
public struct PacketRef
{
    /// <summary>Raw time: nanoseconds since 1970 of the clock that stamped the frame, UTC scale.</summary>
    public long StampNs;

    /// <summary>First byte of the frame in the block.</summary>
    public int Offset;

    /// <summary>Bytes of the frame that are in the block.</summary>
    public int Captured;

    /// <summary>Bytes the frame had on the wire; at least <see cref="Captured"/>.</summary>
    public int Length;

    /// <summary>Number of the interface in the order of configuration; the leg rules start from it.</summary>
    public ushort Interface;

    /// <summary>Link type (tcpdump.org LINKTYPE_ number: 1 Ethernet, 101 raw IP, 113 and 276 Linux cooked).</summary>
    public ushort LinkType;

    /// <summary>VLAN tag the card took out of the frame, 12 bits; 0 where none was.</summary>
    public ushort StrippedVlan;
}

/// <summary>
/// Frames handed over together: one run of bytes and where each frame lies in it, in the order they were captured.
/// Valid until the source is asked for the next block.
/// </summary>
public readonly ref struct PacketBlock(ReadOnlySpan<byte> bytes, ReadOnlySpan<PacketRef> packets)
{
    public ReadOnlySpan<byte> Bytes { get; } = bytes;

    public ReadOnlySpan<PacketRef> Packets { get; } = packets;
}

/// <summary>What a packet source had when it was asked.</summary>
public enum SourceState
{
    /// <summary>A block was handed over.</summary>
    Block,

    /// <summary>Nothing now; ask again. Only live sources say so.</summary>
    Idle,

    /// <summary>Nothing more will come.</summary>
    End,
}

/// <summary>
/// The packet source seam: a ring of the kernel, a capture file, the traffic generator. One source a leg; the merge
/// asks again only when it has used the last block up.
/// </summary>
public interface IPacketSource : IDisposable
{
    /// <summary>Hands over the next block; never throws for what the bytes contain.</summary>
    SourceState TryNext(out PacketBlock block);
}
