namespace Appliance.Supervisor.Link;

/// <summary>Why power is cut. Numbers, because the chip cannot print the names of an enum.</summary>
public static class PowerReason
{
    /// <summary>The host did not feed its watchdog.</summary>
    public const int Watchdog = 1;

    /// <summary>The host asked.</summary>
    public const int Request = 2;

    /// <summary>It was started too often without coming up.</summary>
    public const int Brake = 3;

    /// <summary>Somebody held the button.</summary>
    public const int Button = 4;
}
