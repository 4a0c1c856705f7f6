using Appliance.Time.AnchorLog;

namespace Appliance.Time.Estimation;

/// <summary>
/// Mean temperature and mean rate of a locked clock over some minutes, and how both changed since the minutes before.
/// Changes, because a rate that walks was elsewhere when each temperature was seen: of two neighbouring means the walk
/// is small and independent of all others, of two rates hours apart it is as large as what temperature does.
/// </summary>
internal struct TemperaturePairs
{
    // Long against the filter's noise (0.3 ns/s, gone after half a minute), short against the walk; nearly all of it.
    private const double WindowNs = 300e9;
    private const double WindowNsMost = 330e9;
    private const double SamplesNeeded = 270;

    private long sinceRaw;
    private double count;
    private double degrees;
    private double rates;
    private double degreesBefore;
    private double ratesBefore;
    private bool hasBefore;

    /// <summary>Takes one second of a locked clock.</summary>
    /// <param name="raw">Raw counter.</param>
    /// <param name="temperature">Temperature, degrees.</param>
    /// <param name="rate">Rate, ns/s.</param>
    /// <param name="change">Where two means follow each other: between which temperatures, and by how much.</param>
    /// <returns>There is a change to learn from.</returns>
    public bool Take(long raw, double temperature, double rate, out TemperatureChange change)
    {
        change = default;
        if (count == 0)
        {
            sinceRaw = raw;
        }

        count += 1;
        degrees += temperature;
        rates += rate;
        return raw - sinceRaw >= WindowNs && Close(raw - sinceRaw, out change);
    }

    /// <summary>What comes next does not follow what came before.</summary>
    public void Interrupt() => this = default;

    /// <summary>Its fields in a checkpoint.</summary>
    internal void Lay(ref StateFields to)
    {
        to.Number(ref sinceRaw, "pairs.sinceRaw");
        to.Number(ref count, "pairs.count");
        to.Number(ref degrees, "pairs.degrees");
        to.Number(ref rates, "pairs.rates");
        to.Number(ref degreesBefore, "pairs.degreesBefore");
        to.Number(ref ratesBefore, "pairs.ratesBefore");
        to.Flag(ref hasBefore, "pairs.hasBefore");
    }

    private bool Close(double lastedNs, out TemperatureChange change)
    {
        bool isWhole = count >= SamplesNeeded && lastedNs <= WindowNsMost;
        double meanDegrees = degrees / count;
        double meanRate = rates / count;
        change = new TemperatureChange(degreesBefore, meanDegrees, meanRate - ratesBefore);
        bool isChange = isWhole && hasBefore;
        this = new TemperaturePairs { degreesBefore = meanDegrees, ratesBefore = meanRate, hasBefore = isWhole };
        return isChange;
    }
}

/// <summary>How the rate changed from one mean temperature to another: degrees, degrees, ns/s.</summary>
internal readonly record struct TemperatureChange(double From, double To, double Rate);
