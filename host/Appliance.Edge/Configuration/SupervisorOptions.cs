namespace Appliance.Edge.Configuration;

/// <summary>The supervisor microcontroller of the board; without a line the box has none.</summary>
public sealed record SupervisorOptions
{
    /// <summary>Serial line to it, as in /dev/ttyAMA1; absent: the board has none.</summary>
    public string? Line { get; init; }

    public int Baud { get; init; } = 115_200;

    /// <summary>
    /// Seconds without a sign of life after which it cuts the power and gives it back, 5 to 600; 0: never.
    /// </summary>
    public int WatchdogSeconds { get; init; } = 60;

    /// <summary>File in which alarms and acknowledgements are kept.</summary>
    public string Book { get; init; } = "supervisor.json";

    internal IEnumerable<string?> Problems()
    {
        yield return Baud is < 9600 or > 4_000_000
            ? $"supervisor.baud is {Baud}; it must be 9600 to 4000000" : null;
        yield return WatchdogSeconds != 0 && WatchdogSeconds is < 5 or > 600
            ? $"supervisor.watchdogSeconds is {WatchdogSeconds}; it must be 5 to 600, or 0 for never" : null;
        yield return Line is not null && Book.Length == 0 ? "supervisor.book is empty; name a file" : null;
    }
}
