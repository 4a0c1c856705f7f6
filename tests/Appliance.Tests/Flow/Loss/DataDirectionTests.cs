using Appliance.Flow;
using Xunit;

namespace Appliance.Tests.Flow.Loss;

/// <summary>What one direction of a TCP flow may do without anything being called lost, and what is lost.</summary>
public sealed class DataDirectionTests
{
    private const uint Late = 1000;

    public static TheoryData<uint> Starts => [1000, uint.MaxValue - 1500, int.MaxValue - 1500, 0x8000_0000 - 700];

    [Theory]
    [MemberData(nameof(Starts))]
    public void A_hole_that_is_acknowledged_is_lost_also_where_the_numbers_wrap(uint start)
    {
        DataDirection flow = Begun(start);
        Assert.Equal(1000, flow.Show(start + 1000, 1000, 1));
        flow.Show(start + 3000, 1000, 2);
        flow.Acknowledge(start + 4000, 3);
        Assert.Equal(0u, flow.Settle(10));
        Assert.Equal(1000u, flow.Settle(Late));
        Assert.Equal(0u, flow.Settle(2 * Late));
    }

    [Theory]
    [MemberData(nameof(Starts))]
    public void A_tail_that_only_the_acknowledgment_tells_of_is_lost(uint start)
    {
        DataDirection flow = Begun(start);
        flow.Acknowledge(start + 2460, 1);
        Assert.Equal(1460u, flow.Settle(Late));
    }

    [Fact]
    public void A_hole_that_is_not_acknowledged_is_the_networks_and_its_repetition_fills_it()
    {
        DataDirection flow = Begun(1000);
        flow.Show(3000, 1000, 1);
        flow.Acknowledge(2000, 2);
        Assert.Equal(0u, flow.Settle(Late));
        Assert.Equal(1000, flow.Show(2000, 1000, 200));
        flow.Acknowledge(4000, 201);
        Assert.Equal(0u, flow.Settle(2 * Late));
    }

    [Fact]
    public void An_answer_that_is_shown_before_its_question_hides_nothing()
    {
        DataDirection flow = Begun(1000);
        flow.Acknowledge(3000, 1);
        Assert.Equal(1000, flow.Show(2000, 1000, 4));
        Assert.Equal(0u, flow.Settle(Late));
    }

    [Fact]
    public void Repetitions_and_keep_alives_are_neither_new_nor_lost()
    {
        DataDirection flow = Begun(1000);
        Assert.Equal(0, flow.Show(1000, 1000, 1));
        Assert.Equal(0, flow.Show(1999, 1, 2));
        Assert.Equal(0, flow.Show(1999, 0, 3));
        flow.Acknowledge(2000, 4);
        Assert.Equal(0u, flow.Settle(Late));
        Assert.Equal(0u, flow.Hole);
    }

    [Fact]
    public void A_keep_alive_does_not_fill_a_hole()
    {
        DataDirection flow = Begun(1000);
        flow.Show(3000, 1000, 1);
        flow.Show(3999, 1, 2);
        flow.Acknowledge(4000, 3);
        Assert.Equal(1000u, flow.Settle(Late));
    }

    [Fact]
    public void Several_holes_of_a_fast_flow_are_lost_one_after_the_other_as_they_are_acknowledged()
    {
        DataDirection flow = Begun(1000);
        flow.Show(3000, 1000, 1);
        flow.Show(5000, 1000, 2);
        flow.Acknowledge(4000, 40);
        Assert.Equal(1000u, flow.Settle(50));
        flow.Acknowledge(6000, 60);
        Assert.Equal(1000u, flow.Settle(100));
    }

    [Fact]
    public void Data_in_flight_when_a_running_flow_is_first_seen_is_not_called_lost()
    {
        DataDirection flow = default;
        flow.Acknowledge(1000, 1);
        flow.Show(501_000, 1000, 2);
        flow.Acknowledge(400_000, 3);
        flow.Acknowledge(502_000, 4);
        Assert.Equal(0u, flow.Settle(Late));
    }

    [Fact]
    public void A_leap_farther_than_any_hole_says_nothing()
    {
        DataDirection flow = Begun(1000);
        flow.Show(1000 + Limits.LossHoleBytesMax + 5000, 1000, 1);
        flow.Acknowledge(flow.High, 2);
        Assert.Equal(0u, flow.Settle(Late));
    }

    private static DataDirection Begun(uint start)
    {
        DataDirection flow = default;
        Assert.Equal(1000, flow.Show(start, 1000, 0));
        return flow;
    }
}
