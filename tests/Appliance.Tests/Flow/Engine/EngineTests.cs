using Appliance.Flow;
using Appliance.Wire;
using Xunit;
using static Appliance.Tests.Flow.Engine.TwoLegs;

namespace Appliance.Tests.Flow.Engine;

/// <summary>Bounds: memory, the full table, the full queue; and that block cuts change nothing.</summary>
public sealed class EngineTests
{
    [Fact]
    public void The_packet_path_allocates_nothing()
    {
        Synthetic traffic = new(flows: 4000, packetsPerFlow: 26);
        RecordQueue queue = new(65536);
        FlowEngine engine = new(
            new FlowOptions { PublicPools = [Prefix("198.51.100.0/24")] }, queue, Bytes(20, 32));
        int half = traffic.Packets.Length / 2;
        Feed(engine, queue, traffic.Bytes, traffic.Packets.AsSpan(0, half));

        long before = GC.GetAllocatedBytesForCurrentThread();
        Feed(engine, queue, traffic.Bytes, traffic.Packets.AsSpan(half));
        long after = GC.GetAllocatedBytesForCurrentThread();

        Assert.True(traffic.Packets.Length - half >= 100_000);
        Assert.Equal(0, after - before);
        Assert.True(engine.Counters[(int)Counter.FlowsAttributed] > 3000);
    }

    [Fact]
    public void Every_synthetic_flow_is_attributed_to_its_line()
    {
        Synthetic traffic = new(flows: 3000, packetsPerFlow: 10);
        RecordQueue queue = new(65536);
        FlowEngine engine = new(
            new FlowOptions { PublicPools = [Prefix("198.51.100.0/24")] }, queue, Bytes(20, 32));
        Feed(engine, queue, traffic.Bytes, traffic.Packets);
        Assert.True(engine.CloseAll(EndReason.Stopped));

        int seen = 0;
        while (!queue.Peek().IsEmpty)
        {
            foreach (FlowRecord record in queue.Peek())
            {
                Assert.Equal(Attribution.Mirror, record.Attribution);
                Assert.Equal(Synthetic.LineOf(record.PublicPort), record.SubscriberAddress);
                seen++;
            }

            queue.Release(queue.Peek().Length);
        }

        Assert.Equal(3000, seen);
        Assert.Equal(3000UL, engine.Counters[(int)Counter.FlowsAttributed]);
    }

    [Fact]
    public void A_full_queue_holds_the_packets_back_and_loses_no_record()
    {
        RecordQueue queue = new(8192);
        FlowEngine engine = new(new FlowOptions { FlowLimit = 20_000 }, queue, Bytes(20, 32));
        TwoLegs net = new();
        for (int i = 0; i < 10_000; i++)
        {
            net.Udp(0, i * 0.1, $"10.0.0.1:{i + 1}", Remote + ":53", [1]);
        }

        net.Play(engine, queue, quietSeconds: 0, close: false);
        bool isDone = engine.AdvanceTo(StartNs + 200_000_000_000);
        Assert.False(isDone);
        while (!isDone)
        {
            net.Drain(queue);
            isDone = engine.AdvanceTo(StartNs + 200_000_000_000);
        }

        net.Drain(queue);
        Assert.Equal(10_000, net.Records.Count);
        Assert.Equal(0UL, engine.Counters[(int)Counter.RecordsDropped]);
    }

    [Fact]
    public void Live_a_full_queue_drops_records_and_counts_them()
    {
        RecordQueue queue = new(8192);
        FlowEngine engine = new(new FlowOptions { FlowLimit = 20_000, BackPressure = false }, queue, Bytes(20, 32));
        TwoLegs net = new();
        for (int i = 0; i < 10_000; i++)
        {
            net.Udp(0, i * 0.1, $"10.0.0.1:{i + 1}", Remote + ":53", [1]);
        }

        net.Play(engine, queue, quietSeconds: 0, close: false);
        Assert.True(engine.AdvanceTo(StartNs + 200_000_000_000));
        Assert.Equal(8192UL, engine.Counters[(int)Counter.RecordsWritten]);
        Assert.Equal(10_000UL - 8192, engine.Counters[(int)Counter.RecordsDropped]);
    }

    [Fact]
    public void A_full_table_gives_up_scans_first_and_writes_what_it_gives_up()
    {
        TwoLegs net = new()
        {
            Options = new FlowOptions { FlowLimit = 64, PublicPools = [Prefix("198.51.100.0/24")] },
        };
        for (int i = 0; i < 40; i++)
        {
            net.Udp(1, i, Remote + ":9", $"{Public}:{i + 1}", [1]);
        }

        for (int i = 0; i < 74; i++)
        {
            net.Udp(0, 100 + i, $"{LineA}:{i + 1}", Remote + ":53", [1]);
        }

        net.Udp(1, 300, Remote + ":9", Public + ":50", [1]).Play(close: false);
        Assert.Equal(50UL, net[Counter.FlowsEvicted]);
        Assert.Equal(40UL, net[Counter.Unsolicited]);
        Assert.Equal(1UL, net[Counter.FlowsRefused]);
        Assert.Equal(10, net.Records.Count);
        Assert.All(net.Records, r => Assert.Equal(EndReason.Evicted, r.EndReason));
    }

    [Fact]
    public void How_the_packets_are_cut_into_blocks_changes_nothing()
    {
        Synthetic traffic = new(flows: 300, packetsPerFlow: 10);
        Assert.Equal(Run(traffic, 1), Run(traffic, 1000));
    }

    [Fact]
    public void Faulty_options_are_named()
    {
        FlowOptions options = new() { FlowLimit = 1, Rules = [new() { Leg = Leg.Inside, Name = "a", Vlan = 5000 }] };

        Assert.Equal(2, options.Validate().Count);
        Assert.Empty(new FlowOptions().Validate());
        Assert.ThrowsAny<ArgumentException>(() => new FlowEngine(options, new RecordQueue(8192), new byte[32]));
    }

    private static List<string> Run(Synthetic traffic, int block)
    {
        RecordQueue queue = new(65536);
        FlowEngine engine = new(new FlowOptions(), queue, Bytes(20, 32));
        for (int at = 0; at < traffic.Packets.Length; at += block)
        {
            int count = Math.Min(block, traffic.Packets.Length - at);
            Assert.Equal(count, engine.Process(traffic.Bytes, traffic.Packets.AsSpan(at, count)));
        }

        Assert.True(engine.CloseAll(EndReason.Stopped));
        return [.. queue.Peek().ToArray().Select(r =>
            $"{r.FlowNumber} {r.Kind} {r.PublicPort} {r.StartNs} {r.LastNs} {r.EndNs} {r.PacketsUp} {r.EvidenceBits}")];
    }

    private static void Feed(FlowEngine engine, RecordQueue queue, byte[] bytes, ReadOnlySpan<PacketRef> packets)
    {
        while (!packets.IsEmpty)
        {
            packets = packets[engine.Process(bytes, packets)..];
            queue.Release(queue.Peek().Length);
        }
    }
}
