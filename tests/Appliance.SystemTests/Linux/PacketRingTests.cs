using System.Buffers.Binary;
using System.Diagnostics;
using Appliance.Flow;
using Appliance.Linux.Packets;
using Appliance.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace Appliance.SystemTests.Linux;

public sealed class PacketRingTests(ITestOutputHelper output)
{
    private const byte Tcp = 6;
    private const int NumberAt = 60;

    [RootFact("ip", "sysctl")]
    public void A_consumer_held_for_500_ms_loses_exactly_what_the_ring_counts_as_dropped()
    {
        using VethPair veth = new();
        using PacketRing ring = veth.Ring(Options(ringBytes: 1 << 20));
        using PacketSender sender = veth.Sender();
        byte[] frame = RawFrame.Make(Tcp, 1000, 2000, 300);
        Tally tally = new();
        int sent = 0;
        for (int round = 0; round < 3; round++)
        {
            long begin = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(begin).TotalMilliseconds < 500)
            {
                Send(sender, frame, sent++); // Nobody reads.
            }

            Drain(ring, tally);
            for (int extra = 0; extra < 1000; extra++)
            {
                Send(sender, frame, sent++); // And goes on after a loss.
            }

            Drain(ring, tally);
        }

        RingCounters counters = ring.ReadCounters();
        output.WriteLine($"sent {sent}, received {tally.Count}, {counters}");
        Assert.Equal(sent, tally.Count + counters.Dropped);
        Assert.Equal(tally.Count, counters.Received);
        Assert.Equal(tally.Count, counters.Handed);
        Assert.True(counters.Dropped > 1000, "the ring was never full");
        Assert.True(counters.Freezes > 0);
        Assert.True(tally.IsRising, "frames came out of order");
    }

    [RootFact("ip", "sysctl")]
    public void Stamps_rise_and_are_near_the_wall_clock_and_the_kernel_took_them()
    {
        using VethPair veth = new();
        using PacketRing ring = veth.Ring(Options(ringBytes: 8 << 20));
        using PacketSender sender = veth.Sender();
        byte[] frame = RawFrame.Make(Tcp, 1000, 2000, 100);
        RingCounters first = SendUntilStamped(ring, sender, frame);
        long before = NowNs();
        for (int number = 0; number < 5000; number++)
        {
            Send(sender, frame, number);
        }

        Tally tally = new();
        Drain(ring, tally);
        long after = NowNs();
        Assert.Equal(5000, tally.Count);
        Assert.True(tally.StampsRise, "a stamp is before the one of the frame before it");
        Assert.InRange(tally.FirstStampNs, before - 1_000_000, after);
        Assert.InRange(tally.LastStampNs, before, after + 1_000_000);
        RingCounters counters = ring.ReadCounters();
        Assert.Equal(first.StampedByKernel + 5000, counters.StampedByKernel);
        Assert.Equal((0L, first.StampedLate), (counters.StampedByCard, counters.StampedLate));
        Assert.Equal((first.Received + 5000, 0L), (counters.Received, counters.Dropped));
    }

    [RootFact("ip", "sysctl")]
    public void A_tag_taken_out_of_the_frame_is_told_and_the_frame_lies_without_it()
    {
        using VethPair veth = new();
        using PacketRing ring = veth.Ring(Options(ringBytes: 1 << 20));
        using PacketSender sender = veth.Sender();
        Assert.True(sender.TrySend(RawFrame.Make(Tcp, 1000, 443, 400, tags: 0x8100_0123)));
        Assert.True(sender.TrySend(RawFrame.Make(Tcp, 1000, 443, 400)));
        List<(PacketRef Packet, byte[] Bytes)> frames = Frames(ring, 2);
        Assert.Equal(0x123, frames[0].Packet.StrippedVlan);
        Assert.Equal(0x0800, BinaryPrimitives.ReadUInt16BigEndian(frames[0].Bytes.AsSpan(12)));
        Assert.Equal((396, 396), (frames[0].Packet.Captured, frames[0].Packet.Length));
        Assert.Equal(0, frames[1].Packet.StrippedVlan);
        Assert.Equal((400, 3, 1), (frames[1].Packet.Length, frames[1].Packet.Interface, frames[1].Packet.LinkType));
    }

    [RootFact("ip", "sysctl")]
    public void The_kernel_shortens_the_same_frames_that_the_interpreter_shortens()
    {
        using VethPair veth = new();
        using PacketRing ring = veth.Ring(Options(ringBytes: 1 << 20) with { ShortensFrames = true });
        using PacketSender sender = veth.Sender();
        (ushort Port, bool IsV6, int Expected)[] cases =
        [
            (443, false, 1400), (8080, false, 192), (443, true, 1400), (8080, true, 192), (80, false, 1400),
        ];
        foreach ((ushort port, bool isV6, _) in cases)
        {
            Assert.True(sender.TrySend(RawFrame.Make(Tcp, 1000, port, 1400, isV6)));
        }

        List<(PacketRef Packet, byte[] Bytes)> frames = Frames(ring, cases.Length);
        Assert.Equal(cases.Select(c => c.Expected), frames.Select(frame => frame.Packet.Captured));
        Assert.All(frames, frame => Assert.Equal(1400, frame.Packet.Length));
    }

    [RootFact("ip", "sysctl")]
    public void The_fill_level_tells_of_a_full_ring_before_and_after()
    {
        using VethPair veth = new();
        using PacketRing ring = veth.Ring(Options(ringBytes: 1 << 20));
        using PacketSender sender = veth.Sender();
        Assert.Equal((0, 4), (ring.BlocksFilled, ring.BlockCount));
        byte[] frame = RawFrame.Make(Tcp, 1000, 2000, 1000);
        for (int number = 0; number < 2000; number++)
        {
            Send(sender, frame, number);
        }

        Assert.Equal(4, ring.BlocksFilled);
        Drain(ring, new Tally());
        Assert.Equal(0, ring.BlocksFilled);
    }

    [RootFact("ip", "sysctl")]
    public void Reading_a_warm_ring_allocates_nothing()
    {
        using VethPair veth = new();
        using PacketRing ring = veth.Ring(Options(ringBytes: 16 << 20));
        using PacketSender sender = veth.Sender();
        byte[] frame = RawFrame.Make(Tcp, 1000, 2000, 100);
        long allocated = 0;
        int count = 0;
        for (int round = 0; round < 6; round++)
        {
            for (int number = 0; number < 20_000; number++)
            {
                Send(sender, frame, number);
            }

            PacketRing[] rings = [ring];
            long before = GC.GetAllocatedBytesForCurrentThread();
            while (PacketRing.WaitAny(rings, 200))
            {
                while (ring.TryNext(out PacketBlock block) == SourceState.Block)
                {
                    count += block.Packets.Length;
                }
            }

            allocated += round == 0 ? 0 : GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(120_000, count);
        Assert.Equal(0, allocated);
    }

    [RootFact("ip", "sysctl")]
    public void A_ring_whose_block_is_lent_does_not_wake_a_reader_that_waits_for_another_leg()
    {
        using VethPair veth = new();
        using PacketRing ring = veth.Ring(Options(ringBytes: 4 << 20));
        using PacketSender sender = veth.Sender();
        PacketRing[] rings = [ring];
        byte[] frame = RawFrame.Make(Tcp, 1000, 2000, 100);
        Send(sender, frame, 0);
        Assert.True(PacketRing.WaitAny(rings, 2000));
        Assert.Equal(SourceState.Block, ring.TryNext(out _));
        Assert.False(PacketRing.WaitAny(rings, 100));
        Assert.Equal(SourceState.Idle, ring.TryNext(out _));
        Send(sender, frame, 1);
        Assert.True(PacketRing.WaitAny(rings, 2000));
    }

    [RootFact("ip")]
    public void An_interface_that_is_not_there_is_said_in_a_line()
    {
        RingOptions options = Options(1 << 20) with { Interface = "none7" };
        IOException failure = Assert.Throws<IOException>(() => new PacketRing(options, 0));
        Assert.Equal("none7: cannot find the interface: No such device", failure.Message);
    }

    private static RingOptions Options(long ringBytes) =>
        new() { Interface = "rx0", RingBytes = ringBytes, BlockTimeoutMs = 5, ShortensFrames = false };

    private static long NowNs() => (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;

    private static void Send(PacketSender sender, byte[] frame, int number)
    {
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(NumberAt), number);
        while (!sender.TrySend(frame))
        {
        }
    }

    // The kernel turns its early stamps on in a work queue of its own, some time after a socket asked for them.
    private static RingCounters SendUntilStamped(PacketRing ring, PacketSender sender, byte[] frame)
    {
        RingCounters counters = default;
        for (int attempt = 0; attempt < 100 && counters.StampedByKernel == 0; attempt++)
        {
            Send(sender, frame, attempt);
            Drain(ring, new Tally());
            counters = ring.ReadCounters();
        }

        Assert.True(counters.StampedByKernel > 0, "the kernel never stamped a frame early");
        return counters;
    }

    // Blocks that are not full come after their timeout; 200 ms without one is the end.
    private static void Drain(PacketRing ring, Tally tally)
    {
        PacketRing[] rings = [ring];
        do
        {
            while (ring.TryNext(out PacketBlock block) == SourceState.Block)
            {
                tally.Add(block);
            }
        }
        while (PacketRing.WaitAny(rings, 200));
    }

    private static List<(PacketRef Packet, byte[] Bytes)> Frames(PacketRing ring, int count)
    {
        List<(PacketRef, byte[])> frames = [];
        PacketRing[] rings = [ring];
        while (frames.Count < count && PacketRing.WaitAny(rings, 2000))
        {
            while (ring.TryNext(out PacketBlock block) == SourceState.Block)
            {
                foreach (PacketRef packet in block.Packets)
                {
                    frames.Add((packet, block.Bytes.Slice(packet.Offset, packet.Captured).ToArray()));
                }
            }
        }

        Assert.Equal(count, frames.Count);
        return frames;
    }

    /// <summary>What came, and whether its numbers and stamps rise.</summary>
    private sealed class Tally
    {
        private int lastNumber = -1;

        public int Count { get; private set; }

        public bool IsRising { get; private set; } = true;

        public bool StampsRise { get; private set; } = true;

        public long FirstStampNs { get; private set; }

        public long LastStampNs { get; private set; }

        public void Add(in PacketBlock block)
        {
            foreach (PacketRef packet in block.Packets)
            {
                int number = BinaryPrimitives.ReadInt32BigEndian(block.Bytes.Slice(packet.Offset + NumberAt, 4));
                IsRising &= number > lastNumber;
                lastNumber = number;
                StampsRise &= packet.StampNs >= LastStampNs;
                LastStampNs = packet.StampNs;
                FirstStampNs = Count++ == 0 ? packet.StampNs : FirstStampNs;
            }
        }
    }
}
