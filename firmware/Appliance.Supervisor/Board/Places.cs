namespace Appliance.Supervisor.Board;

/// <summary>What lies where in the memory: records of two pages each, then two slots for images.</summary>
internal static class Places
{
    /// <summary>Starts and power cycles.</summary>
    public const int Counters = 0;

    /// <summary>Open tamper latches and the last alarm number.</summary>
    public const int Latches = 1;

    /// <summary>The last good value of the DAC.</summary>
    public const int Steering = 2;

    /// <summary>Which slot runs, which is tried.</summary>
    public const int Slots = 3;

    /// <summary>The key that signs updates.</summary>
    public const int UpdateKey = 4;

    /// <summary>First of the alarms that the host has not recorded yet.</summary>
    public const int FirstAlarm = 8;

    /// <summary>First byte of slot 0.</summary>
    public const int Slot0 = 0x6000;

    /// <summary>Bytes of a slot: two of them fill what the records leave.</summary>
    public const int SlotBytes = 116 * 1024;
}
