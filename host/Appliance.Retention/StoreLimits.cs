using Appliance.Wire;

namespace Appliance.Retention;

/// <summary>Every bound of the store, with its reason.</summary>
internal static class StoreLimits
{
    /// <summary>Batches made durable with one commit: what the broker may have in flight to us.</summary>
    public const int CommitBatchesMax = 16;

    /// <summary>
    /// Batches that wait for the statement of their epoch, for each device: a box sends its statement first, so only
    /// what overtakes it waits. What is more is refused with "unknown epoch", and the box sends both again.
    /// </summary>
    public const int WaitingPerDeviceMax = 64;

    /// <summary>
    /// Batches kept as evidence of a fork or rollback, for each device: a clone must not fill the disk. What is more is
    /// counted in the alarm and refused all the same.
    /// </summary>
    public const int ForksPerDeviceMax = 1024;

    /// <summary>Epochs whose certificate stays in memory, about 1 KiB each: the runs of 1,000 devices.</summary>
    public const int EpochsInMemoryMax = 1024;

    /// <summary>
    /// How much older than the newest time in its batch a first record can be: flows are recorded at 5 s of age, a
    /// batch is cut within seconds. Widens the gap of batches that are missing.
    /// </summary>
    public const long RecordAgeUs = 10 * TaiTime.MicrosecondsPerSecond;

    /// <summary>
    /// Days after its own for which ingest keeps a day key: a box delivers what it buffered within a week (DESIGN,
    /// uplink).
    /// </summary>
    public const int DrainDays = 7;

    /// <summary>Milliseconds that a reader waits for the writer's commit before it gives up.</summary>
    public const int DatabaseWaitMs = 10_000;

    /// <summary>Alarms that <c>status</c> prints: the newest; all are in the database.</summary>
    public const int AlarmsShownMax = 20;

    /// <summary>Faults that <c>verify</c> prints one by one; the rest are counted.</summary>
    public const int FaultsShownMax = 1000;

    /// <summary>When forgetting that failed is tried again, microseconds: who read the index is done by then.</summary>
    public const ulong ForgetAgainUs = 3_600_000_000;

    /// <summary>
    /// How far ahead of what is certain this machine's clock may be and still counts: what a machine may have been off
    /// over a weekend. It is also the most that a wrong clock makes forgotten too early.
    /// </summary>
    public const ulong ClockLeadUs = 2 * DayUs;

    /// <summary>
    /// The same, once after the machine was off, where the kernel calls its clock synchronised: a month of repair in
    /// which nothing came.
    /// </summary>
    public const ulong ClockSyncedLeadUs = 31 * DayUs;

    /// <summary>How long a clock may be in doubt before that is an alarm of its own: a weekend and a day.</summary>
    public const ulong DoubtUsMax = 3 * DayUs;

    /// <summary>
    /// Days around a schedule of day keys in which a first clock is believed: a schedule is drawn about 40 days ahead.
    /// </summary>
    public const int ScheduleAroundDays = 31;

    /// <summary>How often a store that serves writes down what is certain: what a crash of the machine loses of it.
    /// </summary>
    public const ulong ClockSaveEveryUs = 3_600_000_000;

    /// <summary>How often a store that hears nothing looks for a notice that was withdrawn: it acts at once.</summary>
    public static readonly TimeSpan NoticeLookEvery = TimeSpan.FromSeconds(2);

    /// <summary>How often a store that serves looks for overdue confirmations: their term is a day.</summary>
    public static readonly TimeSpan OverdueEvery = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Age of a question, microseconds, at which its process must have marked it as being asked: a minute, where the
    /// two steps take milliseconds.
    /// </summary>
    public const ulong MarkedWithinUs = 60UL * TaiTime.MicrosecondsPerSecond;

    /// <summary>A UTC day, as records are sealed and forgotten by: 86,400 s in microseconds.</summary>
    public const ulong DayUs = 86_400UL * TaiTime.MicrosecondsPerSecond;

    /// <summary>
    /// Records of one hold: each has up to two proofs of about 1 KiB, in base64; Wire bounds a sealed file at 64 MiB.
    /// </summary>
    public const int HeldRecordsMax = 10_000;
}
