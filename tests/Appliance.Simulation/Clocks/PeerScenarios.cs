namespace Appliance.Simulation.Clocks;

/// <summary>How a run of peers went.</summary>
/// <param name="Tally">Coverage and bounds by state.</param>
/// <param name="SecondsToClass">Seconds until the bound was within 1 ms and 10 ms; -1: never.</param>
/// <param name="DetectedAfter">Seconds from the first lie to a check that says so; -1: none.</param>
/// <param name="Answers">Answers of honest peers.</param>
/// <param name="AnswersBroken">Those of them that put the truth outside: the network was worse than declared.</param>
internal sealed record PeerResult(
    ClockTally Tally, (int OneMs, int TenMs) SecondsToClass, int DetectedAfter, long Answers, long AnswersBroken);

/// <summary>The scenarios of a box without sky.</summary>
internal static class PeerScenarios
{
    public const int LieAt = 5000;

    /// <summary>Peers come and go: each second a lone one, every quarter of the run all of them for a while.</summary>
    public static PeerResult Lost(PeerWorld world, int seed, int seconds)
    {
        ClockNoise noise = new(seed * 31);
        long from = 0;
        long until = 0;
        return Run(world, seed, seconds, (peer, second) =>
        {
            if (peer == 0 && second > until)
            {
                from = second + 2000 + (long)(2000 * noise.Uniform());
                until = from + (long)(2000 * noise.Exponential());
            }

            bool areAllLost = second > from && second <= until;
            bool isThisLost = (second + (peer * 311)) % 1000 < 50;
            return new PeerEvents { IsLost = areAllLost || isThisLost };
        });
    }

    /// <summary>The first peer lies from a moment on.</summary>
    public static PeerResult Lie(PeerWorld world, int seed, int seconds, Func<long, double> lie) =>
        Run(world, seed, seconds, (peer, second) => new PeerEvents
        {
            LieNs = peer == 0 && second > LieAt ? lie(second - LieAt) : 0,
        });

    public static PeerResult Run(PeerWorld world, int seed, int seconds, PeerScene? scene)
    {
        PeerRun run = new(world, Plant.Xo, "xo", seed, scene);
        ClockTally tally = new();
        (int oneMs, int tenMs, int detected) = (-1, -1, -1);
        for (int i = 1; i <= seconds; i++)
        {
            run.Step();
            tally.Take(run);
            oneMs = oneMs < 0 && run.Said.BoundNs <= 1e6 ? i : oneMs;
            tenMs = tenMs < 0 && run.Said.BoundNs <= 1e7 ? i : tenMs;
            bool isNamed = run.Checks.Any(words => words.StartsWith("a peer", StringComparison.Ordinal));
            detected = detected < 0 && i > LieAt && isNamed ? i - LieAt : detected;
        }

        return new PeerResult(tally, (oneMs, tenMs), detected, run.Answers, run.AnswersBroken);
    }
}
