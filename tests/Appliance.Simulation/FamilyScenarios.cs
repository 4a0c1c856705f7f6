using Appliance.Lab.Traffic;

namespace Appliance.Simulation;

/// <summary>Runs in which most lines reach the internet by something else than a NAT44.</summary>
internal static class FamilyScenarios
{
    private const int Flows = 10_000;
    private const int FlowsByPrefix = 5_000;

    /// <summary>With both legs whole.</summary>
    public static IReadOnlyList<Scenario> Whole { get; } =
    [
        Native("native IPv6", 101, new FamilyPlan()),
        Native("native IPv6, every flow with extension headers", 102, new FamilyPlan { ExtensionShare = 1 }),
        Of("native IPv6, 2 % shown twice", 103, LineFamily.Native6, plan => plan with
        {
            DirectShare = 0.7, Duplication = 0.02,
        }),
        Nat64("64:ff9b::/96", 110),
        Nat64("2001:db8:6464:1:2:3::/96", 111),
        Nat64("2001:db8:6464:1::/64", 112),
        Nat64("2001:db8:6464:ab00::/56", 113),
        Nat64("2001:db8:6464::/48", 114),
        Nat64("2001:db8:6400::/40", 115),
        Nat64("2001:dc8::/32", 116),
        Of("NAT64, ports overloaded, identical probes", 117, LineFamily.Nat64, plan => plan with
        {
            Ports = PortMode.Overloaded, OverloadShare = 0.9, ProbePairShare = 0.05,
        }),
        Of("464XLAT, lines by their prefix", 118, LineFamily.Xlat464, plan => plan),
        Of("DS-Lite, three private addresses for all lines", 120, LineFamily.DsLite, plan => plan),
        Of("DS-Lite, ports overloaded, identical probes", 121, LineFamily.DsLite, plan => plan with
        {
            Ports = PortMode.Overloaded, OverloadShare = 0.9, ProbePairShare = 0.05,
        }),
        Of("NPTv6", 130, LineFamily.Nptv6, plan => plan with { DirectShare = 0.7 }),
        Of("NAT66 with ports, overloaded", 131, LineFamily.Nat66, plan => plan with { Ports = PortMode.Overloaded }),
        Of("twice NAT, remotes mapped as configured", 140, LineFamily.TwiceNat, plan => plan),
        Of("hairpin, both halves on the inside leg", 145, LineFamily.Hairpin, plan => plan with
        {
            PublicAddresses = 4,
        }),
        Of("hairpin, ports overloaded, outside 100 ms late", 146, LineFamily.Hairpin, plan => plan with
        {
            Ports = PortMode.Overloaded, DelayMs = 100,
        }),
        Of("hairpin of an outer router, on both legs", 148, LineFamily.Hairpin, plan => plan with
        {
            Family = plan.Family with { HairpinIsOuter = true },
        }),
        Of("MAP-E", 150, LineFamily.MapE, plan => plan with { Ports = PortMode.Block }),
        Of("MAP-T", 151, LineFamily.MapT, plan => plan with { Ports = PortMode.Block }),
    ];

    /// <summary>With packets lost, or less told than there is.</summary>
    public static IReadOnlyList<Scenario> Lossy { get; } =
    [
        // So many flows without their like make the engine try whether the NAT rewrites TCP.
        Of("twice NAT, remotes mapped, nobody told", 141, LineFamily.TwiceNat, plan => plan with
        {
            Family = plan.Family with { IsMappingTold = false },
        }),

        // What one line sends alone links nothing: a flow without an answer stays open.
        Of("hairpin that keeps the calling line's private address", 147, LineFamily.Hairpin, plan => plan with
        {
            Family = plan.Family with { HairpinKeepsCaller = true },
        }),
        Of("native IPv6, 1 % lost on both legs", 160, LineFamily.Native6, plan => Lose(plan, 0.01) with
        {
            DirectShare = 0.7,
        }),
        Of("NAT64, 1 % lost on both legs", 161, LineFamily.Nat64, plan => Lose(plan, 0.01)),
        Of("DS-Lite, 5 % lost on both legs", 162, LineFamily.DsLite, plan => Lose(plan, 0.05)),
        Of("hairpin, 1 % lost", 163, LineFamily.Hairpin, plan => Lose(plan, 0.01)),
    ];

    private static Scenario Native(string name, ulong seed, FamilyPlan plan) => new(name, new TrafficPlan
    {
        Seed = seed, Flows = Flows, DirectShare = 0.7, Family = plan with { Family = LineFamily.Native6 },
    });

    private static Scenario Nat64(string prefix, ulong seed)
    {
        FamilyPlan family = new() { Family = LineFamily.Nat64, Nat64Prefix = prefix };
        return new Scenario($"NAT64 by {prefix}", new TrafficPlan
        {
            Seed = seed, Flows = FlowsByPrefix, Family = family,
        });
    }

    private static Scenario Of(string name, ulong seed, LineFamily family, Func<TrafficPlan, TrafficPlan> shape) =>
        new(name, shape(new TrafficPlan
        {
            Seed = seed, Flows = Flows, Family = new FamilyPlan { Family = family },
        }));

    private static TrafficPlan Lose(TrafficPlan plan, double share) =>
        plan with { LossInside = share, LossOutside = share };
}
