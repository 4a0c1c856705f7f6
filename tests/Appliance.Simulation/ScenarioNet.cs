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
            FlowLimit = plan.Flows > 500_000 ? 1 << 20 : plan.Flows > 100_000 ? 1 << 18 : 1 << 17,
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
        IReadOnlyList<IpPrefix> called = families.Called == default ? [] : [families.Called.Inside];
        IReadOnlyList<IpPrefix> pools = [Public, Direct, .. families.PublicPrefixes];
        return new OracleNet
        {
            IsInside = address => IsIn(lines, address) && !IsIn(called, address),
            IsPublic = address => IsIn(pools, address)
                || (families.KeepsCaller && IsIn(lines, address) && !IsIn(called, address)),
            Nat64 = families.Nat64Prefix,
            TwiceInside = families.Twice.Inside == default ? families.Called.Public : families.Twice.Inside,
            TwiceOutside = families.Twice.Inside == default ? families.Called.Inside : families.Twice.Outside,
        };
    }

    /// <summary>
    /// Product flows as the truth of a hairpin names them: the remote by its own address, and the half that goes to
    /// the called line as the outside of the other. That half must name the public address of its own line.
    /// </summary>
    public static IReadOnlyList<ProductFlow> WithoutHalves(IReadOnlyList<ProductFlow> product, FamilyMap families)
    {
        (IpPrefix open, IpPrefix called) = families.Called;
        if (open == default)
        {
            return product;
        }

        List<ProductFlow> whole = [];
        foreach (ProductFlow flow in product)
        {
            bool isCalled = called.Contains(flow.Line.Address);
            if (isCalled && flow.Public == flow.Line with { Address = Swap(flow.Line.Address, open) }
                && flow.Translation == Translation.Hairpin)
            {
                continue;
            }

            if (flow.Translation == Translation.OnNet && called.Contains(flow.Remote.Address))
            {
                // A half that keeps the caller's address, and was not linked: nobody is named for it.
                whole.Add(flow with { Line = default, Public = flow.Line });
                continue;
            }

            whole.Add(isCalled && flow.Public.Address.IsNone
                ? flow with { Line = default, Public = flow.Remote, Remote = flow.Line }
                : open.Contains(flow.Remote.Address)
                    ? flow with { Remote = flow.Remote with { Address = Swap(flow.Remote.Address, called) } }
                    : flow);
        }

        return whole;
    }

    private static Ip Swap(Ip address, IpPrefix to) => Ip.FromV4(to.Address.V4 | (address.V4 & 0xFFFF));

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
