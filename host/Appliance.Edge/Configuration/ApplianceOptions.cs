namespace Appliance.Edge.Configuration;

/// <summary>
/// The whole configuration of a box, as /etc/appliance/appliance.json holds it. Every default stands here; a key that
/// is not here is an error.
/// </summary>
public sealed record ApplianceOptions
{
    /// <summary>Which mirrored frame is of which leg; the first rule that fits decides.</summary>
    public IReadOnlyList<LegRuleOptions> Legs { get; init; } = [];

    public CaptureOptions Capture { get; init; } = new();

    public TrafficOptions Traffic { get; init; } = new();

    public NatLogOptions NatLog { get; init; } = new();

    public NoticeOptions Notice { get; init; } = new();

    public BatchOptions Batch { get; init; } = new();

    public JournalSettings Journal { get; init; } = new();

    public ClockOptions Clock { get; init; } = new();

    public AdminOptions Admin { get; init; } = new();

    public SessionOptions Sessions { get; init; } = new();

    public UplinkOptions Uplink { get; init; } = new();

    public SupervisorOptions Supervisor { get; init; } = new();

    public ControlOptions Control { get; init; } = new();

    /// <summary>File of the device's key and the public day keys; without one a replay makes a lab set.</summary>
    public string? Keys { get; init; }
}

/// <summary>One rule of the leg table. What is left out fits everything.</summary>
public sealed record LegRuleOptions
{
    /// <summary>Name of the network interface, or for capture files "inside", "outside", "mirror".</summary>
    public string Interface { get; init; } = "";

    /// <summary>Outermost VLAN id, 1 to 4094.</summary>
    public int? Vlan { get; init; }

    /// <summary>Outermost MPLS label, 16 to 1048575.</summary>
    public int? Label { get; init; }

    /// <summary>Prefix that holds the source or the destination.</summary>
    public string? Prefix { get; init; }

    /// <summary>inside or outside.</summary>
    public string Leg { get; init; } = "";

    /// <summary>Address space of the inside addresses (VRF, tenant).</summary>
    public string Realm { get; init; } = "default";

    /// <summary>Name in records; by default the interface and leg.</summary>
    public string? Name { get; init; }
}

/// <summary>The rings that packets arrive in.</summary>
public sealed record CaptureOptions
{
    /// <summary>
    /// How long a ring holds what arrives at the rated load while nobody reads, milliseconds; 0: 500, or what the
    /// machine's memory has room for.
    /// </summary>
    public int RingMilliseconds { get; init; }

    /// <summary>Packets a second and interface at the rated load.</summary>
    public int RatedPacketsPerSecond { get; init; } = 200_000;

    /// <summary>See all frames, as a mirror port needs, not only those addressed to this machine.</summary>
    public bool Promiscuous { get; init; } = true;

    /// <summary>Shorten frames that cannot carry a name.</summary>
    public bool ShortenFrames { get; init; } = true;

    /// <summary>A packet that comes later than this after its stamp may be taken out of order, milliseconds.</summary>
    public int WatermarkMs { get; init; } = 100;

    /// <summary>
    /// Folder that everything captured is written to in the clear, for <c>icrctl replay --recording</c>; not for
    /// production.
    /// </summary>
    public string? RecordTo { get; init; }
}

/// <summary>Where the field engineer's program talks to the daemon.</summary>
public sealed record AdminOptions
{
    /// <summary>Path of the Unix socket.</summary>
    public string Socket { get; init; } = "/run/appliance/admin.sock";
}

/// <summary>Flow table, leg join and times after which a silent flow ends.</summary>
public sealed record TrafficOptions
{
    /// <summary>
    /// Flows that can be open at once; 0: what the rated load needs, or what the machine's memory has room for.
    /// </summary>
    public int FlowLimit { get; init; }

    /// <summary>Largest difference between the two legs' stamps of one packet, either sign, milliseconds.</summary>
    public int DelayWindowMs { get; init; } = 500;

    /// <summary>The NAT writes TCP sequence numbers or timestamps anew; where false, it is learned.</summary>
    public bool NatRewritesTcp { get; init; }

    /// <summary>
    /// Prefixes of customers; private and shared address space (RFC 1918, 6598, 4193) is always meant.
    /// </summary>
    public IReadOnlyList<string> CustomerPrefixes { get; init; } = [];

    /// <summary>Addresses of the NAT's public pool.</summary>
    public IReadOnlyList<string> PublicPrefixes { get; init; } = [];

    /// <summary>
    /// Prefixes by which customers address IPv4 through a NAT64 or a MAP-T border relay (RFC 6052).
    /// </summary>
    public IReadOnlyList<string> Nat64Prefixes { get; init; } = ["64:ff9b::/96"];

    /// <summary>Remotes that the NAT gives another address on its outside (twice NAT).</summary>
    public IReadOnlyList<RemoteMappingOptions> RemoteMappings { get; init; } = [];

    /// <summary>
    /// Different addresses in memory at once that are not plain IPv4: of IPv6, and behind softwires; 48 bytes each.
    /// 0: a quarter of the flow limit.
    /// </summary>
    public int AddressLimit { get; init; }

    /// <summary>Look for service names.</summary>
    public bool Names { get; init; } = true;

    public int TcpIdleSeconds { get; init; } = 600;

    public int UdpIdleSeconds { get; init; } = 60;

    public int IcmpIdleSeconds { get; init; } = 30;
}

/// <summary>Two prefixes of one family and length that name the same remotes.</summary>
public sealed record RemoteMappingOptions
{
    /// <summary>As customers address them.</summary>
    public string Inside { get; init; } = "";

    /// <summary>As the internet knows them.</summary>
    public string Outside { get; init; } = "";
}

/// <summary>What the retention notice permits to exist at all.</summary>
public sealed record NoticeOptions
{
    /// <summary>Identifier of the notice, 32 hexadecimal digits.</summary>
    public string Id { get; init; } = "00000000000000000000000000000000";

    /// <summary>source-only, uk-icr or ipdr.</summary>
    public string Profile { get; init; } = "source-only";

    /// <summary>none or host.</summary>
    public string Names { get; init; } = "host";

    /// <summary>
    /// Name of a line that may be kept: line (circuit or port), imsi, msisdn or user; the last three are subscriber
    /// information.
    /// </summary>
    public string Reference { get; init; } = "line";

    /// <summary>Prefixes of which no record may exist.</summary>
    public IReadOnlyList<string> Excluded { get; init; } = [];
}

/// <summary>When a batch is closed.</summary>
public sealed record BatchOptions
{
    public int RowsMax { get; init; } = 1 << 16;

    /// <summary>Age in capture time after which a batch with rows is closed, seconds.</summary>
    public int AgeSeconds { get; init; } = 10;
}

/// <summary>The folder of segments.</summary>
public sealed record JournalSettings
{
    public string Path { get; init; } = "journal";

    public int SegmentMiB { get; init; } = 8;

    /// <summary>Room that all segments together may take; 0: what the file system has.</summary>
    public int TotalMiB { get; init; }

    /// <summary>Days after which a batch is removed even without a receipt: the notice's retention.</summary>
    public int RetentionDays { get; init; } = 365;
}
