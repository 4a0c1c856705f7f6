namespace Appliance.Lab;

/// <summary>Bounds of the lab's programs, each with its reason.</summary>
internal static class Limits
{
    /// <summary>Bytes of a packet block: two blocks and the flow table stay in a core's second-level cache.</summary>
    public const int BlockBytes = 256 * 1024;

    /// <summary>Frames of a packet block: as many as a block of small frames holds.</summary>
    public const int BlockPackets = 1024;

    /// <summary>Longest frame made: 14 bytes of Ethernet and an MTU of 1,500.</summary>
    public const int FrameBytesMax = 1514;

    /// <summary>TCP payload a segment carries: MTU 1,500 less IP, TCP and the timestamp option, rounded down.</summary>
    public const int SegmentBytesMax = 1400;

    /// <summary>
    /// Random bytes that data payloads are cut from; with even offsets 131,072 different contents a length.
    /// </summary>
    public const int PayloadPoolBytes = 256 * 1024;

    /// <summary>Longest ClientHello made: a post-quantum key share, a long name and padding.</summary>
    public const int HelloBytesMax = 2048;

    /// <summary>
    /// QUIC connections with keys made ahead; deriving keys for each flow would cost ten times the sealing.
    /// </summary>
    public const int QuicKeys = 512;

    /// <summary>Longest message that a gateway rewrites.</summary>
    public const int GatewayTextMax = 512;

    /// <summary>
    /// 2^18 ns = 262 us: a tick of the event wheel holds some hundred packets at a million packets a second.
    /// </summary>
    public const int TickBits = 18;

    /// <summary>Ticks of the wheel, 17 s: no packet waits longer than that, and no leg is shifted by more.</summary>
    public const int WheelTicks = 1 << 16;

    /// <summary>
    /// Largest delay, jitter or shift of a plan, in milliseconds: far above the 500 ms that the join allows.
    /// </summary>
    public const double ShiftMsMax = 5000;

    /// <summary>Drift of a leg's stamps, ms a second: a thousand times what a free clock does.</summary>
    public const double DriftMsMax = 100;

    /// <summary>Seconds of drift that the order of stamps allows for.</summary>
    public const double DriftSecondsMax = 600;

    /// <summary>Subscribers of a plan: the carrier range 100.64.0.0/10 less its ends.</summary>
    public const int SubscribersMax = (1 << 22) - 2;

    /// <summary>Public addresses of a plan: one documentation prefix, 203.0.113.0/24.</summary>
    public const int PublicAddressesMax = 254;

    /// <summary>Remote addresses of a plan: 198.18.0.0/16; the other half of the benchmark range scans.</summary>
    public const int RemotesMax = 60_000;

    /// <summary>Names of a plan: each has its ClientHellos in memory, about 4 KiB.</summary>
    public const int NamesMax = 20_000;

    /// <summary>Tries to find a free random port before the table is walked.</summary>
    public const int PortTries = 32;
}
