using Appliance.Flow;
using Appliance.Tests.Flow.Engine;
using Appliance.Wire;
using Xunit;
using static Appliance.Tests.Flow.Engine.TwoLegs;

namespace Appliance.Tests.Flow.Witness;

/// <summary>What a log names, where the mirror saw something else, and what the records then say.</summary>
public sealed class ContradictionTests
{
    private const long SecondNs = 1_000_000_000;
    private static readonly byte[] Weak = Repeat(4);
    private static readonly byte[] Other = Repeat(5);
    private readonly TwoLegs net = new()
    {
        Options = new TwoLegs().Options with
        {
            Witness = new WitnessOptions { BindingLimit = 64, Realm = "east" },
            Rules =
            [
                new() { Interface = 0, Leg = Leg.Inside, Realm = "west", Name = "inside west" },
                new() { Interface = 1, Leg = Leg.Outside, Realm = "east", Name = "outside" },
                new() { Interface = 2, Leg = Leg.Inside, Realm = "east", Name = "inside east" },
            ],
        },
    };

    [Fact]
    public void A_log_that_names_another_line_than_the_one_weak_candidate_of_the_mirror_does_not_win()
    {
        net.Udp(2, 0, LineA + ":5000", Remote + ":53", Weak).Udp(1, 1, Public + ":1001", Remote + ":53", Weak);
        Play(Session(LineB, 1001));

        FlowRecord[] rows = [.. net.Records.Where(r => r.PublicPort == 1001)];
        Assert.Equal([LineA, LineB], rows.Select(r => r.SubscriberAddress.ToString()).Order());
        Assert.All(
            rows, r => Assert.Equal((Attribution.Ambiguous, true, 2), (r.Attribution, r.Conflict, r.Candidates)));
        Assert.NotEqual(0u, Assert.Single(rows.Select(r => r.Group).Distinct()));
        Assert.Equal([Witnesses.Mirror, Witnesses.Nel], rows.Select(r => r.Witnesses).Order());
        Assert.Equal((1ul, 0ul), (net[Counter.FlowsAmbiguous], net[Counter.FlowsAttributed]));
        Assert.Equal(1ul, net[Counter.WitnessConflicts]);
    }

    [Fact]
    public void The_same_private_address_in_another_realm_is_another_line()
    {
        net.Udp(0, 0, LineA + ":5000", Remote + ":53", Weak).Udp(1, 1, Public + ":1001", Remote + ":53", Weak);
        Play(Session(LineA, 1001));

        FlowRecord[] rows = [.. net.Records.Where(r => r.PublicPort == 1001)];
        Assert.Equal([0, 2], rows.Select(r => (int)r.LegRule).Order());
        Assert.All(rows, r => Assert.Equal((Attribution.Ambiguous, true), (r.Attribution, r.Conflict)));
    }

    [Fact]
    public void A_log_that_names_the_one_weak_candidate_of_the_mirror_makes_the_halves_one_flow()
    {
        net.Udp(2, 0, LineA + ":5000", Remote + ":53", Weak).Udp(1, 1, Public + ":1001", Remote + ":53", Weak);
        Play(Session(LineA, 1001));

        FlowRecord record = Assert.Single(net.Records);
        Assert.Equal((LineA, 1001), (record.SubscriberAddress.ToString(), record.PublicPort));
        Assert.Equal((Attribution.Nel, Witnesses.Nel), (record.Attribution, record.Witnesses));
        Assert.Equal((1ul, 0ul), (net[Counter.FlowsAttributed], net[Counter.WitnessConflicts]));
    }

    [Fact]
    public void A_log_does_not_join_a_line_that_showed_the_packets_of_another_outside_flow()
    {
        net.Udp(2, 0, LineA + ":5000", Remote + ":53", Weak)
            .Udp(1, 1, Public + ":1001", Remote + ":53", Other)
            .Udp(1, 1, Public + ":1002", Remote + ":53", Weak);
        Play(Session(LineA, 1001));

        Assert.Equal(0ul, net[Counter.FlowsAttributed]);
        FlowRecord outside = Assert.Single(net.Records, r => r.PublicPort == 1001 && r.PacketsUp == 1 && IsBare(r));
        Assert.Equal((Attribution.Ambiguous, true, ushort.MaxValue),
            (outside.Attribution, outside.Conflict, outside.Candidates));
        Assert.All(net.Records.Where(r => r.PublicPort == 1001), r => Assert.True(r.Conflict));

        bool IsBare(FlowRecord r) => r.FlowNumber != net.Records.Min(first => first.FlowNumber);
    }

    [Fact]
    public void A_half_with_records_that_a_log_joins_late_bears_the_name_of_the_log()
    {
        // A mapping from long ago is certain only once the log was heard again: after the first records.
        net.Udp(2, 0, LineA + ":5000", Remote + ":53", Weak).Udp(1, 1, Public + ":1001", Remote + ":53", Other);
        NatEvent mapping = Session(LineA, 1001) with
        {
            ArrivalNs = StartNs - (20 * SecondNs), RemoteAddress = default, PublicRemote = default, RemotePort = 0,
        };
        RecordQueue queue = new(8192);
        FlowEngine engine = new(net.Options, queue, new byte[32]);
        engine.Take(mapping);
        net.Play(engine, queue, quietSeconds: 7, close: false);
        Assert.All(net.Records, r => Assert.Equal(Attribution.None, r.Attribution));
        int before = net.Records.Count;
        Assert.Equal(2, before);

        engine.Take(mapping with { Action = NatAction.Heard, ArrivalNs = StartNs + (8 * SecondNs) });
        Assert.True(engine.CloseAll(EndReason.Stopped));
        net.Drain(queue);
        FlowRecord[] late = [.. net.Records.Skip(before)];
        Assert.Equal(2, late.Length);
        Assert.All(late, r => Assert.Equal(
            (Attribution.Nel, Witnesses.Nel, LineA, 1001),
            (r.Attribution, r.Witnesses, r.SubscriberAddress.ToString(), r.PublicPort)));
    }

    [Fact]
    public void What_a_log_says_against_the_mirror_stands_under_the_leg_of_its_own_realm()
    {
        net.Conversation(0, LineA + ":40000", Public + ":1001", Remote + ":443", 77);
        Play(Session(LineB, 1001) with { Protocol = 6, RemotePort = 443 });

        FlowRecord[] rows = [.. net.Records.OrderBy(r => r.LegRule)];
        Assert.Equal([(LineA, 0), (LineB, 2)], rows.Select(r => (r.SubscriberAddress.ToString(), (int)r.LegRule)));
        Assert.All(rows, r => Assert.True(r.Conflict));
    }

    private void Play(NatEvent told)
    {
        RecordQueue queue = new(8192);
        FlowEngine engine = new(net.Options, queue, new byte[32]);
        engine.Take(told);
        net.Play(engine, queue, quietSeconds: 7, close: true);
    }

    private static NatEvent Session(string line, ushort port) => new()
    {
        Action = NatAction.Create, Witness = Witnesses.Nel, Course = LogCourse.Whole, Source = 1, Protocol = 17,
        InsideAddress = ExportBuilder.IpOf(line), InsidePort = 5000,
        PublicAddress = ExportBuilder.IpOf(Public), PublicPort = port, PublicPortLast = port,
        RemoteAddress = ExportBuilder.IpOf(Remote), PublicRemote = ExportBuilder.IpOf(Remote), RemotePort = 53,
        ArrivalNs = StartNs + (SecondNs / 100),
    };

    /// <summary>A payload of so many different bytes: 8 bits each, too little for the mirror alone.</summary>
    private static byte[] Repeat(int different) => [.. Enumerable.Range(0, 40).Select(i => (byte)(i % different))];
}
