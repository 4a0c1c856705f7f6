using Appliance.Wire;

namespace Appliance.Lab.Traffic;

/// <summary>
/// Gives flows of a plan the addresses of its family on either leg. The planner's own IPv4 addresses stay the names
/// of lines, pools and remotes; what they become here is a pure function of plan and flow.
/// </summary>
public sealed class FamilyMap
{
    private const ulong LinesHigh = 0x2001_0DB8_1000_0000;
    private const ulong RemotesHigh = 0x2001_0DB8_F000_0000;
    private const ulong PoolHigh = 0x2001_0DB8_6600_0000;
    private const ulong PrivateHigh = 0xFD01_0203_0405_0000;
    private const ulong ExchangedHigh = 0x2001_0DB8_0001_0000;
    private const uint HomePrefix = 0xC0A8_0100;
    private const int HomeHosts = 3;
    private const uint TwicePrefix = 0x0AC8_0000;
    private const int TwiceBits = 15;
    private const uint CalledPrefix = 0x647F_0000;
    private const uint CalledPool = 0xF000_0000;
    private const int CalledBits = 16;
    private const byte Icmp = 1;
    private const byte Icmp6 = 58;
    private readonly FamilyPlan plan;
    private readonly IpPrefix nat64;
    private readonly ulong seed;
    private readonly ulong shareBound;
    private readonly ulong extensionBound;

    /// <exception cref="LabUsageException">The NAT64's prefix is none.</exception>
    public FamilyMap(TrafficPlan plan)
    {
        this.plan = plan.Family;
        seed = plan.Seed ^ 0x6661_6D69;
        shareBound = Prng.Bound(this.plan.Share);
        extensionBound = Prng.Bound(this.plan.ExtensionShare);
        if (!IpPrefix.TryParse(this.plan.Nat64Prefix, out nat64))
        {
            throw new LabUsageException($"the plan's Nat64Prefix is no prefix: {this.plan.Nat64Prefix}.");
        }
    }

    /// <summary>Where IPv4 remotes are embedded; the default where nothing is.</summary>
    public IpPrefix Nat64Prefix =>
        plan.Family is LineFamily.Nat64 or LineFamily.Xlat464 or LineFamily.MapT ? nat64 : default;

    /// <summary>Remotes of a twice NAT, inside and outside; the defaults without one.</summary>
    public (IpPrefix Inside, IpPrefix Outside) Twice => plan.Family == LineFamily.TwiceNat && plan.IsMappingTold
        ? (new(Ip.FromV4(TwicePrefix), TwiceBits), new(Ip.FromV4(Addresses.RemotePrefix), TwiceBits))
        : default;

    /// <summary>
    /// Lines that are called over a hairpin: by this address, and their own; the defaults without any.
    /// </summary>
    public (IpPrefix Public, IpPrefix Inside) Called => plan.Family == LineFamily.Hairpin
        ? (new(Ip.FromV4(CalledPool), CalledBits), new(Ip.FromV4(CalledPrefix), CalledBits))
        : default;

    /// <summary>Addresses of lines on the inside leg, beside those of a NAT44.</summary>
    public IReadOnlyList<IpPrefix> InsidePrefixes => plan.Family switch
    {
        LineFamily.Nat44 or LineFamily.TwiceNat or LineFamily.MapE or LineFamily.Hairpin => [],
        LineFamily.DsLite => [new(Ip.FromV4(HomePrefix), 24)],
        _ => [new(new Ip(LinesHigh, 0), 36), new(new Ip(PrivateHigh, 0), 48)],
    };

    /// <summary>Public addresses on the outside leg, beside those of a NAT44.</summary>
    public IReadOnlyList<IpPrefix> PublicPrefixes => plan.Family switch
    {
        LineFamily.Native6 => [new(new Ip(LinesHigh, 0), 36)],
        LineFamily.Nptv6 => [new(new Ip(ExchangedHigh, 0), 48)],
        LineFamily.Nat66 => [new(new Ip(PoolHigh, 0), 40)],
        LineFamily.Hairpin => [new(Ip.FromV4(CalledPool), CalledBits)],
        _ => [],
    };

    internal bool Applies(in FlowSpec flow)
    {
        FlowReach reach = plan.Family is LineFamily.Native6 or LineFamily.Nptv6 ? FlowReach.Direct : FlowReach.Nat44;
        // An echo towards a shared address has no port that could name the line behind it.
        return plan.Family != LineFamily.Nat44 && flow.Reach == reach
            && (plan.Family != LineFamily.Hairpin || flow.Protocol != Icmp)
            && Prng.Hit(Prng.Mix(seed, (ulong)Line(flow)), shareBound);
    }

    /// <summary>Both halves of the flow are shown by the inside leg's mirror.</summary>
    internal bool IsInsideOnly(in FlowSpec flow) => plan.Family == LineFamily.Hairpin && Applies(flow);

    /// <summary>The outside leg shows the flow as well, between the two public ends.</summary>
    internal bool HasTransit(in FlowSpec flow) => plan.HairpinIsOuter && IsInsideOnly(flow);

    /// <summary>A hairpin's flow between the halves, as a router behind the NAT carries it.</summary>
    internal LegEnds Transit(in FlowSpec flow) => Translated(flow) with { Remote = Inside(flow).Remote };

    /// <summary>The called line sees the caller's own address.</summary>
    public bool KeepsCaller => plan.Family == LineFamily.Hairpin && plan.HairpinKeepsCaller;

    internal bool HasExtensions(in FlowSpec flow) => Prng.Hit(Prng.Mix(seed, flow.Seed), extensionBound);

    /// <summary>The protocol that both legs' records name: a NAT64's ICMPv6 is the ICMP that leaves it.</summary>
    internal byte ProtocolOf(in FlowSpec flow) =>
        flow.Protocol == Icmp && Applies(flow) && !Outside(flow).Remote.IsV4 ? Icmp6 : flow.Protocol;

    /// <summary>The remote as records of the inside leg name it: as the outside does, where that is known.</summary>
    internal Ip RemoteOfInside(in FlowSpec flow) =>
        plan.Family == LineFamily.TwiceNat && !plan.IsMappingTold ? Inside(flow).Remote : Outside(flow).Remote;

    internal LegEnds Inside(in FlowSpec flow)
    {
        LegEnds plain = new(
            Ip.FromV4(flow.SubscriberAddress), flow.SubscriberPort, Ip.FromV4(flow.RemoteAddress));
        if (!Applies(flow))
        {
            return plain;
        }

        int line = Line(flow);
        ulong home = LinesHigh | (uint)line;
        return plan.Family switch
        {
            LineFamily.Native6 => plain with { Line = Host(home, line), Remote = Remote(flow) },
            LineFamily.Nat64 => plain with { Line = Host(home, line), Remote = Embedded(flow) },
            LineFamily.Xlat464 => plain with { Line = new Ip(home, Home(line)), Remote = Embedded(flow) },
            LineFamily.DsLite => plain with { Line = Ip.FromV4(Home(line)), Softwire = new Ip(home, 2) },
            LineFamily.Nptv6 or LineFamily.Nat66 => plain with
            {
                Line = Host(PrivateHigh | (uint)line, line), Remote = Remote(flow),
            },
            LineFamily.TwiceNat => plain with
            {
                Remote = Ip.FromV4(TwicePrefix | (flow.RemoteAddress & (uint.MaxValue >> TwiceBits))),
            },
            LineFamily.Hairpin => plain with { Remote = Ip.FromV4(CalledPool | (flow.RemoteAddress & 0xFFFF)) },
            LineFamily.MapE => Translated(flow) with { Softwire = new Ip(home, flow.PublicAddress) },
            _ => Translated(flow) with
            {
                Line = Embedding.MapAddress(home, flow.PublicAddress, (ushort)line), Remote = Embedded(flow),
            },
        };
    }

    internal LegEnds Outside(in FlowSpec flow)
    {
        LegEnds plain = Translated(flow);
        if (!Applies(flow))
        {
            return plain;
        }

        return plan.Family switch
        {
            LineFamily.Native6 => Inside(flow),
            LineFamily.Nptv6 => Inside(flow) with
            {
                Line = Embedding.Exchange(Inside(flow).Line, new Ip(PrivateHigh, 0), new Ip(ExchangedHigh, 0)),
            },
            LineFamily.Hairpin => (KeepsCaller ? Inside(flow) : plain) with
            {
                Remote = Ip.FromV4(CalledPrefix | (flow.RemoteAddress & 0xFFFF)),
            },
            LineFamily.Nat66 => plain with { Line = new Ip(PoolHigh, flow.PublicAddress), Remote = Remote(flow) },
            _ => plain,
        };
    }

    private static LegEnds Translated(in FlowSpec flow) =>
        new(Ip.FromV4(flow.PublicAddress), flow.PublicPort, Ip.FromV4(flow.RemoteAddress));

    private static int Line(in FlowSpec flow) => (int)(flow.Reach == FlowReach.Direct
        ? flow.SubscriberAddress - Addresses.Direct(0)
        : flow.SubscriberAddress - Addresses.Inside(0));

    // RFC 7217: identifiers look random; the line's number in it keeps them apart in any case.
    private Ip Host(ulong high, int line) => new(high, (Prng.Mix(seed, (ulong)line) << 32) | (uint)line);

    private Ip Remote(in FlowSpec flow) =>
        new(RemotesHigh | (flow.RemoteAddress & 0xFF), (Prng.Mix(seed, flow.RemoteAddress) << 32) | flow.RemoteAddress);

    private Ip Embedded(in FlowSpec flow) => Embedding.Embed(nat64, flow.RemoteAddress);

    private static uint Home(int line) => HomePrefix + 2 + (uint)(line % HomeHosts);
}
