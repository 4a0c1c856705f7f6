using Appliance.Flow;
using Appliance.Lab.Traffic;

namespace Appliance.Simulation;

/// <summary>Reads packet sources to their end.</summary>
internal static class Frames
{
    public static IEnumerable<(PacketRef Packet, byte[] Bytes)> All(IPacketSource source)
    {
        List<(PacketRef, byte[])> block = [];
        while (Next(source, block))
        {
            foreach ((PacketRef, byte[]) frame in block)
            {
                yield return frame;
            }
        }
    }

    /// <summary>The truth of a plan, both legs read to their end.</summary>
    public static List<TruthFlow> Truth(TrafficPlan plan)
    {
        using TwoLegTraffic traffic = new(plan, keepTruth: true);
        Drain(traffic.Inside);
        Drain(traffic.Outside);
        return [.. traffic.Truth()];
    }

    public static long Drain(IPacketSource source)
    {
        long packets = 0;
        while (source.TryNext(out PacketBlock block) == SourceState.Block)
        {
            packets += block.Packets.Length;
        }

        return packets;
    }

    private static bool Next(IPacketSource source, List<(PacketRef Packet, byte[] Bytes)> frames)
    {
        frames.Clear();
        if (source.TryNext(out PacketBlock block) != SourceState.Block)
        {
            return false;
        }

        foreach (ref readonly PacketRef packet in block.Packets)
        {
            frames.Add((packet, block.Bytes.Slice(packet.Offset, packet.Captured).ToArray()));
        }

        return true;
    }
}
