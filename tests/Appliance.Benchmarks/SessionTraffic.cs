using Appliance.Lab.Traffic;

namespace Appliance.Benchmarks;

/// <summary>The traffic of every figure: TCP and QUIC sessions through a NAT, and nothing else.</summary>
internal static class SessionTraffic
{
    /// <summary>Sessions with so many packets on each leg, on average.</summary>
    public static TrafficPlan Plan(int packetsPerSession, long flows, double flowsPerSecond) => new()
    {
        Flows = checked((int)flows),
        Subscribers = 5000,
        PublicAddresses = 4,
        FlowsPerSecond = flowsPerSecond,
        PacketsMean = packetsPerSession,
        Remotes = 5000,
        Names = 5000,
        DnsShare = 0,
        UdpShare = 0,
        PingShare = 0,
        LoneSynShare = 0,
        ScanShare = 0,
        OnNetShare = 0,
        DirectShare = 0,
    };
}
