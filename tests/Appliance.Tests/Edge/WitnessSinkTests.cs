using Appliance.Edge.Clocks;
using Appliance.Tests.Time;
using Appliance.Time.Observations;
using Xunit;

namespace Appliance.Tests.Edge;

/// <summary>A chronyd that is given our time is no witness of it; its servers are.</summary>
public sealed class WitnessSinkTests
{
    private const ulong Icr = 0x49435200;
    private const ulong Pps = 0x50505330;
    private const ulong Server = 0xC0000235; // 192.0.2.53

    [Theory]
    [InlineData(true, 0, Server, false)]
    [InlineData(true, 1, Icr, false)]
    [InlineData(true, 1, Pps, false)]
    [InlineData(true, 1, Server, true)]
    [InlineData(false, 0, Icr, true)]
    [InlineData(false, 1, Icr, true)]
    public void Of_a_fed_chronyd_only_servers_count(bool isFed, byte number, ulong identity, bool counts)
    {
        ObservationLog log = new();
        PeerObservation peer = new(
            new SourceId(SourceKind.Ntp, number), default, default, 1, 0, 0, default, PeerState.Synchronised, 1,
            identity);

        new WitnessSink(log, isFed).Take(peer);

        Assert.Equal(counts ? 1 : 0, log.Of<PeerObservation>().Count());
    }
}
