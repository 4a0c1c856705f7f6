namespace Appliance.Supervisor.Link;

/// <summary>
/// What the supervisor knows of the host. Numbers, because the chip cannot print the names of an enum.
/// </summary>
public static class HostState
{
    /// <summary>Switched off.</summary>
    public const int Off = 0;

    /// <summary>On, no heartbeat yet.</summary>
    public const int Starting = 1;

    /// <summary>Alive, watchdog armed.</summary>
    public const int Watched = 2;

    /// <summary>Alive, watchdog not armed.</summary>
    public const int Unwatched = 3;

    /// <summary>Was alive, says nothing, and is not watched.</summary>
    public const int Silent = 4;

    /// <summary>Started too often without coming up; the supervisor waits.</summary>
    public const int Braked = 5;
}
