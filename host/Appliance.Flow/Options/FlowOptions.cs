using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>
/// Everything that shapes the flow engine; immutable. Times are seconds unless the name says otherwise. Defaults are
/// those of a provider with private line addresses and one mirror on either side of its NAT.
/// </summary>
public sealed record FlowOptions
{
    /// <summary>RFC 1918, RFC 6598 and RFC 4193: addresses that never are public.</summary>
    public static IReadOnlyList<IpPrefix> PrivatePrefixes { get; } =
    [
        new(Ip.FromV4(0x0A00_0000), 8), new(Ip.FromV4(0xAC10_0000), 12), new(Ip.FromV4(0xC0A8_0000), 16),
        new(Ip.FromV4(0x6440_0000), 10), new(new Ip(0xFC00_0000_0000_0000, 0), 7),
    ];

    /// <summary>First match wins; a frame that matches none is counted and left.</summary>
    public IReadOnlyList<LegRule> Rules { get; init; } =
    [
        new() { Interface = 0, Leg = Leg.Inside, Name = "inside" },
        new() { Interface = 1, Leg = Leg.Outside, Name = "outside" },
    ];

    /// <summary>Prefixes whose addresses are lines' own.</summary>
    public IReadOnlyList<IpPrefix> InsidePrefixes { get; init; } = PrivatePrefixes;

    /// <summary>Public prefixes of lines that are not translated, seen on both legs.</summary>
    public IReadOnlyList<IpPrefix> SubscriberPrefixes { get; init; } = [];

    /// <summary>
    /// The NAT's public addresses; without them the first sender on the outside leg is taken as the line.
    /// </summary>
    public IReadOnlyList<IpPrefix> PublicPools { get; init; } = [];

    /// <summary>
    /// Prefixes by which lines address IPv4 remotes through a NAT64 or a MAP-T border relay (RFC 6052). The well-known
    /// prefix never means anything else.
    /// </summary>
    public IReadOnlyList<IpPrefix> Nat64Prefixes { get; init; } = [new(new Ip(0x0064_FF9B_0000_0000, 0), 96)];

    /// <summary>
    /// Remotes that the NAT rewrites as well. A twice NAT that is not told here gives no attribution, never a wrong
    /// one: the remote end is part of what both legs must agree in.
    /// </summary>
    public IReadOnlyList<RemoteMapping> RemoteMappings { get; init; } = [];

    /// <summary>Flows in memory at once; all memory is taken at start, 160 bytes a flow.</summary>
    public int FlowLimit { get; init; } = 1 << 18;

    /// <summary>
    /// Different addresses in memory at once that are not plain IPv4: IPv6, and IPv4 behind softwires.
    /// </summary>
    public int AddressLimit { get; init; } = 1 << 16;

    /// <summary>Different service names in memory at once.</summary>
    public int NameLimit { get; init; } = 1 << 14;

    /// <summary>Flows that look for their other leg at once.</summary>
    public int JoinLimit { get; init; } = 1 << 17;

    /// <summary>Samples of both legs kept for comparison; must cover twice the delay window.</summary>
    public int ProbeLimit { get; init; } = 1 << 19;

    /// <summary>Largest difference of the two legs' stamps of one packet, milliseconds, either sign.</summary>
    public int DelayWindowMs { get; init; } = 500;

    /// <summary>
    /// Loss of the legs that the join assumes until it is measured, parts in a million: at 5 % two packets must agree.
    /// </summary>
    public int LossUnknownPpm { get; init; } = 50_000;

    /// <summary>The NAT writes TCP sequence numbers or timestamps anew; where false, it is learned.</summary>
    public bool NatRewritesTcp { get; init; }

    /// <summary>
    /// A frame seen again on its leg within this is a copy of the mirror, microseconds; 0 keeps copies.
    /// </summary>
    public int DuplicateWindowUs { get; init; } = 2000;

    public int UdpIdle { get; init; } = 60;

    public int IcmpIdle { get; init; } = 30;

    /// <summary>TCP flows that were seen in both directions.</summary>
    public int TcpIdle { get; init; } = 600;

    /// <summary>TCP flows seen in one direction only.</summary>
    public int TcpHalfOpen { get; init; } = 30;

    /// <summary>After FIN both ways or a reset: late acknowledgements still belong to the flow.</summary>
    public int CloseLinger { get; init; } = 5;

    /// <summary>
    /// A file is being read: a full record queue stops the engine until it is drained. Otherwise (live) records that
    /// find no room are dropped and counted, since the next packets will not wait.
    /// </summary>
    public bool BackPressure { get; init; } = true;

    /// <summary>Logs and rules of the NAT, beside the mirror.</summary>
    public WitnessOptions Witness { get; init; } = new();

    /// <summary>True where any rule names an outside leg: only then is there anything to join.</summary>
    public bool HasOutside
    {
        get
        {
            foreach (LegRule rule in Rules)
            {
                if (rule.Leg == Leg.Outside)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>What is wrong, one sentence each; empty where all is well.</summary>
    public IReadOnlyList<string> Validate()
    {
        List<string> faults = [];
        Range(faults, nameof(Rules), Rules.Count, 1, Limits.LegRulesMax);
        Range(faults, nameof(FlowLimit), FlowLimit, Limits.FlowsMin, Limits.FlowsMax);
        Range(faults, nameof(AddressLimit), AddressLimit, 64, Limits.FlowsMax);
        Range(faults, nameof(NameLimit), NameLimit, 16, Limits.NamesMax);
        Range(faults, nameof(JoinLimit), JoinLimit, 64, Limits.FlowsMax);
        Range(faults, nameof(ProbeLimit), ProbeLimit, 1024, Limits.ProbesMax);
        Range(faults, nameof(DelayWindowMs), DelayWindowMs, 1, Limits.DelayWindowMsMax);
        Range(faults, nameof(LossUnknownPpm), LossUnknownPpm, Limits.LossFloorPpm, Limits.LossPpmMax);
        Range(faults, nameof(DuplicateWindowUs), DuplicateWindowUs, 0, Limits.DuplicateWindowUsMax);
        Range(faults, nameof(UdpIdle), UdpIdle, Limits.IdleSecondsMin, Limits.IdleSecondsMax);
        Range(faults, nameof(IcmpIdle), IcmpIdle, Limits.IdleSecondsMin, Limits.IdleSecondsMax);
        Range(faults, nameof(TcpIdle), TcpIdle, Limits.IdleSecondsMin, Limits.IdleSecondsMax);
        Range(faults, nameof(TcpHalfOpen), TcpHalfOpen, Limits.IdleSecondsMin, Limits.IdleSecondsMax);
        Range(faults, nameof(CloseLinger), CloseLinger, Limits.IdleSecondsMin, Limits.IdleSecondsMax);
        Range(faults, nameof(InsidePrefixes), InsidePrefixes.Count, 0, Limits.PrefixesMax);
        Range(faults, nameof(SubscriberPrefixes), SubscriberPrefixes.Count, 0, Limits.PrefixesMax);
        Range(faults, nameof(PublicPools), PublicPools.Count, 0, Limits.PrefixesMax);
        Witness.Validate(faults);
        CheckRules(faults);
        CheckMaps(faults);
        return faults;
    }

    private void CheckRules(List<string> faults)
    {
        for (int i = 0; i < Rules.Count; i++)
        {
            LegRule rule = Rules[i];
            if (rule.Vlan is < 1 or > 4094)
            {
                faults.Add($"Rules[{i}].Vlan is {rule.Vlan}; a VLAN id lies between 1 and 4094");
            }

            if (rule.Label > 0xFFFFF)
            {
                faults.Add($"Rules[{i}].Label is {rule.Label}; an MPLS label has 20 bits");
            }

            if (string.IsNullOrEmpty(rule.Name) || string.IsNullOrEmpty(rule.Realm))
            {
                faults.Add($"Rules[{i}] needs a name and a realm");
            }
        }
    }

    private void CheckMaps(List<string> faults)
    {
        Range(faults, nameof(Nat64Prefixes), Nat64Prefixes.Count, 0, Limits.PrefixesMax);
        Range(faults, nameof(RemoteMappings), RemoteMappings.Count, 0, Limits.PrefixesMax);
        foreach (IpPrefix prefix in Nat64Prefixes)
        {
            if (prefix.Address.IsV4 || prefix.Length is not (32 or 40 or 48 or 56 or 64 or 96))
            {
                faults.Add($"Nat64Prefixes has {prefix.Address}/{prefix.Length}; RFC 6052 allows IPv6 prefixes of "
                    + "32, 40, 48, 56, 64 or 96 bits");
            }
        }

        foreach (RemoteMapping mapping in RemoteMappings)
        {
            (IpPrefix inside, IpPrefix outside) = (mapping.Inside, mapping.Outside);
            if (inside.Length != outside.Length || inside.Address.IsV4 != outside.Address.IsV4)
            {
                faults.Add($"RemoteMappings maps {inside.Address}/{inside.Length} to {outside.Address}/"
                    + $"{outside.Length}; both must be of one family and length");
            }
        }
    }

    /// <summary>Adds a fault where a number lies outside its bounds.</summary>
    internal static void Range(List<string> faults, string name, int value, int least, int most)
    {
        if (value < least || value > most)
        {
            faults.Add($"{name} is {value}; it must lie between {least} and {most}");
        }
    }
}
