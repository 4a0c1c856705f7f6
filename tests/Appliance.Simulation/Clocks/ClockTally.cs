using Appliance.Time.Estimation;
using Appliance.Wire;

namespace Appliance.Simulation.Clocks;

/// <summary>What a run or many showed, by state: samples, broken bounds, errors, bounds.</summary>
internal sealed class ClockTally
{
    private const int States = 8;
    private const int PerOctave = 64;

    private readonly long[] samples = new long[States];
    private readonly long[] broken = new long[States];
    private readonly double[] squares = new double[States];
    private readonly double[] worst = new double[States];
    private readonly long[][] bounds = [.. Enumerable.Range(0, States).Select(_ => new long[PerOctave * 64])];

    /// <summary>Seconds at which the class said is better than the true error.</summary>
    public long WrongClassA { get; private set; }

    /// <summary>Takes both comparisons of a second.</summary>
    public void Take(ClockRun run)
    {
        Take((int)run.Estimator.State, run.ErrorNs, run.BoundNs);
        Take((int)run.Estimator.State, run.LateErrorNs, run.LateBoundNs);
    }

    /// <summary>Takes one second of a box without sky.</summary>
    public void Take(PeerRun run) => Take((int)run.Said.State, run.ErrorNs, run.Said.BoundNs);

    /// <summary>Takes one second of a clock with stamped pulses.</summary>
    public void Take(MarkRun run) => Take((int)run.State, run.ErrorNs, run.BoundNs);

    public long Samples(ClockState state) => samples[(int)state];

    public long Broken(ClockState state) => broken[(int)state];

    public long SamplesInAll => samples.Sum() - samples[(int)ClockState.Unset];

    public long BrokenInAll => broken.Sum();

    public double Rms(ClockState state) => Math.Sqrt(squares[(int)state] / Math.Max(1, samples[(int)state]));

    public double Worst(ClockState state) => worst[(int)state];

    /// <summary>Median bound of a state, ns, within 1 %.</summary>
    public double MedianBound(ClockState state)
    {
        long half = samples[(int)state] / 2;
        long[] histogram = bounds[(int)state];
        for (int i = 0; i < histogram.Length; i++)
        {
            half -= histogram[i];
            if (half < 0)
            {
                return Math.Pow(2, (i + 0.5) / PerOctave);
            }
        }

        return 0;
    }

    /// <summary>
    /// Lower limit at 95 % of the share of samples whose bound held (Clopper-Pearson); for no broken bound in n it is
    /// the n-th root of 0.05.
    /// </summary>
    public double CoverageAtLeast(ClockState state) => Confidence.Lower(Samples(state), Broken(state));

    /// <summary>Outside of samples, by state.</summary>
    public string Describe() => string.Join(", ", Enum.GetValues<ClockState>().Where(state => Samples(state) > 0)
        .Select(state => $"{state} {Broken(state)} of {Samples(state)}"));

    private void Take(int state, double error, double bound)
    {
        samples[state]++;
        if (state == (int)ClockState.Unset)
        {
            return;
        }

        double size = Math.Abs(error);
        if (size > bound)
        {
            broken[state]++;
        }

        if (ClockClasses.Of(bound) == ClockClass.A && size > 1000)
        {
            WrongClassA++;
        }

        squares[state] += error * error;
        worst[state] = Math.Max(worst[state], size);
        int bin = (int)(Math.Log2(Math.Max(1, bound)) * PerOctave);
        bounds[state][Math.Clamp(bin, 0, (PerOctave * 64) - 1)]++;
    }
}

/// <summary>Exact limits of a share (Clopper-Pearson), by bisection on the binomial tail.</summary>
internal static class Confidence
{
    /// <summary>Lower limit at 95 % (one-sided) of the share that is good.</summary>
    public static double Lower(long samples, long bad)
    {
        if (samples == 0)
        {
            return 0;
        }

        double low = 0;
        double high = 1;
        for (int i = 0; i < 60; i++)
        {
            double share = (low + high) / 2;
            if (AtMost(samples, bad, 1 - share) > 0.05)
            {
                high = share;
            }
            else
            {
                low = share;
            }
        }

        return low;
    }

    // Probability of at most this many bad ones.
    private static double AtMost(long samples, long bad, double each)
    {
        double term = samples * Math.Log(1 - each);
        double sum = Math.Exp(term);
        for (long i = 1; i <= bad; i++)
        {
            term += Math.Log((samples - i + 1) / (double)i) + Math.Log(each / (1 - each));
            sum += Math.Exp(term);
        }

        return sum;
    }
}
