using Appliance.Flow;

namespace Appliance.Lab.Oracle;

/// <summary>A leg that the oracle hears while another reads it: the traffic is made once for both.</summary>
public sealed class OracleTap(IPacketSource leg, BruteForceOracle oracle, bool isOutside) : IPacketSource
{
    public SourceState TryNext(out PacketBlock block)
    {
        SourceState state = leg.TryNext(out block);
        if (state == SourceState.Block)
        {
            oracle.Hear(block, isOutside);
        }

        return state;
    }

    public void Dispose() => leg.Dispose();
}
