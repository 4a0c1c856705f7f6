using Appliance.Flow;
using Appliance.Wire;
using Xunit;
using static Appliance.Tests.Flow.Witness.ExportBuilder;
using Limits = Appliance.Flow.Limits;

namespace Appliance.Tests.Flow.Witness;

/// <summary>What logs told over a restart, and what a restart must not make anybody believe.</summary>
public sealed class WitnessSnapshotTests
{
    private const long SecondNs = 1_000_000_000;
    private const long T = ArrivalNs;
    private const long StoppedNs = T + (100 * SecondNs);
    private const long StartedNs = StoppedNs + SecondNs;
    private const ushort PortInBlock = 2100;
    private static readonly (uint, ushort)[] Block = [(323, 8), (230, 1), (8, 4), (225, 4), (361, 2), (362, 2)];
    private static readonly Ip LineA = IpOf("10.0.0.1");
    private static readonly Ip LineB = IpOf("10.0.0.2");
    private static readonly Ip Pool = IpOf("198.51.100.1");
    private readonly Run before = new();
    private readonly Run after = new();

    [Fact]
    public void A_numbered_log_that_goes_on_without_a_hole_speaks_for_blocks_of_before()
    {
        TellBlock();
        Assert.Equal(1, Restart(StartedNs));
        Assert.Equal(ClaimState.Doubtful, after.Outside(StartedNs + SecondNs).State);
        after.Hear(Ipfix(sequence: 1).Set(256, BlockOf("10.0.0.2", 14, 5000)).Build(), StartedNs + (9 * SecondNs));
        Assert.Equal((ClaimState.Certain, LineA), after.Outside(StartedNs + SecondNs));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(0)]
    public void A_log_of_which_the_next_message_is_another_names_nobody_by_what_it_said_before(uint sequence)
    {
        TellBlock();
        Restart(StartedNs);
        after.Hear(Ipfix(sequence).Template(256, Block).Build(), StartedNs + SecondNs);
        after.Hear(Ipfix(sequence).Build(), StartedNs + (9 * SecondNs));
        Assert.Equal(ClaimState.Doubtful, after.Outside(StartedNs + (2 * SecondNs)).State);
        Assert.Equal(1, after.Probe.Tally.Restarts);
    }

    [Fact]
    public void After_a_longer_pause_even_the_expected_number_proves_nothing()
    {
        TellBlock();
        long lateNs = StoppedNs + Limits.LogResumeNs + 1;
        Assert.Equal(1, Restart(lateNs));
        after.Hear(Ipfix(sequence: 1).Build(), lateNs + SecondNs);
        after.Hear(Ipfix(sequence: 1).Build(), lateNs + (9 * SecondNs));
        Assert.Equal(ClaimState.Doubtful, after.Outside(lateNs + (2 * SecondNs)).State);
    }

    [Fact]
    public void A_flow_that_seems_to_begin_with_a_binding_only_since_the_run_did_is_not_its()
    {
        before.Take(Binding(LineA, StoppedNs - 1));
        Assert.Equal((ClaimState.Certain, LineA), before.Outside(StoppedNs));
        Restart(StoppedNs + (SecondNs / 10));
        Assert.Equal(ClaimState.Doubtful, after.Outside(StoppedNs + (SecondNs / 5)).State);
    }

    [Fact]
    public void A_line_that_is_told_to_have_the_tuple_anew_has_it_and_the_one_of_before_is_its_rival_until_then()
    {
        before.Take(Binding(LineA, T));
        Restart(StartedNs);
        Assert.Equal(ClaimState.Doubtful, after.Outside(StartedNs + (9 * SecondNs)).State);
        after.Take(Binding(LineB, StartedNs + (10 * SecondNs)));
        Assert.NotEqual(ClaimState.Certain, after.Outside(StartedNs + (8 * SecondNs)).State);
        after.Take(Binding(LineB, StartedNs + (40 * SecondNs)) with { Action = NatAction.Alive });
        Assert.Equal((ClaimState.Certain, LineB), after.Outside(StartedNs + (39 * SecondNs)));
    }

    [Theory]
    [InlineData(NatAction.Alive)]
    [InlineData(NatAction.Create)]
    public void A_binding_of_before_that_is_told_again_is_as_good_as_new(NatAction action)
    {
        before.Take(Binding(LineA, T));
        Restart(StartedNs);
        after.Take(Binding(LineA, StartedNs + (20 * SecondNs)) with { Action = action });
        Assert.Equal((ClaimState.Certain, LineA), after.Outside(StartedNs + (19 * SecondNs)));
    }

    [Fact]
    public void A_binding_of_before_that_is_taken_back_is_over()
    {
        before.Take(Binding(LineA, T));
        Restart(StartedNs);
        after.Take(Binding(LineA, StartedNs + (20 * SecondNs)) with { Action = NatAction.Delete });
        Assert.Equal(ClaimState.None, after.Outside(StartedNs + (60 * SecondNs)).State);
    }

    [Fact]
    public void What_was_kept_twice_is_kept_as_it_is_and_what_has_ended_is_not()
    {
        before.Take(Binding(LineA, T));
        before.Take(Binding(LineB, T) with { PublicPort = 7, PublicPortLast = 7 });
        before.Take(Binding(LineB, T + SecondNs) with
        {
            PublicPort = 7, PublicPortLast = 7, Action = NatAction.Delete,
        });
        Restart(StartedNs);
        Run third = new();
        Assert.True(third.Read(after.Write(StartedNs), StartedNs + SecondNs, out int count));
        Assert.Equal(1, count);
        Assert.Equal(ClaimState.Doubtful, third.Outside(StartedNs + (9 * SecondNs)).State);
    }

    [Fact]
    public void What_is_too_old_from_the_future_or_cut_anywhere_is_not_taken_up()
    {
        TellBlock();
        byte[] bytes = before.Write(StoppedNs);
        Assert.False(after.Read(bytes, StoppedNs - 1, out _));
        Assert.False(after.Read(bytes, StoppedNs + Limits.SessionDoubtNs + 1, out _));
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.False(after.Read(bytes.AsSpan(0, length), StartedNs, out int count));
            Assert.Equal(0, count);
        }

        Assert.False(after.Read([.. bytes, 0], StartedNs, out _));
        Assert.Equal(ClaimState.None, after.Outside(StartedNs).State);
    }

    [Fact]
    public void A_realm_that_no_rule_names_any_more_takes_its_bindings_along()
    {
        before.Take(Binding(LineA, T));
        Run other = new(realm: "another");
        Assert.True(other.Read(before.Write(StoppedNs), StartedNs, out int count));
        Assert.Equal(0, count);
    }

    private void TellBlock()
    {
        before.Hear(Ipfix().Template(256, Block).Set(256, BlockOf("10.0.0.1", 14, 2048)).Build(), T);
        before.Hear(Ipfix(sequence: 1).Build(), StoppedNs - SecondNs);
    }

    private int Restart(long nowNs)
    {
        Assert.True(after.Read(before.Write(StoppedNs), nowNs, out int count));
        return count;
    }

    private static byte[] BlockOf(string line, byte number, ushort first) =>
    [
        .. U64(T / 1_000_000), number, .. Address(line), .. Address("198.51.100.1"), .. U16(first),
        .. U16((ushort)(first + 1023)),
    ];

    private static NatEvent Binding(Ip line, long arrivalNs) => new()
    {
        Action = NatAction.Create, Witness = Witnesses.Syslog, Source = 1, Protocol = 6, InsideAddress = line,
        InsidePort = 1111, PublicAddress = Pool, PublicPort = PortInBlock, PublicPortLast = PortInBlock,
        ArrivalNs = arrivalNs,
    };

    /// <summary>One run of a box: a decoder, an engine, and questions to it.</summary>
    private sealed class Run
    {
        private readonly FlowEngine engine;
        private readonly WitnessOptions witness;
        private ulong flows;

        public Run(string realm = "default")
        {
            witness = new WitnessOptions { BindingLimit = 64, Realm = realm };
            FlowOptions options = new()
            {
                FlowLimit = 1024,
                Witness = witness,
                Rules = [new LegRule { Name = "in", Leg = Leg.Inside, Realm = realm }],
            };
            engine = new FlowEngine(options, new RecordQueue(8192), new byte[32]);
        }

        public ExportProbe Probe { get; } = new();

        public void Hear(byte[] message, long arrivalNs)
        {
            foreach (NatEvent item in Probe.TakeAll(message, arrivalNs))
            {
                engine.Take(item);
            }
        }

        public void Take(in NatEvent item) => engine.Take(item);

        public byte[] Write(long nowNs) => WitnessSnapshot.Write(engine, Probe.Decoder, nowNs);

        public bool Read(ReadOnlySpan<byte> bytes, long nowNs, out int count) =>
            WitnessSnapshot.TryRead(engine, Probe.Decoder, bytes, nowNs, out count);

        /// <summary>Whom either kind of log names for a new flow from the port.</summary>
        public (ClaimState State, Ip Line) Outside(long startNs)
        {
            FlowStore store = new(new FlowOptions { FlowLimit = 1024 }, new RecordQueue(8192), new byte[32]);
            BindingQuestions questions = new(store, engine.Bindings!, witness);
            WitnessFlow flow = new()
            {
                Number = ++flows, StartNs = startNs, Protocol = 6, Public = Pool, PublicPort = PortInBlock,
                Remote = IpOf("203.0.113.9"), RemotePort = 443,
            };
            WitnessClaim export = questions.OfOutside(Witnesses.Nel, flow);
            WitnessClaim claim =
                export.State == ClaimState.None ? questions.OfOutside(Witnesses.Syslog, flow) : export;
            return (claim.State, claim.State == ClaimState.Certain ? claim.Address : default);
        }
    }
}
