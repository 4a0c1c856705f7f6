namespace Appliance.Linux.Packets;

/// <summary>Settings of one ring.</summary>
public sealed record RingOptions
{
    /// <summary>Name of the interface in the namespace of the process.</summary>
    public required string Interface { get; init; }

    /// <summary>Bytes of the ring; rounded up to whole blocks. See <see cref="RingSize"/>.</summary>
    public long RingBytes { get; init; } = 64 << 20;

    /// <summary>
    /// A block that is not full is handed over after this time: it bounds the delay of a quiet leg and thereby how long
    /// the merge of the legs waits.
    /// </summary>
    public int BlockTimeoutMs { get; init; } = 20;

    /// <summary>See all frames, not only those addressed to this machine: a mirror port's are not.</summary>
    public bool IsPromiscuous { get; init; } = true;

    /// <summary>Frames that this machine sends on the interface are no part of the mirror.</summary>
    public bool IgnoresOutgoing { get; init; } = true;

    /// <summary>
    /// Ask for the card's own stamps; where the card gives none the kernel's are used and counted so.
    /// </summary>
    public bool UsesHardwareStamps { get; init; }

    /// <summary>Shorten frames that cannot carry a name (<see cref="SnapFilter"/>).</summary>
    public bool ShortensFrames { get; init; } = true;

    /// <summary>Says what is wrong, or null.</summary>
    public string? Check() =>
        Interface.Length is 0 or > LinuxLimits.InterfaceNameMax ? $"'{Interface}' is not the name of an interface"
        : RingBytes is < LinuxLimits.RingBlockBytes or > LinuxLimits.RingBytesMax
            ? $"{Interface}: ring of {RingBytes} bytes is not from {LinuxLimits.RingBlockBytes} "
                + $"to {LinuxLimits.RingBytesMax}"
        : BlockTimeoutMs is < 1 or > LinuxLimits.BlockTimeoutMsMax
            ? $"{Interface}: block timeout of {BlockTimeoutMs} ms is not from 1 to {LinuxLimits.BlockTimeoutMsMax}"
        : null;
}

/// <summary>How large a ring must be to hold what arrives while the packet thread is held up.</summary>
public static class RingSize
{
    // tpacket3_hdr and sockaddr_ll are 68 bytes; the network header is put on the next multiple of 16 after at least 16
    // bytes of link header, so an Ethernet frame begins at 82; slots are rounded up to 8 (net/packet/af_packet.c).
    private const int BeforeFrameBytes = 82;
    private const int SlotAlignment = 8;

    /// <summary>Bytes that one frame takes in the ring.</summary>
    public static int SlotBytes(int capturedBytes) =>
        (BeforeFrameBytes + capturedBytes + SlotAlignment - 1) / SlotAlignment * SlotAlignment;

    /// <summary>Bytes of a ring for a time at a rate.</summary>
    /// <param name="milliseconds">How long the consumer may be held; DESIGN asks for at least 500.</param>
    /// <param name="packetsPerSecond">Rated load of the interface.</param>
    /// <param name="capturedBytes">Mean bytes of a frame in the ring, after shortening.</param>
    public static long For(int milliseconds, long packetsPerSecond, int capturedBytes)
    {
        long bytes = packetsPerSecond * SlotBytes(capturedBytes) / 1000 * milliseconds;
        // A frame never lies across two blocks: on average half a frame of each block stays unused.
        long blocks = (bytes / (LinuxLimits.RingBlockBytes - SlotBytes(capturedBytes))) + 2;
        return Math.Min(blocks * LinuxLimits.RingBlockBytes, LinuxLimits.RingBytesMax);
    }
}

/// <summary>What a ring has counted since it was opened.</summary>
/// <param name="Received">Frames that the kernel put into the ring.</param>
/// <param name="Dropped">Frames that found the ring full.</param>
/// <param name="Freezes">Times that the ring was found full.</param>
/// <param name="Handed">Frames handed over by <see cref="PacketRing.TryNext"/>.</param>
/// <param name="StampedByCard">Of those: stamped by the card.</param>
/// <param name="StampedByKernel">Of those: stamped by the kernel when the driver handed them up.</param>
/// <param name="StampedLate">Of those: stamped only when copied into the ring.</param>
public readonly record struct RingCounters(
    long Received, long Dropped, long Freezes, long Handed, long StampedByCard, long StampedByKernel,
    long StampedLate);
