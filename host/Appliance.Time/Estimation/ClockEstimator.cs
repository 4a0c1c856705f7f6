using Appliance.Wire;

namespace Appliance.Time.Estimation;

/// <summary>
/// From pulses (or peers) to true time with a bound. It steers nothing: the raw counter runs free, and what is
/// published is a map from it to TAI. Every step is a function of the state before and one <see cref="SecondInput"/>;
/// no operation depends on the machine, so that the anchor log's rows give the same bits anywhere.
/// </summary>
internal sealed partial class ClockEstimator
{
    private const long SecondNs = 1_000_000_000;
    private const double SecondsPerNs = 1e-9;

    // A pulse is late after this many seconds: with a step half a second after each pulse, one is missing.
    private const double GapSeconds = 1.6;

    // Without the next pulse for so long, what was not yet locked begins anew.
    private const double AcquiringGapSeconds = 10;

    // Peers are asked at most this seldom (chrony's longest poll is 1024 s).
    private const double PeerGapSeconds = 1100;
    private const int PulsesToLock = 16;

    // Pulses before holdover may be called that: an hour, or ten minutes if the rate of an earlier run held.
    private const int PulsesToHold = 3600;
    private const int PulsesToHoldResumed = 600;
    private const double LockBoundNs = 1000;
    private const double FreeBoundNs = 1e9;

    // However noisy pulses are, the filter averages them over no more than this: meanwhile temperature bends the rate,
    // and what the filter lags behind by that grows with the square (OCXO, 2 us of noise: 150 ns in an hour's average).
    private const double AverageSecondsMost = 600;

    // A thermometer is smoothed over a minute, with its trend: a mean alone is late by as much, and a rate that is late
    // where pulses end stays wrong until they return (TCXO, 32 s late: 13 us after four hours).
    private const double LevelGain = (2.0 / 64) - (1.0 / 4096);
    private const double TrendGain = 1.0 / 4096;

    // No board warms faster in a second: what a reading is off by more is a fault of the reading.
    private const double DegreesMost = 1;

    // The rate's standard deviation at the start: the limit is three of them.
    private const double DeviationsToLimit = 3;

    private readonly EstimatorSettings settings;
    private readonly OscillatorModel model;
    private readonly TemperatureTable table = new();
    private readonly TrustHistory history = new();
    private readonly PulseJudge judge;
    private readonly double trackWalk;
    private readonly bool usesTable;
    private EstimatorState s;

    public ClockEstimator(EstimatorSettings settings)
    {
        this.settings = settings;
        model = settings.Oscillator;
        judge = new PulseJudge(settings);
        trackWalk = Math.Max(model.TrackWalk, settings.PulseNoiseNs / (AverageSecondsMost * AverageSecondsMost));
        usesTable = model.TableResidual < model.TemperatureSwing;
        s.Excess = 1;
        s.MeanSquare = 1;
        Publish();
    }

    /// <summary>What readers take.</summary>
    public ClockPage Page { get; } = new();

    /// <summary>State after the last step.</summary>
    public ClockState State => s.State;

    /// <summary>Checks that hold after the last step, and why the clock coasts.</summary>
    public Checks Checks => s.Checks | s.Cause;

    /// <summary>
    /// Raw time from which the last step took trust back, 0 where it did not: what was said of times since then is to
    /// be said again.
    /// </summary>
    public long DistrustedSinceRaw { get; private set; }

    /// <summary>The estimator's own copy of what it published last.</summary>
    public ClockReadout Readout { get; private set; }

    /// <summary>Takes up the rate of an earlier run: a beginning, not a bound.</summary>
    public void Resume(double rate, double ageingPerSecond)
    {
        s.IsResumed = true;
        s.ResumedRate = rate;
        s.Ageing.PerSecond = ageingPerSecond;
    }

    /// <summary>The rate as it is known, for the next run; 0 where it is not.</summary>
    public (double Rate, double AgeingPerSecond) Learned =>
        s.State == ClockState.Unset ? default : (s.Filter.Rate, s.Ageing.PerSecond);

    /// <summary>One step, once a second, about half a second after the pulse.</summary>
    public void Step(in SecondInput input)
    {
        DistrustedSinceRaw = 0;
        s.Checks = input.Checks;
        double rateStep = TakeTemperature(input);
        TakePeers(input);
        if (PeersConfirm(input))
        {
            s.Checks &= ~Checks.DateRepaired;
        }

        if (settings.PeersOnly)
        {
            FollowPeers(input);
        }
        else if (s.State == ClockState.Unset)
        {
            TryBegin(input);
        }
        else
        {
            FollowPulses(input, rateStep);
        }

        ComparePeers(input.Raw);
        Judge(input.Raw);
        Publish();
    }

    /// <summary>What a checkpoint of the anchor log holds.</summary>
    internal void Save(out EstimatorState state, Span<double> temperatures, Span<TrustedMoment> trusted)
    {
        state = s;
        table.CopyTo(temperatures);
        history.CopyTo(trusted);
    }

    /// <summary>Goes on from a checkpoint.</summary>
    internal void Load(
        in EstimatorState state, ReadOnlySpan<double> temperatures, ReadOnlySpan<TrustedMoment> trusted)
    {
        s = state;
        table.CopyFrom(temperatures);
        history.CopyFrom(trusted);
        Publish();
    }

    // Temperature is known now, and was when pulses were believed last.
    private bool KnowsTemperatures => usesTable && s.HasTemperature && s.HasTrustedDegrees;

    private bool IsCoasting => s.State is ClockState.Holdover or ClockState.FreeRunning;

    /// <summary>Readout of the moment that trust went back to, where <see cref="DistrustedSinceRaw"/> is set.</summary>
    public ClockReadout DistrustedReadout { get; private set; }

    private ClockState CoastingState() =>
        s.Taken >= (s.IsResumed ? PulsesToHoldResumed : PulsesToHold) ? ClockState.Holdover : ClockState.FreeRunning;

    private double TakeTemperature(in SecondInput input)
    {
        if (!input.HasTemperature)
        {
            s.HasTemperature = false;
            return 0;
        }

        double before = s.Degrees;
        double seen = input.Millidegrees / 1000.0;
        if (s.HasTemperature)
        {
            double expected = before + s.DegreesTrend;
            double off = Math.Clamp(seen - expected, -DegreesMost, DegreesMost);
            s.Degrees = expected + (LevelGain * off);
            s.DegreesTrend += TrendGain * off;
        }
        else
        {
            s.Degrees = seen;
            s.DegreesTrend = 0;
            s.HasTemperature = true;
        }

        // Also across a time without readings: what the rate did meanwhile, the table knows.
        return usesTable ? table.Change(before, s.Degrees) : 0;
    }

    private void TrustUntil(long raw)
    {
        s.TrustedRaw = raw;
        s.TrustedDegrees = s.Degrees;
        s.HasTrustedDegrees = s.HasTemperature;
    }

    private void Judge(long raw)
    {
        double gap = (raw - s.TrustedRaw) * SecondsPerNs;
        switch (s.State)
        {
            case ClockState.Acquiring when gap > AcquiringGapSeconds:
                s.State = ClockState.FreeRunning;
                break;
            case ClockState.Acquiring when IsLockable():
                s.State = ClockState.Locked;
                break;
            case ClockState.Locked when gap > GapSeconds:
                s.State = CoastingState();
                s.Cause = (s.Checks & Checks.Skip) | (s.BadStreak > 0 ? Checks.Step : Checks.None);
                s.IsDisbelieved = s.BadStreak > 0;
                s.ChallengerPulses = 0;
                s.Agreeing = 0;
                s.Streak = 0;
                break;
            case ClockState.Network when ArePeersLost(raw):
                s.State = ClockState.Holdover;
                break;
            case ClockState.Holdover when Bound(raw) > FreeBoundNs:
                s.State = ClockState.FreeRunning;
                break;
        }
    }

    private bool IsLockable()
    {
        double noise = settings.Deviations * Math.Sqrt(s.Excess * s.Filter.P11);
        return s.Streak >= PulsesToLock && noise <= Math.Max(LockBoundNs, settings.PulseNoiseNs * 3)
            && ((s.Checks | s.Cause) & Checks.Distrust) == 0;
    }

    private double Bound(long raw) => MakeReadout().BoundAt(raw);

    private void Publish()
    {
        ClockReadout readout = MakeReadout();
        Readout = readout;
        Page.Write(readout);
    }

    private ClockReadout MakeReadout()
    {
        if (settings.PeersOnly)
        {
            return PeerReadout();
        }

        double walk = IsCoasting ? model.CoastWalk : trackWalk;
        return new ClockReadout
        {
            Filter = s.Filter,
            Deviations = settings.Deviations * Math.Sqrt(s.Excess),
            White = model.WhiteNs * model.WhiteNs,
            Walk = walk * walk,
            Systematic = s.Systematic,
            Envelope = s.Envelope,
            EnvelopeRate = s.EnvelopeRate + OutvotedRate,
            EnvelopeSlope = model.TemperatureSlope,
            Inflation = s.PullInflation + s.ChallengerInflation + s.PeerInflation,
            State = s.State,
            Checks = Checks,
        };
    }

    // No statistics: the interval that is left of all answers, and what the oscillator can do since the last.
    private ClockReadout PeerReadout() => new()
    {
        Filter = s.Filter,
        Systematic = settings.SystematicNs + s.Peers.Half,
        EnvelopeRate = s.Peers.Growth(s.Filter.AsOfRaw, model, settings.Deviations)
            + (s.PeerInflation > 0 ? model.RateLimit : 0),
        EnvelopeSlope = model.TemperatureSlope,
        Inflation = s.PeerInflation,
        State = s.State,
        Checks = Checks,
    };
}
