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
        if (!IsKnown(other))
        {
            // At the edge of what was seen the line of the last two goes on to the end of the bin, never beyond.
            other = at < degrees[bin] ? bin + 1 : bin - 1;
        }

        double part = IsKnown(other) ? (at - degrees[bin]) / (degrees[other] - degrees[bin]) : 0;
        rate = rates[bin] + (IsKnown(other) ? part * (rates[other] - rates[bin]) : 0);
        return true;
    }

    private bool IsKnown(int bin) => bin >= 0 && bin < samples.Length && samples[bin] >= SamplesNeeded;

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
