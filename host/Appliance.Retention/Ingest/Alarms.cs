using Appliance.Retention.Archive;
using Appliance.Wire;

namespace Appliance.Retention.Ingest;

/// <summary>
/// What somebody must look at, kept with the index and counted where it comes again, so that a flood of the same fills
/// nothing.
/// </summary>
internal sealed class Alarms(StoreDatabase database)
{
    public const string Fork = "fork";
    public const string Rollback = "rollback";
    public const string Refused = "refused";
    public const string Unreadable = "unreadable";
    public const string NotEnrolled = "not enrolled";
    public const string Counters = "counters";
    public const string WaitingFull = "waiting full";
    public const string Keys = "keys";
    public const string Filters = "filters";
    public const string Withdrawn = "notice withdrawn";
    public const string Late = "too late";
    public const string Notices = "notices";
    public const string Clock = "clock";
    public const string Forgetting = "forgetting";
    public const string Unread = "not read";

    /// <summary>Raises an alarm about a device's batch; part of the open transaction.</summary>
    public void Raise(string kind, Id16 device, uint epoch, uint sequence, Hash32 id, string text, ulong atUtcUs) =>
        database.Run(
            """
            INSERT INTO alarms (kind, device, epoch, seq, batch, text, first_us, last_us, count)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $7, 1)
            ON CONFLICT DO UPDATE SET last_us = excluded.last_us, count = count + 1
            """,
            kind,
            device,
            epoch,
            sequence,
            id,
            text,
            atUtcUs);

    /// <summary>Takes over an alarm of an index before: what nobody has looked at yet stands in no file.</summary>
    public void TakeOver(AlarmBefore alarm) => database.Run(
        """
        INSERT INTO alarms (kind, device, epoch, seq, batch, text, first_us, last_us, count)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT DO UPDATE SET first_us = min(first_us, excluded.first_us),
            last_us = max(last_us, excluded.last_us), count = max(count, excluded.count)
        """,
        alarm.Kind,
        alarm.Device,
        alarm.Epoch,
        alarm.Sequence,
        alarm.Id,
        alarm.Text,
        alarm.First,
        alarm.Last,
        alarm.Count);
}
