namespace Appliance.Time.Estimation;

/// <summary>
/// Two-state Kalman filter of phase and rate: TAI = raw + Base + Phase + Rate x dt. Only + - x / and conversions, no
/// fused operation, so that every machine computes the same bits. Base is whole nanoseconds, so that Phase stays below
/// one and keeps its digits however long the counter runs.
/// </summary>
internal struct PhaseFilter
{
    private const double SecondsPerNs = 1e-9;

    /// <summary>Raw counter to which the state belongs, ns.</summary>
    public long AsOfRaw;

    /// <summary>Whole nanoseconds of TAI less raw.</summary>
    public long Base;

    /// <summary>The rest, ns.</summary>
    public double Phase;

    /// <summary>TAI's nanoseconds less the counter's in a second of the counter.</summary>
    public double Rate;

    /// <summary>Variance of the phase, ns squared.</summary>
    public double P11;

    /// <summary>Covariance, ns squared a second.</summary>
    public double P12;

    /// <summary>Variance of the rate, (ns/s) squared.</summary>
    public double P22;

    /// <summary>Begins at a pulse: its phase is known, its rate only within the oscillator's limit.</summary>
    public static PhaseFilter Begin(long raw, long tai, double noise, double rate, double rateDeviation) => new()
    {
        AsOfRaw = raw,
        Base = tai - raw,
        Rate = rate,
        P11 = noise * noise,
        P22 = rateDeviation * rateDeviation,
    };

    /// <summary>Seconds of the counter from the state to a reading of it.</summary>
    public readonly double Since(long raw) => (raw - AsOfRaw) * SecondsPerNs;

    /// <summary>Goes on to a later reading of the counter.</summary>
    /// <param name="raw">Reading.</param>
    /// <param name="white">Variance of white frequency noise, ns squared a second.</param>
    /// <param name="walk">Variance of the rate's walk, (ns/s) squared a second.</param>
    /// <param name="drift">Change of rate that was learned, ns/s a second.</param>
    /// <param name="step">Change of rate that the thermometer explains, ns/s.</param>
    public void Predict(long raw, double white, double walk, double drift, double step)
    {
        double dt = Since(raw);
        Rate += step;
        Phase += (Rate * dt) + (0.5 * drift * dt * dt);
        Rate += drift * dt;
        P11 += (2 * dt * P12) + (dt * dt * P22) + (white * dt) + (walk * dt * dt * dt / 3);
        P12 += (dt * P22) + (walk * dt * dt / 2);
        P22 += walk * dt;
        AsOfRaw = raw;
        Rebase();
    }

    /// <summary>
    /// How far a pulse of a second lies from where the filter expects it, ns, at the state's reading.
    /// </summary>
    public readonly double Innovation(long tai) => (tai - AsOfRaw - Base) - Phase;

    /// <summary>Takes a pulse.</summary>
    /// <param name="innovation">From <see cref="Innovation"/>.</param>
    /// <param name="variance">Variance of the pulse, ns squared.</param>
    public void Update(double innovation, double variance)
    {
        double sum = P11 + variance;
        double phaseGain = P11 / sum;
        double rateGain = P12 / sum;
        Phase += phaseGain * innovation;
        Rate += rateGain * innovation;
        P22 -= rateGain * P12;
        P12 = P12 * variance / sum;
        P11 = P11 * variance / sum;
        Rebase();
    }

    /// <summary>Moves the phase, ns.</summary>
    public void Move(double by)
    {
        Phase += by;
        Rebase();
    }

    /// <summary>TAI less a given TAI, ns with fraction, at a reading of the counter.</summary>
    public readonly double Against(long raw, long tai) => (raw + Base - tai) + Phase + (Rate * Since(raw));

    /// <summary>TAI in whole nanoseconds at a reading of the counter, rounded down.</summary>
    public readonly long TaiAt(long raw) => raw + Base + (long)Math.Floor(Phase + (Rate * Since(raw)));

    private void Rebase()
    {
        var whole = (long)Phase;
        Base += whole;
        Phase -= whole;
    }
}
