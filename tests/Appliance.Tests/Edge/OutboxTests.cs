using Appliance.Edge.Uplink;
using Appliance.Journal;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Edge;

/// <summary>What is sent, in which order, and what a receipt can and cannot do.</summary>
public sealed class OutboxTests
{
    private readonly Outbox outbox = new(itemsMax: 8);

    public OutboxTests() => Assert.True(outbox.TryCatchUp());

    [Fact]
    public void A_set_of_positions_agrees_with_a_plain_set()
    {
        Random random = new(1);
        PositionSet set = new();
        HashSet<Position> plain = [];
        for (int i = 0; i < 20_000; i++)
        {
            Position position = new((uint)random.Next(3), (uint)random.Next(500));
            Assert.Equal(plain.Contains(position), set.Contains(position));
            Assert.Equal(plain.Add(position), set.Add(position));
        }

        Assert.False(set.Contains(new Position(9, 0)));
    }

    [Fact]
    public void Batches_go_in_order_within_the_window_and_again_in_order_after_the_link_ended()
    {
        Offer(1, 5);
        Assert.Equal(["1/0", "1/1", "1/2"], Take(window: 3));
        Assert.Equal([], Take(window: 3));
        Assert.Equal(Settlement.Receipted, Settle(1, 1));
        Assert.Equal(["1/3"], Take(window: 3));
        outbox.ReturnAll();
        Assert.Equal(["1/0", "1/2", "1/3"], Take(window: 3));
        Assert.Equal(3, outbox.Totals().Resent);
    }

    [Fact]
    public void The_bytes_on_their_way_are_bounded_but_one_batch_always_goes()
    {
        outbox.Offer(new Position(1, 0), new FramePlace(1, 0, (int)UplinkLimits.WindowBytesMax + 1), 0);
        outbox.Offer(new Position(1, 1), new FramePlace(1, 0, 1), 0);
        Assert.Equal(["1/0"], Take(window: 9));
        Assert.Equal(Settlement.Receipted, Settle(1, 0));
        Assert.Equal(["1/1"], Take(window: 9));
    }

    [Fact]
    public void Only_a_durable_receipt_with_the_equal_id_settles_a_batch_and_only_once()
    {
        Offer(1, 2);
        Take(window: 2);
        Assert.Equal(Settlement.OtherId, outbox.Settle(ReceiptOf(1, 0, IdOf(1, 1), Refusal.None), default));
        Assert.Equal(Settlement.Repeated, Settle(2, 0));
        Assert.False(outbox.IsReceipted(1, 0));
        Assert.Equal(Settlement.Receipted, Settle(1, 0));
        Assert.True(outbox.IsReceipted(1, 0) && !outbox.IsReceipted(1, 1));
        Assert.Equal(Settlement.Repeated, Settle(1, 0));
        List<ReceiptCopy> copies = [];
        outbox.TakeCopies(copies, 10);
        Assert.Equal([new Position(1, 0)], copies.Select(copy => copy.Position));
        Assert.Equal((1L, 1L), (outbox.Totals().Batches, outbox.Totals().Receipted));
    }

    [Fact]
    public void A_refused_batch_is_set_aside_until_a_store_takes_it_after_all()
    {
        Offer(1, 2);
        Take(window: 2);
        Assert.Equal(Settlement.Refused, Settle(1, 0, Refusal.Root));
        Assert.Equal(Settlement.Refused, Settle(1, 0, Refusal.Root));
        outbox.ReturnAll();
        Assert.Equal(["1/1"], Take(window: 2));
        Assert.Equal((1L, 1L), (outbox.Totals().Refused, outbox.Totals().Batches));
        Assert.False(outbox.IsReceipted(1, 0));
        Assert.Equal(Settlement.Receipted, Settle(1, 0));
        Assert.Equal(0, outbox.Totals().Refused);
    }

    [Theory]
    [InlineData(Refusal.UnknownEpoch)]
    [InlineData(Refusal.Missing)]
    public void A_store_that_only_lacks_what_it_will_get_is_asked_again(Refusal reason)
    {
        Offer(1, 1);
        Take(window: 1);
        Assert.Equal(Settlement.Later, Settle(1, 0, reason));
        Assert.True(outbox.IsOverdue(nowMs: 102, limitMs: 100));
        outbox.ReturnAll();
        Assert.Equal(["1/0"], Take(window: 1));
    }

    [Fact]
    public void What_does_not_fit_in_memory_is_left_to_a_scan_and_nothing_is_taken_twice()
    {
        Offer(1, 12);
        Assert.False(outbox.Totals().IsWhole || outbox.WantsScan);
        Assert.Equal(8, outbox.Totals().Batches);
        for (uint sequence = 0; sequence < 4; sequence++)
        {
            Take(window: 1);
            Settle(1, sequence);
        }

        Assert.True(outbox.WantsScan);
        for (uint sequence = 0; sequence < 12; sequence++)
        {
            Assert.True(Adopt(1, sequence));
        }

        Assert.True(outbox.TryCatchUp());
        Assert.Equal(["1/4", "1/5", "1/6", "1/7", "1/8", "1/9", "1/10", "1/11"], Take(window: 20));
    }

    private bool Adopt(uint epoch, uint sequence)
    {
        Position position = new(epoch, sequence);
        return outbox.TryAdopt(position, () => new OutboxItem(position, new FramePlace(1, 0, 10), 0));
    }

    private void Offer(uint epoch, uint count)
    {
        for (uint sequence = 0; sequence < count; sequence++)
        {
            outbox.Offer(new Position(epoch, sequence), new FramePlace(1, 4096 * sequence, 10), 0);
        }
    }

    /// <summary>Takes all that the window lets through, as the link does: the id is known once it was read.</summary>
    private List<string> Take(int window)
    {
        List<string> taken = [];
        while (outbox.TryTake(window, nowMs: 1, out OutboxItem? item))
        {
            outbox.SetId(item, IdOf(item.Position.Epoch, item.Position.Sequence));
            taken.Add(item.Position.ToString());
        }

        return taken;
    }

    private Settlement Settle(uint epoch, uint sequence, Refusal reason = Refusal.None) =>
        outbox.Settle(ReceiptOf(epoch, sequence, IdOf(epoch, sequence), reason), default);

    private static Hash32 IdOf(uint epoch, uint sequence) =>
        Hash32.Of([(byte)epoch, (byte)sequence, (byte)(sequence >> 8)]);

    private static Receipt ReceiptOf(uint epoch, uint sequence, Hash32 id, Refusal reason) => new()
    {
        Device = default,
        Epoch = new EpochRef(epoch, default),
        Sequence = sequence,
        Id = id,
        Reason = reason,
        Store = default,
        Copies = 1,
        ReceivedUtcUs = 0,
        LedgerIndex = 0,
        ContiguousEpoch = default,
        ContiguousSequence = 0,
    };
}
