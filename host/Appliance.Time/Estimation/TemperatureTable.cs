namespace Appliance.Time.Estimation;

/// <summary>
/// How the oscillator's rate changes with temperature, learned while locked: a slope for each bin of a degree, by least
/// squares from changes of both (<see cref="TemperaturePairs"/>). A bin of which little is known leans on the slope of
/// all together. Between two temperatures the rate changes by what lies under the slopes; in a bin that was not seen
/// it does not, and nothing is claimed there (<see cref="Covers"/>).
/// </summary>
internal sealed class TemperatureTable
{
    /// <summary>Numbers of a checkpoint: three rows of bins and two sums.</summary>
    public const int Numbers = (3 * Limits.TemperatureBins) + 2;

    private const int Coldest = -40;
    private const double SecondsNeeded = 60;

    // Half of what a bin knows is forgotten after some 180 changes in it, which is about a month of days.
    private const double Kept = 255.0 / 256;

    // What is believed without being told weighs so much, in squared degrees of changes: that there is no slope, and
    // that each bin's is that of all. Without it the first changes, of hundredths of a degree, give any slope.
    private const double CommonSquares = 0.1;

    // Squared degrees of changes until the slope of all is worth a claim: then a tenth of it is still missing.
    private const double SquaresNeeded = 1;

    // So near to where the rate was known no slope is needed: what temperature does there is within the residual.
    private const double NearDegrees = 0.5;

    private readonly double[] seconds = new double[Limits.TemperatureBins];
    private readonly double[] squares = new double[Limits.TemperatureBins];
    private readonly double[] products = new double[Limits.TemperatureBins];
    private double allSquares;
    private double allProducts;

    /// <summary>One second of a locked clock was spent at a temperature, degrees.</summary>
    public void See(double degrees)
    {
        int bin = BinOf(degrees);
        if (bin >= 0 && seconds[bin] < SecondsNeeded)
        {
            seconds[bin] += 1;
        }
    }

    /// <summary>Takes a change; it counts for the bin in its middle.</summary>
    public void Learn(in TemperatureChange change)
    {
        int bin = BinOf((change.From + change.To) / 2);
        if (bin < 0)
        {
            return;
        }

        double degrees = change.To - change.From;
        double square = degrees * degrees;
        double product = degrees * change.Rate;
        squares[bin] = (squares[bin] * Kept) + square;
        products[bin] = (products[bin] * Kept) + product;
        allSquares = (allSquares * Kept) + square;
        allProducts = (allProducts * Kept) + product;
    }

    /// <summary>
    /// Every bin from one temperature to another was seen, and enough of how the rate changes if they are far apart.
    /// </summary>
    public bool Covers(double from, double to)
    {
        int first = BinOf(Math.Min(from, to));
        int last = BinOf(Math.Max(from, to));
        bool isNear = Math.Abs(to - from) <= NearDegrees;
        bool isKnown = first >= 0 && last >= 0 && (isNear || allSquares >= SquaresNeeded);
        for (int bin = first; isKnown && bin <= last; bin++)
        {
            isKnown = IsKnown(bin);
        }

        return isKnown;
    }

    /// <summary>How the rate changes between two temperatures, ns/s; a bin that was not seen adds nothing.</summary>
    public double Change(double from, double to)
    {
        double low = Math.Min(from, to) - Coldest;
        double high = Math.Max(from, to) - Coldest;
        double sum = 0;
        int first = (int)Math.Max(0, Math.Min(low, Limits.TemperatureBins));
        for (int bin = first; bin < Limits.TemperatureBins && bin < high; bin++)
        {
            double part = Math.Min(high, bin + 1) - Math.Max(low, bin);
            sum += IsKnown(bin) ? part * SlopeOf(bin) : 0;
        }

        return from <= to ? sum : -sum;
    }

    /// <summary>Its numbers, for a checkpoint: three rows of bins, two sums.</summary>
    public void CopyTo(Span<double> to)
    {
        seconds.CopyTo(to);
        squares.CopyTo(to[Limits.TemperatureBins..]);
        products.CopyTo(to[(2 * Limits.TemperatureBins)..]);
        to[Numbers - 2] = allSquares;
        to[Numbers - 1] = allProducts;
    }

    /// <summary>Takes up the numbers of a checkpoint.</summary>
    public void CopyFrom(ReadOnlySpan<double> from)
    {
        from[..Limits.TemperatureBins].CopyTo(seconds);
        from.Slice(Limits.TemperatureBins, Limits.TemperatureBins).CopyTo(squares);
        from.Slice(2 * Limits.TemperatureBins, Limits.TemperatureBins).CopyTo(products);
        allSquares = from[Numbers - 2];
        allProducts = from[Numbers - 1];
    }

    private bool IsKnown(int bin) => seconds[bin] >= SecondsNeeded;

    private double SlopeOf(int bin)
    {
        double common = allProducts / (allSquares + CommonSquares);
        return (products[bin] + (CommonSquares * common)) / (squares[bin] + CommonSquares);
    }

    private static int BinOf(double degrees)
    {
        double above = degrees - Coldest;
        return above >= 0 && above < Limits.TemperatureBins ? (int)above : -1;
    }
}
