using Appliance.Flow;
using Appliance.Lab.Oracle;
using Appliance.Lab.Traffic;
using Appliance.Wire;

namespace Appliance.Simulation;

/// <summary>What engine and oracle are told about the network of a scenario.</summary>
internal static class ScenarioNet
{
    private static readonly IpPrefix Inside = Prefix(Addresses.InsidePrefix, Addresses.InsideBits);
    private static readonly IpPrefix OnNet = Prefix(Addresses.OnNetPrefix, Addresses.OnNetBits);
    private static readonly IpPrefix Direct = Prefix(Addresses.DirectPrefix, Addresses.DirectBits);
    private static readonly IpPrefix Public = Prefix(Addresses.PublicPrefix, Addresses.PublicBits);

    public static FlowOptions ForEngine(TrafficPlan plan, FamilyMap families)
    {
        FlowOptions options = new()
        {
            InsidePrefixes = [Inside, OnNet, .. families.InsidePrefixes],
            SubscriberPrefixes = [Direct],
            PublicPools = [Public, .. families.PublicPrefixes],
            FlowLimit = plan.Flows > 100_000 ? 1 << 20 : 1 << 17,
        };
        options = families.Nat64Prefix == default ? options
            : options with { Nat64Prefixes = [families.Nat64Prefix] };
        (IpPrefix inside, IpPrefix outside) = families.Twice;
        return inside == default ? options
            : options with { RemoteMappings = [new() { Inside = inside, Outside = outside }] };
    }

    public static OracleNet ForOracle(FamilyMap families)
    {
        // A MAP-E device shows its public address on the inside, in its softwire; no remote of a plan lies there.
        IReadOnlyList<IpPrefix> lines = [Inside, Direct, Public, .. families.InsidePrefixes];
        IReadOnlyList<IpPrefix> pools = [Public, Direct, .. families.PublicPrefixes];
        return new OracleNet
        {
            IsInside = address => IsIn(lines, address),
            IsPublic = address => IsIn(pools, address),
            Nat64 = families.Nat64Prefix,
            TwiceInside = families.Twice.Inside,
            TwiceOutside = families.Twice.Outside,
        };
    }

    private static bool IsIn(IReadOnlyList<IpPrefix> prefixes, Ip address)
    {
        foreach (IpPrefix prefix in prefixes)
        {
            if (prefix.Contains(address))
            {
                return true;
            }
        }

        return false;
    }

    private static IpPrefix Prefix(uint address, int bits) => new(Ip.FromV4(address), bits);
}
