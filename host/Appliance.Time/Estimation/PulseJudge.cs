namespace Appliance.Time.Estimation;

/// <summary>
/// What a single pulse is worth: its noise, its innovation with the sawtooth, and the numbers of the gate.
/// </summary>
internal sealed class PulseJudge(EstimatorSettings settings)
{
    /// <summary>Deviations beyond which a pulse is not taken.</summary>
    public const double GateDeviations = 5;

    /// <summary>The first pulse after an alarm this close to the coasting clock: the step is over already.</summary>
    public const double NearDeviations = 3;

    /// <summary>Such pulses in a row that are a step and no outlier.</summary>
    public const int BadPulsesToAlarm = 3;

    /// <summary>Pulses that contradict the clock and agree with each other until both are covered.</summary>
    public const int PulsesToDoubt = 300;

    /// <summary>
    /// Pulses that agree with each other and with every answer of the peers before they are believed again after peers
    /// outvoted them: an hour, in which even peers that answer most seldom (1024 s) do so some times.
    /// </summary>
    public const int PulsesAfterOutvoted = 3600;

    /// <summary>Peers that agree before they outvote a receiver: with three one may lie.</summary>
    public const int PeersToDecide = 3;

    /// <summary>
    /// After a pull the coasting clock must be met this closely: it has drifted little, the lie went on.
    /// </summary>
    public const double DeviationsAfterPull = 3;

    private const int PulsesAfterDoubt = 300;
    private const int PulsesAfterLoss = 10;
    private const double ShortGapSeconds = 10;
    private const double IrregularNoiseNs = 1000;
    private const double PicosecondsPerNs = 1000;
    private const double ExcessWeight = 1.0 / 64;
    private const double ExcessClip = 25;
    private const double SawtoothWeight = 1.0 / 256;
    private const int SawtoothSamples = 512;
    private const double SawtoothWorse = 1.1;

    /// <summary>
    /// Limit of the cumulative sums. Captures by interrupt have a one-sided exponential tail, of which the sum reaches
    /// a given limit far sooner than of a normal one.
    /// </summary>
    public double PullLimit { get; } = settings.PulseNoiseNs >= IrregularNoiseNs ? 30 : 12;

    /// <summary>Standard deviation of a pulse, ns.</summary>
    public double NoiseOf(in SecondInput input, bool isSawtoothOff) =>
        input.HasSawtooth && !isSawtoothOff ? settings.CorrectedNoiseNs : settings.PulseNoiseNs;

    /// <summary>Pulses in a row that must agree with the coasting clock before it believes them again.</summary>
    public static int PulsesToReadmit(Checks cause, double gapSeconds) =>
        (cause & ~(Checks.Pulse | Checks.Message | Checks.NoFix | Checks.Antenna)) != 0 ? PulsesAfterDoubt
        : gapSeconds <= ShortGapSeconds ? 1
        : PulsesAfterLoss;

    /// <summary>
    /// Where the pulse lies from where it is expected, the sawtooth taken off: it came so much earlier than its second
    /// as the receiver says. With the wrong sign, or of the wrong pulse, the correction doubles the sawtooth instead:
    /// then it is switched off and told.
    /// </summary>
    public static double Innovation(in SecondInput input, ref EstimatorState state)
    {
        double plain = state.Filter.Innovation(input.PulseTai);
        if (state.IsSawtoothOff)
        {
            state.Checks |= Checks.Sawtooth;
            return plain;
        }

        if (!input.HasSawtooth)
        {
            return plain;
        }

        double corrected = plain - (input.SawtoothPs / PicosecondsPerNs);
        Compare(corrected, plain, ref state);
        return corrected;
    }

    /// <summary>
    /// Takes one innovation into the running mean of squared deviations; what is used is never below 1.
    /// </summary>
    public static void Learn(ref EstimatorState state, double deviations)
    {
        // What was divided by the excess is multiplied by it again: the mean is that of the declared noise.
        double squared = state.Excess * Math.Min(deviations * deviations, ExcessClip);
        state.MeanSquare += (squared - state.MeanSquare) * ExcessWeight;
        state.Excess = Math.Max(1, state.MeanSquare);
    }

    /// <summary>
    /// Gives a pulse of a coasting clock to the second filter. True where it and the two before left the path of those
    /// before them: then the filter begins anew.
    /// </summary>
    public static bool Challenge(
        ref EstimatorState state, in SecondInput input, double noise, OscillatorModel model, double walk)
    {
        double variance = noise * noise;
        if (state.ChallengerPulses > 0)
        {
            state.Challenger.Predict(
                input.PulseRaw, model.WhiteNs * model.WhiteNs, walk * walk, 0, 0);
            double innovation = state.Challenger.Innovation(input.PulseTai);
            double limit = GateDeviations * Math.Sqrt(state.Excess * (state.Challenger.P11 + variance));
            if (Math.Abs(innovation) <= limit)
            {
                state.Challenger.Update(innovation, variance);
                state.ChallengerPulses++;
                state.ChallengerMisses = 0;
                return false;
            }

            if (++state.ChallengerMisses < BadPulsesToAlarm)
            {
                return false;
            }
        }

        bool hasJumped = state.ChallengerPulses > 0;
        state.Challenger = PhaseFilter.Begin(
            input.PulseRaw, input.PulseTai, noise, state.Filter.Rate, model.RateLimit / GateDeviations);
        state.ChallengerPulses = 1;
        state.ChallengerMisses = 0;
        return hasJumped;
    }

    private static void Compare(double corrected, double plain, ref EstimatorState state)
    {
        double with = corrected - state.LastWith;
        double without = plain - state.LastWithout;
        state.LastWith = corrected;
        state.LastWithout = plain;
        if (state.SawtoothCount++ == 0)
        {
            return;
        }

        state.SawtoothWith += ((with * with) - state.SawtoothWith) * SawtoothWeight;
        state.SawtoothWithout += ((without * without) - state.SawtoothWithout) * SawtoothWeight;
        state.IsSawtoothOff = state.SawtoothCount > SawtoothSamples
            && state.SawtoothWith > SawtoothWorse * state.SawtoothWithout;
    }
}
