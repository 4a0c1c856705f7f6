using Appliance.Time.AnchorLog;

namespace Appliance.Time.Estimation;

/// <summary>
/// Two one-sided cumulative sums of the innovations in deviations (Page's test): pulses that drift away together, each
/// too little to be a step. With an allowance of one deviation and a limit of 12 noise alone reaches it once in
/// e^24 seconds; a pull of 1e-9 against 30 ns of noise within about a minute.
/// </summary>
internal struct PullWatch
{
    private const double Allowance = 1;

    private double up;
    private double down;
    private long upSince;
    private long downSince;

    /// <summary>Takes one innovation; true once the limit is reached.</summary>
    /// <param name="deviations">Innovation in deviations.</param>
    /// <param name="raw">Raw counter of its pulse.</param>
    /// <param name="limit">Where it is an alarm.</param>
    /// <param name="since">Where the sum began to grow: nothing later is trusted.</param>
    public bool Take(double deviations, long raw, double limit, out long since)
    {
        up = Grow(up, deviations - Allowance, raw, ref upSince);
        down = Grow(down, -deviations - Allowance, raw, ref downSince);
        since = up > down ? upSince : downSince;
        return Math.Max(up, down) > limit;
    }

    /// <summary>Its fields in a checkpoint.</summary>
    internal void Lay(ref StateFields to)
    {
        to.Number(ref up, "pull.up");
        to.Number(ref down, "pull.down");
        to.Number(ref upSince, "pull.upSince");
        to.Number(ref downSince, "pull.downSince");
    }

    private static double Grow(double sum, double by, long raw, ref long since)
    {
        double grown = sum + by;
        if (grown <= 0)
        {
            since = raw;
            return 0;
        }

        return grown;
    }
}
