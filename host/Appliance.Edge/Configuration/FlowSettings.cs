using Appliance.Flow;
using Appliance.Wire;

namespace Appliance.Edge.Configuration;

/// <summary>From the configuration to the options of the flow engine.</summary>
public static class FlowSettings
{
    /// <summary>Makes the options; false with one sentence where a rule names an interface that is not there.</summary>
    /// <param name="options">Checked configuration.</param>
    /// <param name="rules">Leg rules in effect.</param>
    /// <param name="interfaces">Names of the interfaces in the order of their numbers.</param>
    /// <param name="flow">The options.</param>
    /// <param name="problem">What is wrong.</param>
    public static bool TryMake(
        ApplianceOptions options, IReadOnlyList<LegRuleOptions> rules, IReadOnlyList<string> interfaces,
        out FlowOptions flow, out string problem)
    {
        flow = new FlowOptions();
        List<LegRule> made = [];
        foreach (LegRuleOptions rule in rules)
        {
            int number = interfaces.ToList().IndexOf(rule.Interface);
            if (number < 0)
            {
                string known = string.Join(", ", interfaces);
                problem = $"a leg rule names the interface '{rule.Interface}'; there is {known}";
                return false;
            }

            made.Add(RuleOf(rule, number));
        }

        TrafficOptions traffic = options.Traffic;
        int flowLimit = traffic.FlowLimit == 0 ? flow.FlowLimit : traffic.FlowLimit;
        flow = flow with
        {
            Rules = made,
            SubscriberPrefixes = [.. Prefixes(traffic.CustomerPrefixes)],
            PublicPools = [.. Prefixes(traffic.PublicPrefixes)],
            Nat64Prefixes = [.. Prefixes(traffic.Nat64Prefixes)],
            RemoteMappings = [.. traffic.RemoteMappings.Select(MappingOf)],
            FlowLimit = flowLimit,
            AddressLimit = traffic.AddressLimit != 0 ? traffic.AddressLimit : flowLimit / 4,
            DelayWindowMs = traffic.DelayWindowMs,
            NatRewritesTcp = traffic.NatRewritesTcp,
            TcpIdle = traffic.TcpIdleSeconds,
            UdpIdle = traffic.UdpIdleSeconds,
            IcmpIdle = traffic.IcmpIdleSeconds,
            Witness = NatLogSettings.Make(options.NatLog, options.NatLog.Listens),
        };
        problem = flow.Validate() is [string fault, ..] ? fault : "";
        return problem.Length == 0;
    }

    private static LegRule RuleOf(LegRuleOptions rule, int number) => new()
    {
        Interface = number,
        Vlan = rule.Vlan,
        Label = (uint?)rule.Label,
        Address = rule.Prefix is null ? null : PrefixOf(rule.Prefix),
        Leg = rule.Leg == "inside" ? Leg.Inside : Leg.Outside,
        Realm = rule.Realm,
        Name = NameOf(rule),
    };

    /// <summary>The leg's name in records.</summary>
    internal static string NameOf(LegRuleOptions rule) =>
        rule.Name ?? (rule.Interface == rule.Leg ? rule.Leg : $"{rule.Interface} {rule.Leg}");

    private static RemoteMapping MappingOf(RemoteMappingOptions mapping) =>
        new() { Inside = PrefixOf(mapping.Inside), Outside = PrefixOf(mapping.Outside) };

    private static IEnumerable<IpPrefix> Prefixes(IReadOnlyList<string> texts) => texts.Select(PrefixOf);

    /// <summary>A prefix that the configuration's check has let through.</summary>
    internal static IpPrefix PrefixOf(string text) => IpPrefix.TryParse(text, out IpPrefix prefix)
        ? prefix
        : throw new InvalidOperationException($"the configuration was not checked: {text}");
}
