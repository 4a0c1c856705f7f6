using System.Runtime.CompilerServices;
using Appliance.Time.AnchorLog;

namespace Appliance.Time.Estimation;

/// <summary>
/// The rate against that of an hour and a day ago. A pull slower than <see cref="PullWatch"/> can see turns up here, if
/// the oscillator is good enough: beyond what noise, temperature and ageing allow, it was pulled.
/// </summary>
internal struct RateWatch
{
    private const int SecondsBetween = 3600;
    private const int Hours = 24;
    private const double NsPerSecond = 1e9;

    private HourRates rates;
    private int count;
    private int next;
    private long lastRaw;

    /// <summary>Takes the rate of a locked clock; once an hour it is kept.</summary>
    /// <param name="raw">Raw counter.</param>
    /// <param name="rate">Rate, ns/s.</param>
    /// <param name="deviation">Its standard deviation.</param>
    /// <param name="settings">What may be.</param>
    /// <param name="pulledNs">How much a pull since the older rate can have moved the clock, ns.</param>
    /// <returns>The rate is where this oscillator cannot be.</returns>
    public bool Take(long raw, double rate, double deviation, EstimatorSettings settings, out double pulledNs)
    {
        pulledNs = 0;
        if (lastRaw != 0 && raw - lastRaw < SecondsBetween * (long)NsPerSecond)
        {
            return count > 0 && Differs(1, rate, deviation, settings, ref pulledNs);
        }

        bool isPulled = (count > 0 && Differs(1, rate, deviation, settings, ref pulledNs))
            || (count == Hours && Differs(Hours, rate, deviation, settings, ref pulledNs));
        rates[next] = rate;
        next = (next + 1) % Hours;
        count = Math.Min(count + 1, Hours);
        lastRaw = raw;
        return isPulled;
    }

    /// <summary>Forgets: after holdover the rates before it say nothing of a pull.</summary>
    public void Reset() => this = default;

    /// <summary>Its fields in a checkpoint.</summary>
    internal void Lay(ref StateFields to)
    {
        for (int i = 0; i < Hours; i++)
        {
            to.Number(ref rates[i], "rates.hour");
        }

        to.Small(ref count, Hours, "rates.count");
        to.Small(ref next, Hours - 1, "rates.next");
        to.Number(ref lastRaw, "rates.lastRaw");
    }

    private readonly bool Differs(
        int hours, double rate, double deviation, EstimatorSettings settings, ref double pulledNs)
    {
        double seconds = (hours + 1) * (double)SecondsBetween;
        OscillatorModel model = settings.Oscillator;
        double allowed = (settings.Deviations * (deviation + (model.CoastWalk * Math.Sqrt(seconds))))
            + model.TemperatureSwing + (model.AgeingPerSecond * seconds);
        double differs = Math.Abs(rate - rates[(next + Hours - hours) % Hours]);
        pulledNs = differs * seconds;
        return differs > allowed;
    }

    [InlineArray(Hours)]
    private struct HourRates
    {
        private double first;
    }
}
