using Appliance.Time.AnchorLog;

namespace Appliance.Time.Estimation;

/// <summary>
/// Learns ageing: the mean rate of one whole locked day against that of the day before, so that what temperature does
/// every day cancels. Used to predict; the bound keeps what is declared.
/// </summary>
internal struct AgeingWatch
{
    private const double DayNs = 86_400e9;
    private const double SecondsPerDay = 86_400;

    private double sum;
    private double count;
    private double meanBefore;
    private bool hasBefore;
    private long sinceRaw;

    /// <summary>Learned change of rate, ns/s a second; 0 until two whole days were locked.</summary>
    public double PerSecond;

    /// <summary>Takes one second of a locked clock.</summary>
    public void Learn(long raw, double rate, double limitPerSecond)
    {
        if (sinceRaw == 0)
        {
            sinceRaw = raw;
        }

        sum += rate;
        count += 1;
        if (raw - sinceRaw < DayNs)
        {
            return;
        }

        double mean = sum / count;
        if (hasBefore)
        {
            double learned = (mean - meanBefore) / SecondsPerDay;
            PerSecond = Math.Max(-limitPerSecond, Math.Min(limitPerSecond, learned));
        }

        meanBefore = mean;
        hasBefore = true;
        sum = 0;
        count = 0;
        sinceRaw = raw;
    }

    /// <summary>Its fields in a checkpoint.</summary>
    internal void Lay(ref StateFields to)
    {
        to.Number(ref sum, "ageing.sum");
        to.Number(ref count, "ageing.count");
        to.Number(ref meanBefore, "ageing.meanBefore");
        to.Flag(ref hasBefore, "ageing.hasBefore");
        to.Number(ref sinceRaw, "ageing.sinceRaw");
        to.Number(ref PerSecond, "ageing.PerSecond");
    }

    /// <summary>A day with a hole in it tells nothing; what was learned stands.</summary>
    public void Interrupt() => this = new AgeingWatch { PerSecond = PerSecond };
}
