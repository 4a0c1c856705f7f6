using Appliance.Flow;
using Appliance.Tests.Flow.Engine;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Flow.Witness;

/// <summary>The table of bindings and its answers, one rule a test.</summary>
public sealed class BindingTests
{
    private const long SecondNs = 1_000_000_000;
    private const long T = 1_700_000_000 * SecondNs;
    private static readonly Ip LineA = ExportBuilder.IpOf("10.0.0.1");
    private static readonly Ip LineB = ExportBuilder.IpOf("10.0.0.2");
    private static readonly Ip Pool = ExportBuilder.IpOf("198.51.100.1");
    private static readonly Ip Remote = ExportBuilder.IpOf("203.0.113.9");
    private readonly FlowStore store = NewStore();
    private readonly BindingTable table;
    private readonly BindingQuestions questions;
    private readonly WitnessOptions options;

    public BindingTests()
    {
        options = new WitnessOptions { BindingLimit = 64 };
        table = new BindingTable(store, options, new RealmBook(new FlowOptions().Rules));
        questions = new BindingQuestions(store, table, options);
    }

    [Fact]
    public void A_session_speaks_for_one_flow_that_began_with_it()
    {
        table.Take(Session(LineA, T));
        Assert.Equal((ClaimState.Certain, LineA), Outside(T - SecondNs, flow: 1));
        Assert.Equal((ClaimState.None, default), Outside(T - SecondNs, flow: 2));
        Assert.Equal((ClaimState.None, default), Outside(T + (10 * SecondNs), flow: 3));
    }

    [Fact]
    public void Two_lines_that_may_both_have_had_the_tuple_are_several()
    {
        table.Take(Session(LineA, T));
        table.Take(Session(LineB, T + SecondNs));
        Assert.Equal(ClaimState.Several, Outside(T, flow: 1).State);
    }

    [Fact]
    public void A_binding_for_every_remote_is_certain_later_only_in_a_whole_log_that_was_heard_since()
    {
        table.Take(Binding(LineA, T));
        Assert.Equal(ClaimState.Doubtful, Outside(T + (60 * SecondNs), flow: 1).State);
        table.Take(Mark(NatAction.Heard, T + (64 * SecondNs)));
        Assert.Equal((ClaimState.Certain, LineA), Outside(T + (60 * SecondNs), flow: 1));
    }

    [Fact]
    public void After_a_gap_what_was_told_before_is_doubtful()
    {
        table.Take(Binding(LineA, T));
        table.Take(Mark(NatAction.Gap, T + (30 * SecondNs)));
        table.Take(Mark(NatAction.Heard, T + (64 * SecondNs)));
        Assert.Equal(ClaimState.Doubtful, Outside(T + (60 * SecondNs), flow: 1).State);
        Assert.Equal(1ul, store.Counters[(int)Counter.WitnessGaps]);
    }

    [Fact]
    public void A_binding_that_has_ended_or_gone_to_another_line_names_the_line_of_its_time()
    {
        table.Take(Binding(LineA, T));
        table.Take(Binding(LineA, T + (20 * SecondNs)) with { Action = NatAction.Delete });
        table.Take(Binding(LineB, T + (40 * SecondNs)));
        table.Take(Mark(NatAction.Heard, T + (99 * SecondNs)));
        Assert.Equal((ClaimState.Certain, LineA), Outside(T + (10 * SecondNs), flow: 1));
        Assert.Equal(ClaimState.None, Outside(T + (30 * SecondNs), flow: 2).State);
        Assert.Equal((ClaimState.Certain, LineB), Outside(T + (50 * SecondNs), flow: 3));
    }

    [Fact]
    public void An_end_that_names_another_line_than_the_beginning_makes_both_doubtful()
    {
        table.Take(Binding(LineA, T));
        table.Take(Binding(LineB, T + (20 * SecondNs)) with { Action = NatAction.Delete });
        table.Take(Mark(NatAction.Heard, T + (99 * SecondNs)));
        Assert.NotEqual(ClaimState.Certain, Outside(T + (10 * SecondNs), flow: 1).State);
        Assert.Equal(1ul, store.Counters[(int)Counter.WitnessUnmatched]);
    }

    [Fact]
    public void A_stamp_that_its_arrival_contradicts_makes_the_event_doubtful_and_is_counted()
    {
        table.Take(Session(LineA, T) with { StampNs = T - (60 * SecondNs) });
        Assert.Equal(ClaimState.Doubtful, Outside(T, flow: 1).State);
        table.Take(Session(LineB, T + (90 * SecondNs)) with { StampNs = T + (95 * SecondNs) });
        Assert.Equal(2ul, store.Counters[(int)Counter.WitnessClockOff]);
    }

    [Fact]
    public void A_block_speaks_for_its_ports_and_for_no_others_even_across_stretches()
    {
        NatEvent block = Binding(LineA, T) with { PublicPort = 4000, PublicPortLast = 9000, InsidePort = 0 };
        table.Take(block);
        table.Take(Mark(NatAction.Heard, T + (99 * SecondNs)));
        foreach (int port in new[] { 3999, 4000, 8192, 9000, 9001 })
        {
            bool isIn = port is >= 4000 and <= 9000;
            (ClaimState state, Ip line) = Outside(T + (50 * SecondNs), flow: 1, (ushort)port);
            Assert.Equal(isIn ? (ClaimState.Certain, LineA) : (ClaimState.None, default), (state, line));
        }
    }

    [Fact]
    public void The_inside_leg_is_told_the_public_tuple_or_the_address_of_the_block()
    {
        table.Take(Session(LineA, T));
        table.Take(Binding(LineB, T) with { PublicPort = 4000, PublicPortLast = 4999, InsidePort = 0 });
        table.Take(Mark(NatAction.Heard, T + (99 * SecondNs)));
        WitnessClaim session = questions.OfInside(
            Witnesses.Nel, Flow(T, 1, 2222) with { Line = LineA, LinePort = 1111 });
        Assert.Equal((ClaimState.Certain, Pool, (ushort)2222), (session.State, session.Address, session.Port));
        WitnessClaim block = questions.OfInside(
            Witnesses.Nel, Flow(T + (9 * SecondNs), 2, 0) with { Line = LineB, LinePort = 5 });
        Assert.Equal((ClaimState.Certain, Pool, (ushort)0), (block.State, block.Address, block.Port));
    }

    [Fact]
    public void A_binding_that_makes_room_while_it_may_be_asked_for_makes_its_log_count_as_interrupted()
    {
        for (ushort i = 0; i < 65; i++)
        {
            table.Take(Binding(LineA, T) with { PublicPort = i, PublicPortLast = i, InsidePort = i });
        }

        Assert.Equal(1ul, store.Counters[(int)Counter.WitnessForgotten]);
        table.Take(Mark(NatAction.Heard, T + (99 * SecondNs)));
        Assert.Equal(ClaimState.Doubtful, Outside(T + (50 * SecondNs), flow: 1, port: 60).State);
    }

    [Fact]
    public void A_log_without_arrivals_is_believed_once_flows_have_begun_when_it_says()
    {
        for (ushort i = 0; i < 20; i++)
        {
            ushort port = (ushort)(5000 + i);
            table.Take(Session(LineA, 0) with { StampNs = T, PublicPort = port, PublicPortLast = port });
            Assert.Equal(i > 7 ? ClaimState.Certain : ClaimState.Doubtful, Outside(T, flow: i + 1u, port).State);
        }
    }

    [Fact]
    public void An_event_of_a_VRF_that_is_not_configured_is_refused_and_counted()
    {
        WitnessOptions vrfs = options with { Vrfs = new Dictionary<uint, string> { [7] = "default" } };
        BindingTable strict = new(store, vrfs, new RealmBook(new FlowOptions().Rules));
        strict.Take(Session(LineA, T) with { Vrf = 8 });
        Assert.Equal(1ul, store.Counters[(int)Counter.WitnessRefused]);
        strict.Take(Session(LineA, T) with { Vrf = 7 });
        Assert.Equal(
            ClaimState.Certain,
            new BindingQuestions(store, strict, vrfs).OfOutside(Witnesses.Nel, Flow(T, 1, 2222)).State);
    }

    private (ClaimState State, Ip Line) Outside(long startNs, ulong flow, ushort port = 2222)
    {
        WitnessClaim claim = questions.OfOutside(Witnesses.Nel, Flow(startNs, flow, port));
        return (claim.State, claim.State == ClaimState.Certain ? claim.Address : default);
    }

    private static WitnessFlow Flow(long startNs, ulong number, ushort port) => new()
    {
        Number = number, StartNs = startNs, Protocol = 6, Public = Pool, PublicPort = port, Remote = Remote,
        RemotePort = 443,
    };

    private static NatEvent Session(Ip line, long arrivalNs) => Binding(line, arrivalNs) with
    {
        RemoteAddress = Remote, PublicRemote = Remote, RemotePort = 443,
    };

    private static NatEvent Binding(Ip line, long arrivalNs) => new()
    {
        Action = NatAction.Create, Witness = Witnesses.Nel, Course = LogCourse.Whole, Source = 1, Protocol = 6,
        InsideAddress = line, InsidePort = 1111, PublicAddress = Pool, PublicPort = 2222, PublicPortLast = 2222,
        ArrivalNs = arrivalNs,
    };

    private static NatEvent Mark(NatAction action, long arrivalNs) => new()
    {
        Action = action, Witness = Witnesses.Nel, Source = 1, ArrivalNs = arrivalNs,
    };

    private static FlowStore NewStore() =>
        new(new FlowOptions { FlowLimit = 1024 }, new RecordQueue(8192), new byte[32]);
}
