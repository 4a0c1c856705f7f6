namespace Appliance.Lab.Traffic;

/// <summary>How the simulated NAT chooses a public port.</summary>
public enum PortMode
{
    /// <summary>The inside port where it is free, else a random one.</summary>
    Preserving,

    /// <summary>Any free port.</summary>
    Random,

    /// <summary>A free port of the subscriber's own range.</summary>
    Block,

    /// <summary>The same public address and port for several lines at once, towards different remotes.</summary>
    Overloaded,
}

/// <summary>
/// Everything that shapes a run of the traffic generator. Equal plans give equal packets, bit for bit. Shares are
/// between 0 and 1; the four shares of the mix that are left over by the others fall to TLS.
/// </summary>
public sealed record TrafficPlan
{
    public ulong Seed { get; init; } = 1;

    public int Flows { get; init; } = 20_000;

    public int Subscribers { get; init; } = 200;

    public int PublicAddresses { get; init; } = 1;

    public double FlowsPerSecond { get; init; } = 500;

    /// <summary>
    /// Packets of a TCP or QUIC flow on one leg, on average; single flows lie between half and twice of it.
    /// </summary>
    public double PacketsMean { get; init; } = 14;

    /// <summary>Seconds that a TCP or QUIC flow lasts, on average.</summary>
    public double SecondsMean { get; init; } = 3;

    public PortMode Ports { get; init; } = PortMode.Random;

    /// <summary>
    /// Ports of a subscriber's range in <see cref="PortMode.Block"/>; made smaller where they do not all fit.
    /// </summary>
    public int BlockSize { get; init; } = 512;

    /// <summary>After a TCP flow ended its public port is free again after this time.</summary>
    public int TcpHoldMs { get; init; } = 500;

    /// <summary>The same for UDP and ICMP, where nothing in the packets tells a new flow from an old one.</summary>
    public int UdpHoldSeconds { get; init; } = 65;

    /// <summary>Share of overloaded ports that are taken from those in use by others.</summary>
    public double OverloadShare { get; init; } = 0.5;

    /// <summary>
    /// One inside address and port has one public one, whatever the remote (RFC 4787, 4.1); kept while it is used.
    /// </summary>
    public bool EndpointIndependent { get; init; }

    /// <summary>
    /// Share of datagram flows that leave from the port of the line's last flow, towards another remote.
    /// </summary>
    public double PortReuseShare { get; init; }

    /// <summary>
    /// Share of plain UDP flows that begin again after a silence: same line, port and remote, other content. Whether
    /// they get their old public port depends on the NAT's hold time.
    /// </summary>
    public double ReturnShare { get; init; }

    /// <summary>Seconds of silence before a return, evenly between the two.</summary>
    public (double From, double To) ReturnSeconds { get; init; } = (65, 240);

    /// <summary>
    /// Share of returns that say little: three packets of two bytes, less than makes a flow distinguishable.
    /// </summary>
    public double ShortReturnShare { get; init; }

    /// <summary>Each flow gets any public address, not its line's (RFC 4787, 4.1: arbitrary pooling).</summary>
    public bool ArbitraryPooling { get; init; }

    /// <summary>The NAT draws other initial sequence numbers for the line's side of TCP.</summary>
    public bool RewritesSequence { get; init; }

    /// <summary>The NAT takes TCP timestamps away.</summary>
    public bool StripsTimestamps { get; init; }

    /// <summary>Share of plain UDP flows whose datagrams come in two fragments; with IPv4 addresses only.</summary>
    public double FragmentShare { get; init; }

    /// <summary>Share of TLS flows whose larger segments come in two fragments; with IPv4 addresses only.</summary>
    public double TcpFragmentShare { get; init; }

    /// <summary>Share of fragmented packets whose first fragment a leg does not show.</summary>
    public double FirstFragmentLoss { get; init; }

    /// <summary>Share of fragmented packets whose first fragment a leg shows after the second.</summary>
    public double LateFirstShare { get; init; }

    /// <summary>The NAT writes MSS, DSCP and IPv4 identification anew.</summary>
    public bool RewritesHeaders { get; init; }

    public int Remotes { get; init; } = 500;

    public int Names { get; init; } = 1000;

    /// <summary>Share of flows that go to names and remotes by Zipf's law; the rest is spread evenly.</summary>
    public double HotShare { get; init; } = 0.8;

    public double ZipfExponent { get; init; } = 1.1;

    /// <summary>
    /// What the outside leg's stamps are later than the inside leg's; negative where its path is shorter.
    /// </summary>
    public double DelayMs { get; init; } = 0.8;

    /// <summary>How much later the outside leg's stamps become in each second of the run.</summary>
    public double DriftMsPerSecond { get; init; }

    /// <summary>A sudden change of the outside leg's delay, this many seconds after the first instant.</summary>
    public double StepMs { get; init; }

    public double StepSeconds { get; init; }

    /// <summary>Another change after the first; without effect where it is 0.</summary>
    public double NextStepMs { get; init; }

    public double NextStepSeconds { get; init; }

    /// <summary>Time a packet takes from one mirror point to the other: later on the leg it reaches second.</summary>
    public double TransitMs { get; init; } = 0.05;

    /// <summary>Random part of each stamp, drawn for each leg and packet between minus and plus this.</summary>
    public double JitterMs { get; init; } = 0.2;

    /// <summary>Share of packets that the mirror of the leg lost.</summary>
    public double LossInside { get; init; }

    public double LossOutside { get; init; }

    /// <summary>A mirror shows nothing between these seconds after the first instant.</summary>
    public (double From, double To) SilentInsideSeconds { get; init; }

    public (double From, double To) SilentOutsideSeconds { get; init; }

    /// <summary>Both mirrors begin to show this many seconds after the first instant: flows are under way.</summary>
    public double MirrorFromSeconds { get; init; }

    /// <summary>Share of packets that a leg shows twice; not of fragments.</summary>
    public double Duplication { get; init; }

    /// <summary>Share of packets that a leg shows late.</summary>
    public double Reordering { get; init; }

    public double ReorderMs { get; init; } = 4;

    public double QuicShare { get; init; } = 0.2;

    public double DnsShare { get; init; } = 0.15;

    public double UdpShare { get; init; } = 0.05;

    public double PingShare { get; init; } = 0.02;

    /// <summary>FTP control connections, whose length a gateway in the NAT changes.</summary>
    public double FtpShare { get; init; }

    /// <summary>SIP dialogues, every message of which a gateway in the NAT changes.</summary>
    public double SipShare { get; init; }

    /// <summary>Connection attempts without an answer.</summary>
    public double LoneSynShare { get; init; } = 0.01;

    /// <summary>Flows within the provider's own network: the outside leg never shows them.</summary>
    public double OnNetShare { get; init; } = 0.03;

    /// <summary>Flows of customers with a public address of their own: both legs show the same addresses.</summary>
    public double DirectShare { get; init; } = 0.03;

    /// <summary>Packets from the internet that nobody asked for.</summary>
    public double ScanShare { get; init; } = 0.02;

    /// <summary>Pairs of lines that send the same bytes to the same remote at the same time: truly ambiguous.</summary>
    public double ProbePairShare { get; init; }

    /// <summary>
    /// Share of translated flows that another line imitates at once, byte by byte: truly ambiguous.
    /// </summary>
    public double ImitationShare { get; init; }

    /// <summary>Share of translated flows that another line sends again later, byte by byte.</summary>
    public double ReplayShare { get; init; }

    public double ReplaySeconds { get; init; } = 3;

    /// <summary>Flows with which one line floods one remote, all of the same bytes.</summary>
    public double FloodShare { get; init; }

    /// <summary>Share of TCP data packets that are sent again.</summary>
    public double RetransmitShare { get; init; } = 0.01;

    /// <summary>Lines without TCP timestamps.</summary>
    public double NoTimestampShare { get; init; } = 0.25;

    /// <summary>ClientHellos cut into more segments than their length asks for.</summary>
    public double SplitShare { get; init; } = 0.25;

    /// <summary>ClientHellos with a post-quantum key share, longer than a segment.</summary>
    public double PostQuantumShare { get; init; } = 0.3;

    /// <summary>Captured bytes of a frame at most; 0 keeps all.</summary>
    public int SnapLength { get; init; }

    /// <summary>Address families beside the lines of a NAT44.</summary>
    public FamilyPlan Family { get; init; } = new();

    /// <summary>First instant, nanoseconds since 1970 UTC.</summary>
    public long StartNs { get; init; } = 1_768_478_400_000_000_000;

    /// <summary>Refuses a plan that cannot be run, naming the property.</summary>
    /// <exception cref="LabUsageException">A value is outside its range.</exception>
    public void Validate()
    {
        Check(Flows is > 0, nameof(Flows), "at least 1");
        Check(Subscribers > 1 && Subscribers <= Limits.SubscribersMax, nameof(Subscribers), "2 to 4194302");
        Check(PublicAddresses is > 0 and <= Limits.PublicAddressesMax, nameof(PublicAddresses), "1 to 254");
        Check(Remotes is > 0 and <= Limits.RemotesMax, nameof(Remotes), "1 to 60000");
        Check(Names is > 0 and <= Limits.NamesMax, nameof(Names), "1 to 20000");
        Check(FlowsPerSecond > 0, nameof(FlowsPerSecond), "above 0");
        Check(PacketsMean is >= 4 and <= 10_000, nameof(PacketsMean), "4 to 10000");
        Check(SecondsMean is > 0 and <= 3600, nameof(SecondsMean), "above 0, at most 3600");
        Check(BlockSize > 0, nameof(BlockSize), "at least 1");
        foreach (double shift in new[] { DelayMs, TransitMs, JitterMs, ReorderMs })
        {
            Check(Math.Abs(shift) <= Limits.ShiftMsMax, "delay, transit, jitter or reorder", "at most 5000 ms");
        }

        Check(Math.Abs(StepMs) <= Limits.ShiftMsMax, nameof(StepMs), "at most 5000 ms");
        Check(Math.Abs(NextStepMs) <= Limits.ShiftMsMax, nameof(NextStepMs), "at most 5000 ms");
        Check(NextStepMs == 0 || NextStepSeconds > StepSeconds, nameof(NextStepSeconds), "after the first step");
        Check(Math.Abs(DriftMsPerSecond) <= Limits.DriftMsMax, nameof(DriftMsPerSecond), "at most 100 ms a second");
        double special = LoneSynShare + OnNetShare + DirectShare + ScanShare + ProbePairShare + FloodShare;
        Check(special <= 1, "shares of special flows", "together at most 1");
        double mix = QuicShare + DnsShare + UdpShare + PingShare + FtpShare + SipShare;
        Check(mix <= 1, "shares of the mix", "together at most 1");
    }

    private static void Check(bool holds, string what, string range)
    {
        if (!holds)
        {
            throw new LabUsageException($"the plan's {what} is out of range: it must be {range}.");
        }
    }
}
