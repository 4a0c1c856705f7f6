namespace Appliance.Time.Estimation;

/// <summary>
/// Rate of the oscillator by temperature, learned while locked, a bin a degree: mean temperature and mean rate of what
/// was seen in it. Between two bins it is a straight line; outside of what was seen it says nothing.
/// </summary>
internal sealed class TemperatureTable
{
    private const int Coldest = -40;
    private const int PerDegree = 1000;
    private const int SamplesNeeded = 60;
    private const double SamplesKept = 3600;

    private readonly double[] degrees = new double[Limits.TemperatureBins];
    private readonly double[] rates = new double[Limits.TemperatureBins];
    private readonly double[] samples = new double[Limits.TemperatureBins];

    /// <summary>Takes one second of a locked clock.</summary>
    public void Learn(int millidegrees, double rate)
    {
        int bin = BinOf(millidegrees);
        if (bin < 0)
        {
            return;
        }

        samples[bin] = samples[bin] < SamplesKept ? samples[bin] + 1 : SamplesKept;
        degrees[bin] += ((millidegrees / (double)PerDegree) - degrees[bin]) / samples[bin];
        rates[bin] += (rate - rates[bin]) / samples[bin];
    }

    /// <summary>The rate at a temperature, ns/s; false where the table does not cover it.</summary>
    public bool TryRate(int millidegrees, out double rate)
    {
        rate = 0;
        int bin = BinOf(millidegrees);
        if (bin < 0 || samples[bin] < SamplesNeeded)
        {
            return false;
        }

        double at = millidegrees / (double)PerDegree;
        int other = at < degrees[bin] ? bin - 1 : bin + 1;
        if (other < 0 || other >= samples.Length || samples[other] < SamplesNeeded)
        {
            // At the edge of what was seen: the mean of the last bin, never a line beyond it.
            rate = rates[bin];
            return true;
        }

        double part = (at - degrees[bin]) / (degrees[other] - degrees[bin]);
        rate = rates[bin] + (part * (rates[other] - rates[bin]));
        return true;
    }

    /// <summary>Its numbers, for a checkpoint: three rows of bins.</summary>
    public void CopyTo(Span<double> to)
    {
        degrees.CopyTo(to);
        rates.CopyTo(to[Limits.TemperatureBins..]);
        samples.CopyTo(to[(2 * Limits.TemperatureBins)..]);
    }

    /// <summary>Takes up the numbers of a checkpoint.</summary>
    public void CopyFrom(ReadOnlySpan<double> from)
    {
        from[..Limits.TemperatureBins].CopyTo(degrees);
        from.Slice(Limits.TemperatureBins, Limits.TemperatureBins).CopyTo(rates);
        from.Slice(2 * Limits.TemperatureBins, Limits.TemperatureBins).CopyTo(samples);
    }

    private static int BinOf(int millidegrees)
    {
        int bin = (millidegrees / PerDegree) - Coldest;
        return bin >= 0 && bin < Limits.TemperatureBins ? bin : -1;
    }
}
