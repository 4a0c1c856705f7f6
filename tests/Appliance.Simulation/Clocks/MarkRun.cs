using Appliance.Time;
using Appliance.Time.Estimation;
using Appliance.Time.Intake;
using Appliance.Time.Leaps;
using Appliance.Time.Observations;
using Appliance.Wire;

namespace Appliance.Simulation.Clocks;

/// <summary>
/// The oscillator's own pulse: captured by this machine, and stamped by the receiver at its input (TIM-TM2) to its
/// resolution. Stamps are lost, late, or of another edge; the truth stands beside.
/// </summary>
internal sealed class MarkRun
{
    private const long SecondNs = 1_000_000_000;

    // A receiver's input is sampled at 48 MHz or more.
    private const double ResolutionNs = 1e9 / 48e6;
    private const double ReceiverNoiseNs = 4;
    private const double CaptureNs = 4;

    private readonly ClockNoise noise;
    private readonly RawCounter counter;
    private readonly double firstAhead;
    private readonly ClockIntake intake;
    private readonly SourceId receiver = new(SourceKind.Receiver);
    private readonly SourceId capture = new(SourceKind.HardwareClockPulse);
    private long second;

    /// <param name="seed">Seed.</param>
    /// <param name="cut">What is declared of the stamps; in truth they are cut downwards.</param>
    public MarkRun(int seed, MarkCut cut)
    {
        intake = new ClockIntake(new LeapVote(), new PeerVote(), cut);
        noise = new ClockNoise(seed);
        counter = new RawCounter(Plant.Ocxo, noise);
        firstAhead = counter.AheadNs;
    }

    public ClockEstimator Estimator { get; } = new(new EstimatorSettings
    {
        Oscillator = OscillatorModel.Ocxo,
        PulseNoiseNs = 8,
    });

    public double ErrorNs { get; private set; }

    public double BoundNs { get; private set; }

    public ClockState State => Estimator.State;

    /// <summary>Pulses that were given another second than theirs.</summary>
    public long Wrong { get; private set; }

    public void Step()
    {
        counter.Advance();
        second++;
        long truth = ClockRun.StartTai + (second * SecondNs);

        // The oscillator's pulse is no second of TAI: it comes where its own counting puts it, and drifts off.
        double edge = 0.2 - ((counter.AheadAt(0.2) - firstAhead) * 1e-9);
        RawTime captured = new(Reading(truth, edge) + (long)(CaptureNs * noise.Normal()));
        intake.Take(new PulseObservation(capture, CounterId.MonotonicRaw, captured, 8, (uint)second, true));
        Tell(truth + (long)(edge * SecondNs), captured);
        intake.Take(new TimeOfDayObservation(
            receiver, new RawTime(Reading(truth, 0.1)), new ScaledTime(TimeScale.Gps, truth - (19 * SecondNs)), 20,
            TimeValidity.Date | TimeValidity.Time | TimeValidity.Fix, FixMode.TimeOnly, EpochVerdict.Plausible,
            PulseNamed.Last));
        SecondInput input = intake.Gather(new RawTime(Reading(truth, 0.7)), 0);
        Wrong += input.HasPulse && Math.Abs(input.PulseTai - truth - (long)(edge * SecondNs)) > 1000 ? 1 : 0;
        Estimator.Step(input);
        long late = Reading(truth, 0.99);
        ErrorNs = Estimator.Readout.Filter.Against(late, truth + (long)(0.99 * SecondNs));
        BoundNs = Estimator.Readout.IsSet ? Estimator.Readout.BoundAt(late) : double.PositiveInfinity;
    }

    private void Tell(long edgeTai, RawTime captured)
    {
        double fate = noise.Uniform();
        double stamped = Math.Floor((edgeTai % SecondNs) / ResolutionNs) * ResolutionNs;
        long stamp = edgeTai - (edgeTai % SecondNs) + (long)(stamped + (ReceiverNoiseNs * noise.Normal()));

        // One in a hundred is lost, one in a hundred is that of the pulse before, late.
        long said = fate < 0.02 ? stamp - SecondNs : stamp;
        if (fate >= 0.01)
        {
            intake.Take(new MarkObservation(
                receiver, new RawTime(captured.Nanoseconds + 150_000_000),
                new ScaledTime(TimeScale.Gps, said - (19 * SecondNs)), 20, (ushort)second, true, true));
        }
    }

    private long Reading(long truth, double part) =>
        truth - ClockRun.StartTai + (long)(part * SecondNs) + (long)Math.Floor(counter.AheadAt(part));
}
