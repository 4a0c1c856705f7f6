namespace Appliance.Supervisor.Link;

/// <summary>The two ends of the line.</summary>
public static class LinkRole
{
    /// <summary>The microcontroller.</summary>
    public const int Supervisor = 1;

    /// <summary>The computer.</summary>
    public const int Host = 2;
}
