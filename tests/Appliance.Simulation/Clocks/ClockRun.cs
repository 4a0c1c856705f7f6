using Appliance.Time.Estimation;

namespace Appliance.Simulation.Clocks;

/// <summary>
/// One simulated clock, truth first: a counter with the faults of its oscillator, a receiver with those of its pulses,
/// an attacker, peers. Twice a second what the estimator claims is held against the truth.
/// Fault model: white, flicker, random-walk noise, ageing, temperature; noise, sawtooth, reflections of the receiver;
/// latency, tail and resolution of the capture; loss; steps and pulls by others; peers that lie.
/// </summary>
internal sealed class ClockRun
{
    /// <summary>TAI of the first second, ns: 2026-01-01.</summary>
    public const long StartTai = 1_767_225_637L * 1_000_000_000;

    private const long SecondNs = 1_000_000_000;

    private readonly ClockNoise noise;
    private readonly RawCounter counter;
    private readonly PulsePath path;
    private readonly Scene? scene;
    private readonly bool hasThermometer;
    private readonly double wavePhase;

    public ClockRun(
        Plant plant, PulsePath path, EstimatorSettings settings, int seed, Scene? scene = null,
        bool hasThermometer = false)
    {
        noise = new ClockNoise(seed);
        counter = new RawCounter(plant, noise);
        this.path = path;
        this.scene = scene;
        this.hasThermometer = hasThermometer;
        wavePhase = noise.Uniform();
        Estimator = new ClockEstimator(settings);
    }

    public ClockEstimator Estimator { get; }

    /// <summary>Seconds run so far.</summary>
    public long Second { get; private set; }

    /// <summary>The input of the last step.</summary>
    public SecondInput Input { get; private set; }

    /// <summary>Error and bound half a second after the pulse, ns.</summary>
    public double ErrorNs { get; private set; }

    public double BoundNs { get; private set; }

    /// <summary>Error and bound just before the next pulse, ns.</summary>
    public double LateErrorNs { get; private set; }

    public double LateBoundNs { get; private set; }

    /// <summary>Runs one second: the pulse, a step half a second later, and the comparison with the truth.</summary>
    /// <param name="systemLessTai">A system clock that nobody turns, by so much from TAI; 0: none is read.</param>
    public void Step(long systemLessTai = 0)
    {
        counter.Advance();
        Second++;
        SecondEvents events = new() { NoiseFactor = 1 };
        scene?.Invoke(Second, ref events);
        long truth = StartTai + (Second * SecondNs);
        SecondInput input = new() { Raw = Reading(truth, 0.5, out _), Checks = events.Checks };
        if (!events.IsCut)
        {
            AddPulse(truth, events, ref input);
        }

        if (hasThermometer)
        {
            input.HasTemperature = true;
            input.Millidegrees = counter.Millidegrees;
        }

        if (events.Peers > 0)
        {
            input.PeerCount = events.Peers;
            input.PeerTai = truth + (SecondNs / 2) + (long)events.PeerErrorNs;
            input.PeerHalfNs = events.PeerHalfNs;
        }

        if (systemLessTai != 0)
        {
            input.System = TruthAtStep + systemLessTai;
            input.SystemHalfNs = 100;
        }

        Input = input;
        Estimator.Step(input);
        (ErrorNs, BoundNs) = Compare(truth, 0.5);
        (LateErrorNs, LateBoundNs) = Compare(truth, 0.99);
    }

    /// <summary>Truth, TAI ns, half a second after the present second.</summary>
    public long TruthAtStep => StartTai + (Second * SecondNs) + (SecondNs / 2);

    /// <summary>What the counter reads at a part of the present second.</summary>
    public long Reading(double part) => Reading(StartTai + (Second * SecondNs), part, out _);

    private void AddPulse(long truth, in SecondEvents events, ref SecondInput input)
    {
        double edge = (path.NoiseNs * events.NoiseFactor * noise.Normal()) + events.AttackNs;
        if (path.SawtoothNs > 0)
        {
            double early = path.SawtoothNs * ((2 * noise.Uniform()) - 1);
            edge -= early;
            input.HasSawtooth = path.TellsSawtooth;
            input.SawtoothPs = (int)Math.Round((path.HasWrongSign ? -early : early) * 1000);
        }

        edge += path.MultipathNs * Math.Sin(2 * Math.PI * ((Second / 600.0) + wavePhase));
        edge += path.LatencyNs - path.CalibratedNs;
        edge += path.TailNs > 0 ? path.TailNs * noise.Exponential() : 0;
        double reading = counter.AheadAt(0) + (edge * (1 + (counter.Rate * 1e-9)));
        input.HasPulse = true;
        input.PulseRaw = truth - StartTai
            + (long)(Math.Round(reading / path.ResolutionNs) * path.ResolutionNs);
        input.PulseTai = truth;
        input.PulsePathNs = path.PathBoundNs;
    }

    private long Reading(long truth, double part, out double fraction)
    {
        double exact = counter.AheadAt(part);
        double whole = Math.Floor(exact);
        fraction = exact - whole;
        return truth - StartTai + (long)(part * SecondNs) + (long)whole;
    }

    private (double Error, double Bound) Compare(long truth, double part)
    {
        long raw = Reading(truth, part, out double fraction);
        ClockReadout readout = Estimator.Readout;
        double error = readout.Filter.Against(raw, truth + (long)(part * SecondNs)) + fraction;
        return (error, readout.IsSet ? readout.BoundAt(raw) : double.PositiveInfinity);
    }
}
