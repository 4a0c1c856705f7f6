namespace Appliance.Supervisor.Link;

/// <summary>What an alarm is about. Numbers, because the chip cannot print the names of an enum.</summary>
public static class AlarmKind
{
    /// <summary>The lid switch opened.</summary>
    public const int TamperLid = 1;

    /// <summary>The loop through the case is broken.</summary>
    public const int TamperMesh = 2;

    /// <summary>The case was opened while the board had no power.</summary>
    public const int TamperWithoutPower = 3;

    /// <summary>The input falls; the supercapacitor carries the board. Value: millivolts.</summary>
    public const int PowerFailing = 4;

    /// <summary>Value: millivolts.</summary>
    public const int SupplyLow = 5;

    /// <summary>Value: millivolts.</summary>
    public const int SupplyHigh = 6;

    /// <summary>Value: 0.001 degrees Celsius. Source: I2C address of the sensor.</summary>
    public const int TooHot = 7;

    /// <summary>Value: 0.001 degrees Celsius. Source: I2C address of the sensor.</summary>
    public const int TooCold = 8;

    /// <summary>Driven and does not turn. Value: rpm.</summary>
    public const int FanStalled = 9;

    /// <summary>No valid UBX frame for ten seconds.</summary>
    public const int ReceiverSilent = 10;

    /// <summary>It refused a setting that timing needs. Value: index of the step.</summary>
    public const int ReceiverNotSetUp = 11;

    /// <summary>The DAC stands at its end, or the oscillator does not follow. Value: DAC.</summary>
    public const int NotSteerable = 12;

    /// <summary>No heartbeat within the armed time. Value: seconds.</summary>
    public const int HostHung = 13;

    /// <summary>The host was started too often. Value: starts.</summary>
    public const int BootLoop = 14;

    /// <summary>A device does not answer. Source: its I2C address.</summary>
    public const int DeviceMissing = 15;

    /// <summary>The battery-backed clock lost its time.</summary>
    public const int ClockStopped = 16;

    /// <summary>An image was refused or fell back. Value: UpdateReason.</summary>
    public const int UpdateFailed = 17;

    /// <summary>A kept record was unreadable and was started anew. Value: its place.</summary>
    public const int MemoryFault = 18;
}
