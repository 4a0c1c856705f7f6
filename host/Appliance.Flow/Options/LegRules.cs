using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>
/// The compiled rules table: which leg a frame is of, and which end of the packet is the line. Compiled once, read by
/// the packet thread only.
/// </summary>
internal sealed class LegRules
{
    private readonly Compiled[] rules;
    private readonly PrefixMask[] inside;
    private readonly PrefixMask[] pools;
    private readonly RemoteMaps maps;

    public LegRules(FlowOptions options)
    {
        RealmBook realms = new(options.Rules);
        rules = new Compiled[options.Rules.Count];
        for (int i = 0; i < rules.Length; i++)
        {
            LegRule rule = options.Rules[i];
            rules[i] = new Compiled
            {
                Interface = rule.Interface ?? -1,
                Vlan = rule.Vlan ?? -1,
                Label = rule.Label ?? -1L,
                HasAddress = rule.Address.HasValue,
                Address = rule.Address is null ? default : new PrefixMask(rule.Address.Value),
                Leg = rule.Leg,
                Realm = (ushort)realms.NumberOf(rule.Realm),
            };
        }

        inside = Masks([.. options.InsidePrefixes, .. options.SubscriberPrefixes]);
        pools = Masks([.. options.PublicPools, .. options.SubscriberPrefixes]);
        maps = new RemoteMaps(options);
    }

    /// <summary>
    /// Says what the rules know of a frame; true where it is a packet of a flow of a leg. The remote end of an inside
    /// packet gets the address that the outside shows.
    /// </summary>
    public bool Classify(ref PacketFacts facts, ref PacketView view, in PacketRef packet)
    {
        facts = default;
        facts.StampNs = packet.StampNs;
        facts.Rule = Match(view, packet.Interface);
        if (facts.Rule < 0)
        {
            return false;
        }

        facts.IsCutBefore = view.IsSliced && view.IpOffset + view.IpLength > packet.Length;
        facts.Leg = rules[facts.Rule].Leg;
        facts.Realm = rules[facts.Rule].Realm;
        if (view.Kind != PacketKind.Flow)
        {
            return false;
        }

        facts.End = facts.Leg == Leg.Inside && maps.TryMap(ref view, out LineEnd end) ? end : EndOf(view, facts.Leg);
        if (facts.End == LineEnd.Unknown && !view.SoftwireSource.IsNone)
        {
            // A customer's device that translates by itself (MAP-E) shows its public address on the inside already.
            facts.End = EndOf(view, Leg.Outside);
        }

        return true;
    }

    /// <summary>Number of the first rule that the frame meets, or -1.</summary>
    public int Match(in PacketView view, ushort interfaceNumber)
    {
        for (int i = 0; i < rules.Length; i++)
        {
            ref readonly Compiled rule = ref rules[i];
            if ((rule.Interface < 0 || rule.Interface == interfaceNumber)
                && (rule.Vlan < 0 || rule.Vlan == view.Vlan)
                && (rule.Label < 0 || rule.Label == view.Label)
                && (!rule.HasAddress || rule.Address.Contains(view.Source) || rule.Address.Contains(view.Destination)))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Decides the line's end of the packet by prefixes alone.</summary>
    public LineEnd EndOf(in PacketView view, Leg leg)
    {
        PrefixMask[] own = leg == Leg.Inside ? inside : pools;
        bool source = Contains(own, view.Source);
        bool destination = Contains(own, view.Destination);
        return source ? (destination ? LineEnd.Both : LineEnd.Source)
            : destination ? LineEnd.Destination : LineEnd.Unknown;
    }

    internal static PrefixMask[] Masks(IpPrefix[] prefixes) =>
        Array.ConvertAll(prefixes, prefix => new PrefixMask(prefix));

    private static bool Contains(PrefixMask[] prefixes, in Ip address)
    {
        for (int i = 0; i < prefixes.Length; i++)
        {
            if (prefixes[i].Contains(address))
            {
                return true;
            }
        }

        return false;
    }

    private struct Compiled
    {
        public int Interface;
        public int Vlan;
        public long Label;
        public bool HasAddress;
        public PrefixMask Address;
        public Leg Leg;
        public ushort Realm;
    }
}

/// <summary>Which end of a packet the prefixes call the line.</summary>
internal enum LineEnd : byte
{
    Unknown,
    Source,
    Destination,

    /// <summary>Both ends: on the inside leg a flow that stays within the network.</summary>
    Both,
}
