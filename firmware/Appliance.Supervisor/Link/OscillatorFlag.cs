namespace Appliance.Supervisor.Link;

/// <summary>
/// Bits of <see cref="OscillatorMessage.Flags"/>. Numbers, because the chip cannot print the names of an enum.
/// </summary>
public static class OscillatorFlag
{
    /// <summary>A new stamp of the pulse came this second.</summary>
    public const int PhaseValid = 1;

    /// <summary>The receiver says that its time is good.</summary>
    public const int ReceiverTimeValid = 2;

    /// <summary>SawtoothPs is valid.</summary>
    public const int SawtoothValid = 4;

    /// <summary>The DAC stands at an end of its range.</summary>
    public const int DacAtLimit = 8;

    /// <summary>The loop does not move the DAC.</summary>
    public const int SteeringHeld = 16;
}
