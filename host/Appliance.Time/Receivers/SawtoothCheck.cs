namespace Appliance.Time.Receivers;

/// <summary>What applying a receiver's sawtooth does to its pulses.</summary>
public enum SawtoothVerdict : byte
{
    /// <summary>Too few pulses yet.</summary>
    Unknown = 0,

    /// <summary>The scatter falls: sign and pairing are right.</summary>
    Helps = 1,

    /// <summary>It would fall with the other sign: do not use it, and say so.</summary>
    WrongSign = 2,

    /// <summary>It would fall with the value of the pulse before: it is paired with the wrong pulse.</summary>
    WrongPulse = 3,

    /// <summary>Neither; the scatter of the capture hides the sawtooth.</summary>
    NoDifference = 4,
}

/// <summary>
/// Tests the sign and the pairing of qErr by what they must do: make the scatter of pulse-to-pulse intervals fall. A
/// wrong sign doubles the sawtooth instead. Second differences of the edges take out offset and frequency.
/// </summary>
public sealed class SawtoothCheck
{
    // With this much scatter left or added the question is answered; 64 pulses give a variance to about 18 %.
    private const double FallsTo = 0.7;
    private const int Window = 64;

    private readonly double[] edges = new double[Window + 1];
    private readonly double[] errors = new double[Window + 1];
    private int count;

    /// <summary>The verdict on the last whole window.</summary>
    public SawtoothVerdict Verdict { get; private set; }

    /// <summary>
    /// One pulse: how far its edge lay from where the oscillator expected it, and the qErr paired with it. Consecutive
    /// pulses only: call <see cref="Restart"/> after a missed one.
    /// </summary>
    /// <param name="edgeNs">Edge less expectation, nanoseconds; any constant offset and slope does not matter.</param>
    /// <param name="quantisationErrorPs">qErr of this pulse, picoseconds.</param>
    public SawtoothVerdict Add(double edgeNs, int quantisationErrorPs)
    {
        edges[count] = edgeNs;
        errors[count] = quantisationErrorPs / 1000.0;
        count++;
        if (count > Window)
        {
            Verdict = Judge();
            count = 0;
        }

        return Verdict;
    }

    /// <summary>Begins a new window; the verdict stands.</summary>
    public void Restart() => count = 0;

    private SawtoothVerdict Judge()
    {
        double without = Scatter(0, 0);
        double with = Scatter(1, 0);
        double limit = without * FallsTo;
        return with < limit ? SawtoothVerdict.Helps
            : Scatter(-1, 0) < limit ? SawtoothVerdict.WrongSign
            : Scatter(1, 1) < limit ? SawtoothVerdict.WrongPulse : SawtoothVerdict.NoDifference;
    }

    private double Scatter(int sign, int late)
    {
        double sum = 0;
        for (int i = 3; i <= Window; i++)
        {
            double bend = At(i) - (2 * At(i - 1)) + At(i - 2);
            sum += bend * bend;
        }

        return sum;

        double At(int i) => edges[i] + (sign * errors[i - late]);
    }
}
