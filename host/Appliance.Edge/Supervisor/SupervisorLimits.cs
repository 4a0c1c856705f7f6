namespace Appliance.Edge.Supervisor;

/// <summary>Every bound of the link to the supervisor, each with its reason.</summary>
internal static class SupervisorLimits
{
    /// <summary>Alarms kept on flash, newest first to stay: a year of one a day, 100 KiB.</summary>
    public const int AlarmsKept = 365;

    /// <summary>Bytes of the book that are read: twice what it can hold.</summary>
    public const int BookBytesMax = 512 * 1024;

    /// <summary>Bytes of a reason that an engineer gives: a manifest's text holds 256 with what is around it.</summary>
    public const int ReasonMax = 120;

    /// <summary>Alarms that one manifest tells: it takes 256 events, and other parts have some too.</summary>
    public const int EventsInManifest = 64;

    /// <summary>Wait for bytes of the line: how late a reliable message may be repeated.</summary>
    public const int ReadMs = 20;

    /// <summary>Bytes taken from or given to the line at once; at 115,200 bit/s that is 90 ms.</summary>
    public const int LineBytes = 1024;

    /// <summary>Between two tries to open a line that is not there.</summary>
    public const int ReopenMs = 2_000;

    /// <summary>Between two heartbeats: a fifth of the shortest time that the watchdog can be armed with.</summary>
    public const int HeartbeatMs = 1_000;

    /// <summary>Between two renewals of the panel: a person waits so long for a change without wondering.</summary>
    public const int PanelMs = 2_000;

    /// <summary>Between two settings of the battery-backed clock (DS3231): 2 ppm are 7 ms an hour.</summary>
    public const int SetTimeMs = 3_600_000;

    /// <summary>A supervisor that says nothing for so long is silent: it tells its oscillator each second.</summary>
    public const int SilentMs = 5_000;

    /// <summary>Between two asks to open the latches after an acknowledgement.</summary>
    public const int ClearTamperMs = 5_000;

    /// <summary>Between two closings of the open batch while the power is failing: the hold-up lasts seconds.</summary>
    public const int FlushMs = 500;

    /// <summary>Time that a stop waits until the watchdog is known to be disarmed.</summary>
    public const int FarewellMs = 1_000;

    /// <summary>After a tamper alarm a process is ended by force where its orderly end takes longer.</summary>
    public const int EvictMs = 10_000;

    /// <summary>A thread that has not passed for so long hangs: then no heartbeat is sent.</summary>
    public const int HangMs = 10_000;

    /// <summary>Bytes of the receiver that wait for the clock: 5 s of a receiver that says 13 kB a second.</summary>
    public const int RelayBytes = 64 * 1024;

    /// <summary>Largest image of the chip's firmware that is taken: more than its flash.</summary>
    public const int ImageBytesMax = 4 << 20;

    /// <summary>Blocks of an update that wait for the line; the link's other places are for what is urgent.</summary>
    public const int BlocksAhead = 8;

    /// <summary>Wait for the chip's word on a key: a write of its memory and two ways over the line.</summary>
    public const int KeyAnswerMs = 3_000;

    /// <summary>Bytes of a public key as text: a P-256 key is 178.</summary>
    public const int KeyTextMax = 4_096;

    /// <summary>An update that has not moved for so long has failed.</summary>
    public const int UpdateStallMs = 120_000;
}
