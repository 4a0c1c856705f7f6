namespace Appliance.Time.Estimation;

/// <summary>
/// What follows from peers alone, without statistics: the truth lies where all answers so far let it lie. Each answer
/// is an interval; between two it grows by what the oscillator can do, and a new one is cut with what is left of the
/// old. Half a round trip is no noise that averages out, so nothing is averaged into the bound.
/// </summary>
internal struct PeerInterval
{
    private const double SecondsPerNs = 1e-9;

    /// <summary>TAI lies at most so far before, and so far after, the estimate; ns.</summary>
    public double Low;

    public double High;

    /// <summary>The true rate is the estimated one, give or take this; ns/s, as of the last answer.</summary>
    public double RateHalf;

    /// <summary>Raw counter of the last answer, and nanoseconds from the one before to it; 0: none.</summary>
    public long AnsweredRaw;

    public long BetweenNs;

    /// <summary>Earlier answers, from which the rate follows.</summary>
    public PeerReferences References;

    /// <summary>Begins with one answer: nothing is known of the rate but the oscillator's limit.</summary>
    public static PeerInterval Begin(long raw, long tai, long halfNs, double rateLimit)
    {
        PeerInterval begun = new()
        {
            Low = halfNs, High = halfNs, RateHalf = rateLimit, AnsweredRaw = raw,
        };
        begun.References.Add(raw, tai, halfNs);
        return begun;
    }

    /// <summary>Half width around the estimate.</summary>
    public readonly double Half => Math.Max(Low, High);

    /// <summary>How fast the half width grows at a reading of the counter, ns/s.</summary>
    public readonly double Growth(long raw, OscillatorModel model, double deviations) =>
        Math.Min(model.RateLimit * 2, RateHalf + Drift((raw - AnsweredRaw) * SecondsPerNs, model, deviations));

    /// <summary>Goes on to a reading of the counter.</summary>
    public void Coast(long from, long to, OscillatorModel model, double deviations)
    {
        double grown = Growth(to, model, deviations) * ((to - from) * SecondsPerNs);
        Low += grown;
        High += grown;
    }

    /// <summary>
    /// Cuts with an answer whose middle lies <paramref name="innovation"/> after the estimate; false where the two do
    /// not meet: then nothing has changed.
    /// </summary>
    public bool TryCut(double innovation, double halfNs)
    {
        double low = Math.Min(Low, halfNs - innovation);
        double high = Math.Min(High, halfNs + innovation);
        if (low + high < 0)
        {
            return false;
        }

        Low = low;
        High = high;
        return true;
    }

    /// <summary>How far the estimate is to be moved towards an answer so that it lies within the interval.</summary>
    public readonly double Within(double wanted) => Math.Max(-Low, Math.Min(High, wanted));

    /// <summary>The estimate was moved.</summary>
    public void Moved(double by)
    {
        Low += by;
        High -= by;
    }

    /// <summary>
    /// Learns the rate from where the interval is now and where it was at earlier answers; gives the middle of what
    /// is left. False where nothing is: the oscillator is not what it is declared to be, or an answer was a lie.
    /// </summary>
    public bool TryRate(long raw, long tai, OscillatorModel model, double deviations, out double rate)
    {
        double half = ((Low + High) / 2) + 1;
        long middle = tai + (long)((High - Low) / 2);
        double low = -model.RateLimit;
        double high = model.RateLimit;
        for (int i = 0; i < References.Count; i++)
        {
            PeerReference earlier = References[i];
            double dt = (raw - earlier.Raw) * SecondsPerNs;
            if (dt <= 0)
            {
                continue;
            }

            double mean = (middle - earlier.Tai - (raw - earlier.Raw)) / dt;
            double apart = ((half + earlier.Half) / dt) + Drift(dt, model, deviations);
            low = Math.Max(low, mean - apart);
            high = Math.Min(high, mean + apart);
        }

        BetweenNs = raw - AnsweredRaw;
        AnsweredRaw = raw;
        bool isThere = low <= high;
        if (!isThere)
        {
            References.Clear();
        }

        References.Add(raw, middle, half);
        rate = (low + high) / 2;
        RateHalf = isThere ? (high - low) / 2 : model.RateLimit;
        return isThere;
    }

    // How far the rate now can be from any that it had so many seconds ago.
    private static double Drift(double seconds, OscillatorModel model, double deviations) =>
        Math.Min(model.TemperatureSwing, model.TemperatureSlope * seconds) + (model.AgeingPerSecond * seconds)
            + (deviations * (model.WhiteNs + (model.CoastWalk * Math.Sqrt(seconds))));
}
