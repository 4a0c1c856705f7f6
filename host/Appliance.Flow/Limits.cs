namespace Appliance.Flow;

/// <summary>Every bound of this project, with its reason. Grouped by part.</summary>
public static partial class Limits
{
    // ---- Capture files and blocks ----

    /// <summary>Largest frame a capture may hold: libpcap's own MAXIMUM_SNAPLEN; a longer one is damage.</summary>
    public const int CaptureFrameBytesMax = 256 * 1024;

    /// <summary>One read of a capture file: large enough that the call costs under 1 ns a frame.</summary>
    public const int CaptureReadBytes = 256 * 1024;

    /// <summary>
    /// Array of a capture source: one whole read behind the largest unfinished frame and its headers.
    /// </summary>
    public const int CaptureBufferBytes = CaptureReadBytes + CaptureFrameBytesMax + 4096;

    /// <summary>Frames in one block; a read holds at most about 3,450 frames of 60 bytes.</summary>
    public const int BlockFramesMax = 4096;

    /// <summary>Interfaces of one pcapng section; real files have a handful.</summary>
    public const int CaptureInterfacesMax = 256;

    // ---- Decode ----

    /// <summary>Headers peeled off one frame before it is called too deep; QinQ over EoMPLS over GRE takes 8.</summary>
    public const int DecodeLayersMax = 16;

    /// <summary>IPv6 extension headers of one packet: RFC 8200 names six, one may stand twice.</summary>
    public const int ExtensionHeadersMax = 8;

    /// <summary>Labels of one MPLS stack.</summary>
    public const int MplsLabelsMax = 8;

    /// <summary>Outer headers that one route names; deeper frames are counted as too deep.</summary>
    public const int RouteStepsMax = 8;

    /// <summary>Different routes remembered; beyond that frames share the route "other", which is counted.</summary>
    public const int RoutesMax = 4096;

    /// <summary>
    /// Sets of the fragment table, four entries each: 4,096 datagrams in reassembly at once, 420 KiB.
    /// </summary>
    public const int FragmentSets = 1024;

    /// <summary>Life of a fragment entry: Linux's reassembly time (RFC 8200 section 4.5 says 60 s at most).</summary>
    public const long FragmentLifeNs = 30_000_000_000;

    /// <summary>
    /// How long a fragment waits for its first one, and a whole datagram for copies: mirrors turn packets round and
    /// show them again within milliseconds, while a busy sender's identifications come again after a second.
    /// </summary>
    public const long FragmentEarlyNs = 500_000_000;

    /// <summary>Fragments of one datagram: 65,535 bytes in pieces of the smallest IPv4 MTU in use, 576.</summary>
    public const int FragmentsMax = 128;

    // ---- Rules and options ----

    /// <summary>Leg rules are tried one after the other for every frame; a box has a handful of ports.</summary>
    public const int LegRulesMax = 64;

    /// <summary>Prefixes of one kind; tried one after the other for both ends of every packet.</summary>
    public const int PrefixesMax = 64;

    /// <summary>Below this the order of sacrifice has nothing to choose from.</summary>
    public const int FlowsMin = 64;

    /// <summary>Entries are 24 bits and some in the indexes; 16 million flows are 2.3 GB.</summary>
    public const int FlowsMax = 1 << 24;

    /// <summary>Shortest idle time: above the 4 s of quiet of a first record and far above any delay window.</summary>
    public const int IdleSecondsMin = 5;

    /// <summary>Longest idle time: RFC 5382 asks for 2 h 4 min; a day is plenty.</summary>
    public const int IdleSecondsMax = 86_400;

    /// <summary>Largest delay window: a flow's first record at 5 s must not wait for its decision for long.</summary>
    public const int DelayWindowMsMax = 1000;

    /// <summary>IP ids of a busy sender come round in about 50 ms (65,536 at 1.3 M packets/s).</summary>
    public const int DuplicateWindowUsMax = 20_000;

    // ---- Flow table ----

    /// <summary>
    /// The last quarter of the numbers for addresses is for flows that lines open: a scan from the internet names a new
    /// address with each packet.
    /// </summary>
    public const int AddressReservePart = 4;

    /// <summary>Packets prepared together, so that their cache lines are on the way before they are used.</summary>
    public const int RunPackets = 32;

    /// <summary>Sources that one merge reads: both mirror ports of a NAT with two uplinks.</summary>
    public const int MergeSourcesMax = 4;

    /// <summary>Entries looked at to choose the one to give up when the table is full.</summary>
    public const int EvictionSteps = 64;

    /// <summary>
    /// Remembered frames of the duplicate filter, per leg: 2 ms at 4 M packets/s; 128 KiB stay in the cache.
    /// </summary>
    public const int DuplicateSlots = 8192;

    /// <summary>A SYN this soon after its flow began was overtaken by later packets.</summary>
    public const long OvertakenNs = 1_000_000_000;

    // ---- Records ----

    /// <summary>Least room: what one run of packets and a turn of the timer wheel's slot can write at worst.</summary>
    public const int QueueRecordsMin = 8192;

    /// <summary>Most room: 3 GB of records; the encoder is far faster than that.</summary>
    public const int QueueRecordsMax = 1 << 24;

    /// <summary>
    /// Room that must be left before a run is taken: each packet may end three flows with all candidates.
    /// </summary>
    public const int QueueRoom = RunPackets * CandidatesMax * 3;

    /// <summary>Longest host name: RFC 1035 section 2.3.4, without the final dot.</summary>
    public const int NameBytesMax = 253;

    /// <summary>Names in memory at once: 16 MB of slots at 65,536.</summary>
    public const int NamesMax = 1 << 20;

    // ---- Join ----

    /// <summary>First packets of a flow that are samples, per direction and leg: as many as a pair counts.</summary>
    public const int FirstSamples = 8;

    /// <summary>
    /// Payload bytes under a digest: what a leg sliced to 192 bytes still holds behind IPv6 and TCP options.
    /// </summary>
    public const int DigestBytes = 96;

    /// <summary>Payload bytes whose distinct values are counted as evidence.</summary>
    public const int EvidenceBytes = 64;

    /// <summary>Evidence that an attribution needs, bits; the budget is argued in the README.</summary>
    public const int EvidenceBitsMin = 64;

    /// <summary>Evidence more than the next candidate, and than any other claim, bits.</summary>
    public const int MarginBits = 32;

    /// <summary>
    /// How sure it must be that the flow's own line would have been seen, bits: the agreeing packets times what one
    /// missing packet is worth. Two packets are enough up to a loss of one in 16, three up to one in 6.
    /// </summary>
    public const int PresenceBitsMin = 8;

    /// <summary>The same of one packet alone, where a flow showed no more: up to a loss of one in 64.</summary>
    public const int LonePresenceBitsMin = 6;

    /// <summary>
    /// The same before more packets are waited for no longer: one packet on whole legs, two at 1 %, three at 5 %. A
    /// line whose copies of the first ones were lost still shows itself.
    /// </summary>
    public const int SettledBitsMin = 12;

    /// <summary>Packets beside it: one that both legs showed may be the one that a rival's copy was lost of.</summary>
    public const int SettledContentsMin = 2;

    /// <summary>
    /// How long more packets are waited for: most flows have shown theirs, and it is over before the first record.
    /// </summary>
    public const long PatienceNs = 3_000_000_000;

    /// <summary>
    /// Evidence of all payload together, bits: repeated application bytes are not independent for ever.
    /// </summary>
    public const int PayloadBitsMax = 128;

    /// <summary>Different contents that one pair counts; eight of the poorest reach the needed evidence.</summary>
    public const int PairContents = 8;

    /// <summary>Conversations after which it is judged whether the NAT rewrites TCP.</summary>
    public const int RewritingOutcomes = 64;

    /// <summary>
    /// Rounds of so many after which the other way of looking is tried again, where the present one fails.
    /// </summary>
    public const int RewritingRounds = 64;

    /// <summary>Candidates of one flow: rows of one ambiguous set; a flow with more is never attributed.</summary>
    public const int CandidatesMax = 64;

    /// <summary>Flows of one leg that may show one content within the window before it counts as nothing.</summary>
    public const int PopularFlows = 32;

    /// <summary>
    /// Equal digests looked at for one sample: both legs' popular limit and as much again, so that the flow which
    /// makes a content popular still reaches all the others.
    /// </summary>
    public const int ChainEqualMax = 128;

    /// <summary>All samples looked at for one: a chain holds about one stranger at full ring.</summary>
    public const int ChainWalkMax = 1024;

    /// <summary>Samples kept; 40 bytes each.</summary>
    public const int ProbesMax = 1 << 26;

    /// <summary>Samples walked to hand a taken-over public tuple to its new flow.</summary>
    public const int TakeoverWalkMax = 8192;

    /// <summary>Upward packets in a row without anything on the inside before a binding is called lost.</summary>
    public const int MissesMax = 4;

    /// <summary>A flow silent for this long starts sampling anew: no NAT lends a port again sooner.</summary>
    public const long ResampleGapNs = 5_000_000_000;

    // ---- Loss before the box ----

    /// <summary>How often the estimate is made: short enough to see a mirror break, long enough for a share.</summary>
    public const long LossIntervalNs = 10_000_000_000;

    /// <summary>
    /// Flows followed per leg: 256 KiB; at 12 data packets a flow one interval tells 0.1 % to within a tenth.
    /// </summary>
    public const int LossFlows = 4096;

    /// <summary>
    /// Packets followed in an interval after which fewer flows are: a third of them carry data, which tells 0.1 % to
    /// within a tenth, and 100,000 a second at 25 ns take a quarter of a percent of a core.
    /// </summary>
    public const int LossPacketsEnough = 1_000_000;

    /// <summary>Of so many flows one is followed at least; a full table of 16 million needs that many.</summary>
    public const uint LossSampleMaskMax = (1 << 12) - 1;

    /// <summary>
    /// Stragglers: ports of one mirror differ by milliseconds, and an answer may be shown before its question.
    /// </summary>
    public const ushort LossGraceMs = 20;

    /// <summary>A followed flow that is silent for so long gives up its place.</summary>
    public const uint LossIdleMs = 2000;

    /// <summary>The same after both ends have finished: the last acknowledgment has come by then.</summary>
    public const uint LossLingerMs = 200;

    /// <summary>
    /// Largest hole of one flow: 700 full segments. A tuple used again without its handshake jumps anywhere; with this
    /// bound one in 4,096 such jumps is taken for loss.
    /// </summary>
    public const uint LossHoleBytesMax = 1 << 20;

    /// <summary>Loss that the join never assumes to be above, parts in a million: one bit a packet.</summary>
    public const int LossPpmMax = 500_000;

    /// <summary>How often the join looks at the loss.</summary>
    public const long DoubtIntervalNs = 250_000_000;

    /// <summary>Segments that an estimate for the join needs: without any loss among them it then says 5 %.</summary>
    public const int LossSegmentsMin = 60;

    /// <summary>
    /// Segments that it remembers: three standard deviations are a tenth at 5 % loss, and at the rated load a quarter
    /// of a second brings as many.
    /// </summary>
    public const int LossSegmentsKept = 20_000;

    /// <summary>
    /// Loss that the join never assumes to be below, parts in a million: three missing packets then are the margin.
    /// </summary>
    public const int LossFloorPpm = 100;

    /// <summary>Data of one direction without any packet of the other before it is called one-way.</summary>
    public const uint LossOneWayBytes = 4096;

    // ---- Service names ----

    /// <summary>Longest label of a name (RFC 1035 section 2.3.4).</summary>
    public const int NameLabelBytesMax = 63;

    /// <summary>
    /// Bytes kept of one unfinished hello or header: post-quantum hellos are about 2 KiB, browsers' headers 8 KiB.
    /// </summary>
    public const int NameBufferBytes = 16 * 1024;

    /// <summary>
    /// Unfinished hellos at one time: 16 MiB. When all are taken and young, the name is not looked for.
    /// </summary>
    public const int NameBuffers = 1024;

    /// <summary>
    /// A hello that took longer may lose its buffer to another: three retransmissions take 1, 2 and 4 s.
    /// </summary>
    public const long NameBufferLifeNs = 7_000_000_000;

    /// <summary>Buffers looked at to find an old one when all are taken.</summary>
    public const int NameBufferProbes = 8;

    /// <summary>
    /// Separate stretches of one unfinished hello: Chrome scatters a QUIC hello in up to a dozen pieces.
    /// </summary>
    public const int NameRangesMax = 32;

    /// <summary>Packets with payload in which a flow's name is looked for, STARTTLS dialogues included.</summary>
    public const int NamePacketsMax = 16;

    /// <summary>UDP packets of a flow that are looked at without finding a QUIC Initial or a question.</summary>
    public const int NameUdpMissesMax = 4;

    /// <summary>
    /// Frames of one Initial packet; a scattered hello with padding and pings between takes about 60.
    /// </summary>
    public const int QuicFramesMax = 512;

    // ---- Lines: sessions and blocks ----

    /// <summary>Addresses and prefixes of one session: dual stack, a delegated prefix and a few routes.</summary>
    public const int SessionAddressesMax = 16;

    /// <summary>Port ranges of one session: Nokia grants at most 40 blocks to a subscriber.</summary>
    public const int SessionRangesMax = 64;

    /// <summary>Stretches of one session in memory; the oldest ended one makes room.</summary>
    public const int SessionStretchesMax = 2 * (SessionAddressesMax + SessionRangesMax);

    /// <summary>Widest network that one line may have: a larger prefix is a mistake or an attack.</summary>
    public const int LinePrefixV4Min = 16;

    /// <summary>The same for IPv6: no line is given more than a /32, which is a provider's.</summary>
    public const int LinePrefixV6Min = 33;

    /// <summary>Digits of an IMSI (ITU-T E.212).</summary>
    public const int ImsiDigitsMin = 6;

    /// <inheritdoc cref="ImsiDigitsMin"/>
    public const int ImsiDigitsMax = 15;

    /// <summary>Digits of an IMEI without its check digit, up to an IMEISV (3GPP TS 23.003 section 6).</summary>
    public const int ImeiDigitsMin = 14;

    /// <inheritdoc cref="ImeiDigitsMin"/>
    public const int ImeiDigitsMax = 16;

    /// <summary>Digits of a telephone number with its country (ITU-T E.164).</summary>
    public const int MsisdnDigitsMin = 5;

    /// <inheritdoc cref="MsisdnDigitsMin"/>
    public const int MsisdnDigitsMax = 15;

    /// <summary>Sessions in memory: 1,000 lines at least, and 2 GB at most (0.8 KB each with two addresses).</summary>
    public const int SessionsMin = 1024;

    /// <inheritdoc cref="SessionsMin"/>
    public const int SessionsMax = 1 << 21;

    /// <summary>
    /// Oldest event that is taken: a server that could not deliver for a week has been away longer than its sessions.
    /// </summary>
    public const uint EventDelaySecondsMax = 7 * 86_400;

    /// <summary>
    /// How often a session that goes on is recorded again: readers look a day back, and day keys are destroyed.
    /// </summary>
    public const long SessionAgainNs = 6 * 3600 * 1_000_000_000L;

    /// <summary>How often the table is looked through for what is due.</summary>
    public const long SessionSweepNs = 10_000_000_000;

    /// <summary>How long an ended session is remembered, for what arrives late or twice.</summary>
    public const long SessionLingerNs = 600_000_000_000;

    /// <summary>
    /// The same for one whose stop was not heard: servers send interims at least every hour, most every 15 minutes.
    /// </summary>
    public const long SessionDoubtNs = 6 * 3600 * 1_000_000_000L;

    /// <summary>
    /// Two sessions that claim an address more than this apart hold it at once; less is the jitter of delivery.
    /// </summary>
    public const long SessionOverlapNs = 2_000_000_000;

    /// <summary>Interims missed before a session that used to send them counts as ended.</summary>
    public const int SessionInterimsMissed = 4;

    /// <summary>Least silence after which a session counts as ended.</summary>
    public const long SessionSilenceNs = 1_800_000_000_000;

    /// <summary>
    /// A restart this short loses no session: a client asks again for longer (RFC 5080 section 2.2.1 begins at 2 s).
    /// </summary>
    public const long SessionTrustNs = 5_000_000_000;

    /// <summary>Relays that carry one DHCPv6 message (RFC 8415 section 7.6: HOP_COUNT_LIMIT).</summary>
    public const int RelaysMax = 8;

    /// <summary>Prefixes of the operator's file: leased lines, of which a provider has thousands.</summary>
    public const int StaticLinesMax = 1 << 16;

    /// <summary>Access servers of which something is learned; a box sees a few dozen.</summary>
    public const int ServersMax = 4096;

    /// <summary>
    /// Records of sessions that wait while the flash is full, 300 bytes each: a restart of all servers of a large box.
    /// </summary>
    public const int LineRecordsMax = 1 << 20;
}
