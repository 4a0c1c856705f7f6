namespace Appliance.Lab.Traffic;

/// <summary>
/// The simulated NAT's port table. Each allocation names when the port is free again, because a flow's end is known
/// when it is planned. A port belongs to one line at a time, except in <see cref="PortMode.Overloaded"/>, where the
/// key is the whole public tuple with its remote.
/// </summary>
internal sealed class NatPorts
{
    private const int PortFirst = 1024;
    private const int Ports = 65536;
    private const int RecentPorts = 4096;

    private readonly TrafficPlan plan;
    private readonly int blockSize;
    private readonly long[]?[] freeAt;
    private readonly Dictionary<(ulong Line, ulong Remote), long> overloaded = [];
    private readonly Dictionary<(byte Protocol, uint Address, ushort Port), Mapping> mappings = [];
    private readonly ushort[] recent = new ushort[RecentPorts];
    private int recentCount;
    private int purgeAt = 1 << 16;

    public NatPorts(TrafficPlan plan)
    {
        this.plan = plan;
        freeAt = new long[3 * plan.PublicAddresses][];
        int linesPerAddress = (plan.Subscribers + plan.PublicAddresses - 1) / plan.PublicAddresses;
        blockSize = Math.Max(1, Math.Min(plan.BlockSize, (Ports - PortFirst) / linesPerAddress));
    }

    /// <summary>Gives the flow a public port until <paramref name="until"/>; false when there is none.</summary>
    public bool TryTake(ref FlowSpec flow, int line, ref Prng random, long until)
    {
        if (plan.EndpointIndependent && TryKeep(ref flow, until))
        {
            return true;
        }

        bool isTaken = TryTakeNew(ref flow, line, ref random, until);
        if (isTaken && plan.EndpointIndependent)
        {
            mappings[EndpointOf(flow)] = new Mapping(flow.PublicAddress, flow.PublicPort, until);
        }

        return isTaken;
    }

    // The inside address and port has a mapping already: it serves this remote as well, and lives on.
    private bool TryKeep(ref FlowSpec flow, long until)
    {
        if (!mappings.TryGetValue(EndpointOf(flow), out Mapping mapping) || mapping.Until <= flow.StartNs)
        {
            return false;
        }

        flow.PublicAddress = mapping.Address;
        flow.PublicPort = mapping.Port;
        long longer = Math.Max(until, mapping.Until);
        mappings[EndpointOf(flow)] = mapping with { Until = longer };
        int pool = (int)(mapping.Address - Addresses.Public(0));
        freeAt[(pool * 3) + ProtocolIndex(flow.Protocol)]![mapping.Port] = longer;
        return true;
    }

    private static (byte Protocol, uint Address, ushort Port) EndpointOf(in FlowSpec flow) =>
        (flow.Protocol, flow.SubscriberAddress, flow.SubscriberPort);

    private bool TryTakeNew(ref FlowSpec flow, int line, ref Prng random, long until)
    {
        int pool = plan.ArbitraryPooling ? random.Below(plan.PublicAddresses) : line % plan.PublicAddresses;
        flow.PublicAddress = Addresses.Public(pool);
        if (plan.Ports == PortMode.Overloaded)
        {
            return TryTakeOverloaded(ref flow, ref random, until);
        }

        long[] table = freeAt[(pool * 3) + ProtocolIndex(flow.Protocol)] ??= new long[Ports];
        if (plan.Ports == PortMode.Preserving && table[flow.SubscriberPort] <= flow.StartNs)
        {
            table[flow.SubscriberPort] = until;
            flow.PublicPort = flow.SubscriberPort;
            return true;
        }

        bool block = plan.Ports == PortMode.Block;
        int first = block ? PortFirst + (line / plan.PublicAddresses * blockSize) : PortFirst;
        Span<long> range = table.AsSpan(first, block ? blockSize : Ports - PortFirst);
        return TryTakeRandom(ref flow, range, first, ref random, until);
    }

    private static bool TryTakeRandom(ref FlowSpec flow, Span<long> range, int first, ref Prng random, long until)
    {
        int at = random.Below(range.Length);
        for (int tries = 0; tries < Limits.PortTries && range[at] > flow.StartNs; tries++)
        {
            at = random.Below(range.Length);
        }

        for (int steps = 0; range[at] > flow.StartNs; steps++)
        {
            if (steps == range.Length)
            {
                return false;
            }

            at = at + 1 == range.Length ? 0 : at + 1;
        }

        range[at] = until;
        flow.PublicPort = (ushort)(first + at);
        return true;
    }

    private bool TryTakeOverloaded(ref FlowSpec flow, ref Prng random, long until)
    {
        Purge(flow.StartNs);
        ulong remote = ((ulong)flow.RemoteAddress << 16) | flow.RemotePort;
        for (int tries = 0; tries < Limits.PortTries; tries++)
        {
            bool shared = recentCount > 0 && random.Chance(plan.OverloadShare);
            ushort port = shared
                ? recent[random.Below(Math.Min(recentCount, RecentPorts))]
                : (ushort)(PortFirst + random.Below(Ports - PortFirst));
            ulong line = ((ulong)flow.Protocol << 48) | ((ulong)flow.PublicAddress << 16) | port;
            if (overloaded.TryGetValue((line, remote), out long busyUntil) && busyUntil > flow.StartNs)
            {
                continue;
            }

            overloaded[(line, remote)] = until;
            recent[recentCount++ & (RecentPorts - 1)] = port;
            flow.PublicPort = port;
            return true;
        }

        return false;
    }

    private void Purge(long now)
    {
        if (overloaded.Count < purgeAt)
        {
            return;
        }

        foreach ((ulong Line, ulong Remote) key in overloaded.Where(e => e.Value <= now).Select(e => e.Key).ToList())
        {
            overloaded.Remove(key);
        }

        purgeAt = Math.Max(1 << 16, overloaded.Count * 2);
    }

    private readonly record struct Mapping(uint Address, ushort Port, long Until);

    private static int ProtocolIndex(byte protocol) => protocol switch { 6 => 0, 17 => 1, _ => 2 };
}
