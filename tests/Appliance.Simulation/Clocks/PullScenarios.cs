using Appliance.Time.Estimation;
using Appliance.Wire;

namespace Appliance.Simulation.Clocks;

/// <summary>How a pull below the oscillator's limits went.</summary>
/// <param name="SeenAfter">Seconds until a check said so; -1: none did.</param>
/// <param name="WorstOutsideNs">Largest error that the bound did not hold.</param>
/// <param name="LastOutside">The last second in which it did not, from the begin of the pull; 0: it always did.</param>
internal readonly record struct PullResult(int SeenAfter, double WorstOutsideNs, int LastOutside);

/// <summary>
/// Pulses that are pulled more slowly than the oscillator itself may drift: a clock alone cannot see it. Peers that
/// tell the truth within their own bound can, once it leaves theirs and the clock's.
/// </summary>
internal static class PullScenarios
{
    private const int PullAt = 20_000;
    private const int SecondsBetweenAnswers = 16;

    /// <summary>Pulls at a constant rate.</summary>
    /// <param name="world">Class of oscillator.</param>
    /// <param name="rate">ns/s.</param>
    /// <param name="peers">Peers that agree; 0: none.</param>
    /// <param name="peerHalfNs">Half width that they say and keep.</param>
    /// <param name="seconds">How long it is pulled.</param>
    public static PullResult Run(ClockWorld world, double rate, byte peers, long peerHalfNs, int seconds)
    {
        ClockNoise noise = new(77);
        ClockRun run = world.Begin(1, scene: (long second, ref SecondEvents events) =>
        {
            events.AttackNs = second > PullAt ? (second - PullAt) * rate : 0;
            events.Peers = (byte)(second % SecondsBetweenAnswers == 0 ? peers : 0);
            events.PeerHalfNs = peerHalfNs;
            events.PeerErrorNs = 0.8 * peerHalfNs * ((2 * noise.Uniform()) - 1);
        });
        PullResult result = new(-1, 0, 0);
        for (int i = 1; i <= PullAt + seconds; i++)
        {
            run.Step();
            result = i > PullAt ? Take(result, run, i - PullAt) : result;
        }

        return result;
    }

    private static PullResult Take(PullResult so, ClockRun run, int second)
    {
        bool isSeen = run.Estimator.State != ClockState.Locked || run.Estimator.Checks != Checks.None;
        double error = Math.Abs(run.ErrorNs);
        bool isOutside = error > run.BoundNs;
        return new PullResult(
            so.SeenAfter < 0 && isSeen ? second : so.SeenAfter,
            isOutside ? Math.Max(so.WorstOutsideNs, error) : so.WorstOutsideNs,
            isOutside ? second : so.LastOutside);
    }
}
