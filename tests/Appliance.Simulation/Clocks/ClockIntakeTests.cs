using Appliance.Time.Estimation;
using Appliance.Time.Intake;
using Appliance.Time.Leaps;
using Appliance.Time.Observations;
using Appliance.Wire;
using Xunit;

namespace Appliance.Simulation.Clocks;

/// <summary>From what sources say to what the estimator is told.</summary>
public sealed class ClockIntakeTests
{
    private const long SecondNs = 1_000_000_000;
    private static readonly SourceId Receiver = new(SourceKind.Receiver);
    private static readonly SourceId Pulses = new(SourceKind.KernelPulse);

    [Fact]
    public void No_pulse_gets_a_wrong_second_from_late_or_lost_messages()
    {
        int pulses = TestSupport.FullRun.IsOn ? 1_000_000 : 100_000;
        PulseLabels labels = new();
        ClockNoise noise = new(17);
        PriorityQueue<long, long> messages = new();
        int wrong = 0;
        int named = 0;
        for (int i = 1; i <= pulses; i++)
        {
            long at = i * SecondNs;
            while (messages.TryPeek(out long second, out long arrives) && arrives < at)
            {
                labels.TakeMessage(new RawTime(arrives), second * SecondNs, PulseNamed.Last);
                messages.Dequeue();
            }

            // One pulse in a thousand is missed; a message in five is lost or more than a second late.
            bool isMissed = noise.Uniform() < 0.001;
            if (!isMissed && labels.TakePulse(new RawTime(at), out long told))
            {
                named++;
                wrong += told == 1_700_000_000 + i ? 0 : 1;
            }

            double fate = noise.Uniform();
            double late = fate < 0.1 ? 1.2 : 0.05 + (0.3 * noise.Uniform());
            if (fate < 0.9)
            {
                messages.Enqueue(1_700_000_000 + i, at + (long)(late * SecondNs));
            }
        }

        Assert.Equal(0, wrong);
        Assert.True(named > pulses / 2);
    }

    [Fact]
    public void A_receiver_leads_to_a_lock()
    {
        Bench bench = new();
        bench.Run(60, EpochVerdict.Plausible, peers: 0);

        Assert.Equal(ClockState.Locked, bench.Estimator.State);
        Assert.InRange(Math.Abs(bench.Error), 0, bench.Bound);
    }

    [Theory]
    [InlineData(EpochVerdict.Repaired, 0, ClockState.Unset)]
    [InlineData(EpochVerdict.Refused, 0, ClockState.Unset)]
    [InlineData(EpochVerdict.Refused, 3, ClockState.Unset)]
    [InlineData(EpochVerdict.Repaired, 3, ClockState.Locked)]
    public void A_date_that_rolled_over_counts_only_with_a_second_witness(
        EpochVerdict verdict, int peers, ClockState expected)
    {
        Bench bench = new();
        bench.Run(200, verdict, peers);

        Assert.Equal(expected, bench.Estimator.State);
    }

    [Fact]
    public void Peers_outvote_the_one_that_lies_and_those_behind_one_clock_count_once()
    {
        PeerVote vote = new();
        vote.Take(Peer(0, 0, identity: 1));
        vote.Take(Peer(1, 2, identity: 2));
        vote.Take(Peer(2, 500, identity: 3));
        PeerVerdict verdict = vote.Vote(new RawTime(SecondNs), null);
        Assert.Equal((2, 1, false), (verdict.Count, verdict.Outvoted, verdict.IsTorn));
        Assert.InRange(verdict.TaiNs, 1_000_000, 1_002_000_000);
        Assert.InRange(verdict.HalfNs, 1, 10_000_000);

        vote.Take(Peer(3, 500, identity: 3));
        verdict = vote.Vote(new RawTime(SecondNs), null);
        Assert.Equal((2, 1), (verdict.Count, verdict.Outvoted));
        Assert.InRange(verdict.TaiNs, 1_000_000, 1_002_000_000);
        Assert.Equal(0, vote.Vote(new RawTime(SecondNs), null).Count);
    }

    [Fact]
    public void Jamming_spoofing_a_moved_antenna_and_one_transmitter_are_told()
    {
        ReceiverWatch watch = new();
        RawTime now = new(SecondNs);
        Assert.Equal(Checks.None, watch.At(now));
        watch.Take(new HealthObservation(
            Receiver, now, JammingState.Critical, SpoofingState.Indicated, AntennaState.Open, 4000, 10, 80));
        watch.Take(new SatelliteObservation(Receiver, now, 12, 9, 44, 0.6));
        for (int i = 0; i <= 60; i++)
        {
            watch.Take(new PositionObservation(Receiver, now, 500_000_000 + (i == 60 ? 9000 : 0), 80_000_000, 0, 1));
        }

        watch.Take(new ReceiverClockObservation(Receiver, now, 0, 40, 5));
        watch.Take(new ReceiverClockObservation(Receiver, new RawTime(2 * SecondNs), 0, 80, 5));
        Checks expected = Checks.Jamming | Checks.Spoofing | Checks.Antenna | Checks.Signals | Checks.Position
            | Checks.ReceiverClock;
        Assert.Equal(expected, watch.At(new RawTime(2 * SecondNs)));
        Assert.Equal(Checks.Position, watch.At(new RawTime(60 * SecondNs)));
    }

    [Fact]
    public void A_step_of_the_system_clock_and_another_hand_at_its_frequency_are_told_within_a_second()
    {
        HostWatch watch = new();
        watch.Take(Pair(1, 0));
        watch.Take(Pair(2, 400_000));
        Assert.Equal(Checks.None, watch.TakeFound());
        watch.Take(Pair(3, SecondNs));
        Assert.Equal(Checks.HostStep, watch.TakeFound());
        watch.Take(new SteeringObservation(new RawTime(1), 0, 10_000, 0, 0x2001, 37));
        watch.Take(new SteeringObservation(new RawTime(2), 40 * 65_536, 10_000, 0, 0x2001, 37));
        Assert.Equal(Checks.HostSteering, watch.TakeFound());
    }

    private static CounterPair Pair(long second, long ahead) => new(
        new RawTime(second * SecondNs), CounterId.SystemClock,
        new RawTime((1_700_000_000 + second) * SecondNs + ahead), 100);

    private static PeerObservation Peer(byte number, long aheadMs, ulong identity) => new(
        new SourceId(SourceKind.Ntp, number), new RawTime(SecondNs),
        new ScaledTime(TimeScale.Tai, SecondNs + (aheadMs * 1_000_000)), 5_000_000, 8_000_000, 1_000_000,
        new RawTime(number + 1), PeerState.Synchronised, 2, identity);

    /// <summary>A receiver with pulses, messages 100 ms after them, and peers.</summary>
    private sealed class Bench
    {
        private const long StartTai = 1_767_225_637;
        private readonly ClockIntake intake = new(new LeapVote(), new PeerVote(), null);

        public ClockEstimator Estimator { get; } = new(new EstimatorSettings { Oscillator = OscillatorModel.Ocxo });

        public double Error { get; private set; }

        public double Bound { get; private set; }

        public void Run(int seconds, EpochVerdict verdict, int peers)
        {
            ClockNoise noise = new(1);
            for (int i = 1; i <= seconds; i++)
            {
                long raw = i * SecondNs;
                long tai = (StartTai + i) * SecondNs;
                intake.Take(new PulseObservation(
                    Pulses, CounterId.MonotonicRaw, new RawTime(raw + (long)(20 * noise.Normal())), 4, (uint)i, true));
                intake.Take(new TimeOfDayObservation(
                    Receiver, new RawTime(raw + 100_000_000), new ScaledTime(TimeScale.Gps, tai - (19 * SecondNs)), 20,
                    TimeValidity.Date | TimeValidity.Time | TimeValidity.Fix | TimeValidity.FullyResolved,
                    FixMode.TimeOnly, verdict, PulseNamed.Last));
                for (byte k = 0; k < peers; k++)
                {
                    intake.Take(new PeerObservation(
                        new SourceId(SourceKind.Ntp, k), new RawTime(raw),
                        new ScaledTime(TimeScale.Tai, tai + 1_000_000), 5_000_000, 1, 1,
                        new RawTime(raw), PeerState.Synchronised, 2, (ulong)k + 1));
                }

                SecondInput input = intake.Gather(new RawTime(raw + (SecondNs / 2)), StartTai - 37 + i);
                Estimator.Step(input);
                Error = Estimator.Readout.Filter.Against(input.Raw, tai + (SecondNs / 2));
                Bound = Estimator.Readout.BoundAt(input.Raw);
            }
        }
    }
}
