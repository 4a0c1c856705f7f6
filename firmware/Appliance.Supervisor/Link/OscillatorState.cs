namespace Appliance.Supervisor.Link;

/// <summary>State of the oscillator's loop. Numbers, because the chip cannot print the names of an enum.</summary>
public static class OscillatorState
{
    /// <summary>Heating; not steered.</summary>
    public const int WarmUp = 0;

    /// <summary>Pulled towards the receiver fast.</summary>
    public const int Acquire = 1;

    /// <summary>Locked.</summary>
    public const int Track = 2;

    /// <summary>The receiver is lost; the last good value is held.</summary>
    public const int Holdover = 3;

    /// <summary>The DAC does not answer, or steering has no effect.</summary>
    public const int Fault = 4;
}
