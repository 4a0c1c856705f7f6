namespace Appliance.Lab.Bed;

/// <summary>Bounds of the kernel-NAT bed, each with its reason.</summary>
internal static class BedLimits
{
    /// <summary>Hosts .10 to .209 of 100.64.0.0/24.</summary>
    public const int SubscribersMax = 200;

    /// <summary>
    /// One run stays well below the kernel's default table of 262,144 connections and a minute or two.
    /// </summary>
    public const int FlowsMax = 20_000;

    /// <summary>
    /// First source port; each subscriber counts up from the same one, so that the NAT meets clashes.
    /// </summary>
    public const int SourcePortFirst = 20_000;

    /// <summary>
    /// Below the kernel's own ephemeral range (32768), so that nothing else on the machine takes them.
    /// </summary>
    public const int FlowsPerSubscriberMax = 12_000;

    /// <summary>First ICMP echo id; the same for each subscriber, for the same reason.</summary>
    public const int EchoIdFirst = 1_000;

    /// <summary>
    /// Public ports in fully-random mode: the first, and how many for each connection of the run. About a quarter
    /// of all go to one remote and port; two for each leave room for those and still repeat ports between remotes. With
    /// <see cref="FlowsMax"/> the range ends below 65,536.
    /// </summary>
    public const int PublicPortFirst = 20_000;
    public const int PublicPortsPerFlow = 2;

    /// <summary>
    /// The smallest range: the kernel gives up after some hundred draws in a range that is nearly full.
    /// </summary>
    public const int PublicPortsMin = 1_024;

    /// <summary>
    /// Ports of the overloaded mode: 600 flows over ten remotes and four services are up to 50 towards one, and each
    /// finds a free port.
    /// </summary>
    public const int OverloadedPorts = 80;

    /// <summary>Ports of a line that has a range; all lines together end below 65,536.</summary>
    public const int PortsPerLine = 128;

    /// <summary>First public port by which lines call each other: above every port that a subscriber takes.</summary>
    public const int CalledPortFirst = 61_000;

    /// <summary>
    /// Netlink buffer of the event listener: about 100,000 events; loss is asserted zero all the same.
    /// </summary>
    public const int NetlinkBufferBytes = 64 << 20;

    /// <summary>tcpdump's ring in KiB: about 200,000 full frames.</summary>
    public const int CaptureBufferKiB = 64 << 10;

    /// <summary>Flows under way at once: enough to overlap bindings, few enough for two cores.</summary>
    public const int ClientWorkers = 24;

    /// <summary>curl and ping processes at once: starting a process costs more than its traffic.</summary>
    public const int ClientProcesses = 3;

    /// <summary>Text kept of a child's standard error, for messages.</summary>
    public const int ErrorTextChars = 64 << 10;

    /// <summary>A set-up command (ip, nft, ethtool) that takes longer hangs.</summary>
    public static readonly TimeSpan Command = TimeSpan.FromSeconds(20);

    /// <summary>A server or capture that is not up by then will not come.</summary>
    public static readonly TimeSpan Start = TimeSpan.FromSeconds(20);

    /// <summary>One flow: handshake, transfer, close, on a busy machine.</summary>
    public static readonly TimeSpan Flow = TimeSpan.FromSeconds(20);

    /// <summary>
    /// An unanswered datagram is sent again: far beyond a delay, several times within a flow's limit.
    /// </summary>
    public static readonly TimeSpan Resend = TimeSpan.FromSeconds(4);

    /// <summary>The whole traffic: 2,000 flows take about 10 s; the rest is for busy machines and long runs.</summary>
    public static readonly TimeSpan Traffic = TimeSpan.FromMinutes(5);

    /// <summary>
    /// No new frame for this long means quiet: ten times the longest delayed acknowledgement (200 ms).
    /// </summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2);

    /// <summary>A started child gets this long to end after being asked.</summary>
    public static readonly TimeSpan Stop = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How far a flow's first packet may lie from the moment the listener read the kernel's NEW event. Both times come
    /// from one clock; the event waits for the listener to be scheduled.
    /// </summary>
    public const long StartToleranceUs = 1_000_000;

    /// <summary>Examples shown for each class of mismatch.</summary>
    public const int ExamplesMax = 5;
}
