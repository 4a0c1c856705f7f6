namespace Appliance.Mqtt;

/// <summary>
/// Delays between attempts to connect: doubling from the first to the last, each drawn from its upper half, so that a
/// thousand boxes do not come back in the same second. The caller draws the random value and waits.
/// </summary>
public sealed class Backoff(int firstMs = Limits.BackoffMsMin, int lastMs = Limits.BackoffMsMax)
{
    private readonly int firstStepMs = firstMs;
    private int stepMs = firstMs;

    /// <summary>Failed attempts since the last success.</summary>
    public int Attempts { get; private set; }

    /// <summary>The delay before the next attempt, ms; <paramref name="random"/> is any 32 random bits.</summary>
    public int NextDelayMs(uint random)
    {
        int half = stepMs / 2;
        int delayMs = stepMs - half + (int)((ulong)random * (uint)(half + 1) >> 32);
        stepMs = (int)Math.Min((long)stepMs * 2, lastMs);
        Attempts = Math.Min(Attempts + 1, int.MaxValue - 1);
        return delayMs;
    }

    /// <summary>A connection was made and has proved itself: begin again with the first delay.</summary>
    public void Reset()
    {
        stepMs = firstStepMs;
        Attempts = 0;
    }
}
