namespace Appliance.Supervisor.Link;

/// <summary>How far an update is. Numbers, because the chip cannot print the names of an enum.</summary>
public static class UpdatePhase
{
    /// <summary>Nothing under way.</summary>
    public const int Idle = 0;

    /// <summary>Blocks are taken.</summary>
    public const int Receiving = 1;

    /// <summary>SHA-256 of what is stored.</summary>
    public const int Hashing = 2;

    /// <summary>Good; runs at the next start.</summary>
    public const int Staged = 4;

    /// <summary>The new image runs and waits to be confirmed.</summary>
    public const int Trial = 5;

    /// <summary>See the reason.</summary>
    public const int Refused = 6;

    /// <summary>The signature is checked, before any block is taken.</summary>
    public const int Verifying = 3;
}
