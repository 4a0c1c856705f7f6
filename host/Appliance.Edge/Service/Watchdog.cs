namespace Appliance.Edge.Service;

/// <summary>
/// Tells systemd that the service lives, and only while it does: each of its threads has passed lately. A packet thread
/// that hangs, or a writer that the flash holds up, ends the telling, and systemd then starts the service anew.
/// </summary>
/// <param name="limitMs">A thread that has not passed for so long hangs.</param>
/// <param name="nowMs">Monotonic time, milliseconds.</param>
/// <param name="tell">Tells it.</param>
/// <param name="lastPasses">When each thread last passed, on the same clock.</param>
internal sealed class Watchdog(long limitMs, Func<long> nowMs, Action tell, params Func<long>[] lastPasses)
    : IDisposable
{
    // Twice in each interval, as sd_watchdog_enabled(3) advises.
    private const int TellsAnInterval = 2;

    private Timer? timer;

    /// <summary>
    /// Starts one where systemd asks for it; null otherwise, or where it asks another process.
    /// </summary>
    public static Watchdog? Start(params Func<long>[] lastPasses)
    {
        long? limitMs = LimitMsOf(
            Environment.GetEnvironmentVariable("WATCHDOG_USEC"),
            Environment.GetEnvironmentVariable(SystemdNotify.WatchdogProcess),
            Environment.ProcessId);
        if (limitMs is not long limit)
        {
            return null;
        }

        Watchdog made = new(limit, () => Environment.TickCount64, () => SystemdNotify.Send("WATCHDOG=1"), lastPasses);
        made.timer = new Timer(_ => made.CheckAgain(limit / TellsAnInterval));
        made.timer.Change(0, Timeout.Infinite);
        return made;
    }

    /// <summary>Tells it where all threads live; false where one hangs.</summary>
    public bool Check()
    {
        long now = nowMs();
        bool lives = Array.TrueForAll(lastPasses, pass => now - pass() <= limitMs);
        if (lives)
        {
            tell();
        }

        return lives;
    }

    public void Dispose() => timer?.Dispose();

    // Armed anew only after each telling: one that is held up does not let others pile up behind it.
    private void CheckAgain(long afterMs)
    {
        Check();
        try
        {
            timer?.Change(afterMs, Timeout.Infinite);
        }
        catch (ObjectDisposedException)
        {
            // The service ended meanwhile.
        }
    }

    /// <summary>The interval that systemd wants, milliseconds; null where it wants none of this process.</summary>
    internal static long? LimitMsOf(string? microseconds, string? process, int own) =>
        long.TryParse(microseconds, out long us) && us >= 1000
            && (string.IsNullOrEmpty(process) || (int.TryParse(process, out int named) && named == own))
            ? us / 1000
            : null;
}
