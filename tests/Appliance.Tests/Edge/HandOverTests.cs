using Appliance.Edge.Service;
using Appliance.Flow;
using Xunit;

namespace Appliance.Tests.Edge;

/// <summary>Each frame belongs to exactly one of the two processes, in whatever order frames come.</summary>
public sealed class HandOverTests
{
    private const long CutNs = 50_000;

    [Fact]
    public void Two_processes_that_read_the_same_frames_divide_them_by_their_stamps_alone()
    {
        // Stamps out of order across the cut, as frames of several processors are.
        Random random = new(1);
        long[][] blocks = [.. Enumerable.Range(0, 100).Select(block => Enumerable.Range(0, random.Next(1, 50))
            .Select(_ => (block * 1000L) + random.Next(20_000)).ToArray())];
        using TimeCut before = new(new Blocks(blocks), 1000);
        using TimeCut after = new(new Blocks(blocks), 1000);
        before.EndAt(CutNs);
        after.BeginAfter(CutNs);

        List<long> first = ReadAll(before);
        List<long> second = ReadAll(after);
        Assert.All(first, stamp => Assert.True(stamp <= CutNs));
        Assert.All(second, stamp => Assert.True(stamp > CutNs));
        Assert.Equal(blocks.SelectMany(b => b).Order(), first.Concat(second).Order());
        Assert.True(first.Count > 100 && second.Count > 100);
    }

    [Fact]
    public void Without_a_time_every_block_is_handed_on_as_it_is()
    {
        long[][] blocks = [[5, 3], [4]];
        using TimeCut cut = new(new Blocks(blocks), 8);
        Assert.Equal([5, 3, 4], ReadAll(cut));
    }

    [Fact]
    public void The_time_before_is_forgotten_once_no_frame_of_it_can_come()
    {
        using TimeCut cut = new(new Blocks([[10, CutNs + 1], [CutNs + 2_000_000_000], [10]]), 8);
        cut.BeginAfter(CutNs);
        Assert.Equal([CutNs + 1, CutNs + 2_000_000_000, 10], ReadAll(cut));
    }

    [Fact]
    public void A_ring_that_fills_faster_than_it_is_read_does_not_hold_the_end_up()
    {
        Blocks endless = new([.. Enumerable.Repeat(new[] { CutNs + 1 }, 100)]);
        using TimeCut cut = new(endless, 8);
        cut.EndAt(CutNs);
        Assert.Equal(SourceState.Idle, cut.TryNext(out _));
        Assert.Equal(9, endless.Given);
    }

    [Fact]
    public void The_answer_to_a_hand_over_is_a_stamp_or_a_refusal_in_words()
    {
        Assert.Equal(
            new HandOverStamp(17, 0),
            Predecessor.LastStampOf("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n17", "sock"));
        Assert.Equal(
            new HandOverStamp(17, 5), Predecessor.LastStampOf("HTTP/1.1 200 OK\r\nraw-counter: 5\r\n\r\n17", "sock"));
        string[] refusals = ["", "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 409 Conflict\r\n\r\nit is starting"];
        foreach (string answer in refusals)
        {
            IOException refusal = Assert.Throws<IOException>(() => Predecessor.LastStampOf(answer, "sock"));
            Assert.StartsWith("the daemon on sock does not hand over", refusal.Message);
        }
    }

    private static List<long> ReadAll(TimeCut cut)
    {
        List<long> stamps = [];
        while (cut.TryNext(out PacketBlock block) == SourceState.Block)
        {
            foreach (ref readonly PacketRef packet in block.Packets)
            {
                stamps.Add(packet.StampNs);
            }
        }

        return stamps;
    }

    private sealed class Blocks(long[][] stamps) : IPacketSource
    {
        public int Given { get; private set; }

        public SourceState TryNext(out PacketBlock block)
        {
            block = default;
            if (Given == stamps.Length)
            {
                return SourceState.Idle;
            }

            block = new PacketBlock([], stamps[Given++].Select(stamp => new PacketRef { StampNs = stamp }).ToArray());
            return SourceState.Block;
        }

        public void Dispose() => Given = stamps.Length;
    }
}
