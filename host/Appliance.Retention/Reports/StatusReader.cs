using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using Appliance.Retention.Archive;
using Appliance.Retention.Forgetting;
using Appliance.Retention.Ingest;
using Appliance.Retention.Log;
using Appliance.Retention.Notices;
using Appliance.Retention.Questions;
using Appliance.Wire;
using Microsoft.Data.Sqlite;

namespace Appliance.Retention.Reports;

/// <summary>Reads the status of a store from its index and folders; opens no batch.</summary>
internal sealed class StatusReader(
    StoreFolder folder, KeyRing keys, StoreDatabase database, TimeProvider clock)
{
    public StatusReport Read() => new()
    {
        Store = keys.Store?.Store.ToString() ?? "",
        Data = folder.Root,
        CustodyIsSplit = keys.IsCustodySplit,
        Devices = [.. DeviceIds().Select(ReadDevice)],
        Days = database.All(
            "SELECT day, count(*), sum(rows), sum(size) FROM batches WHERE expired = 0 GROUP BY day ORDER BY day",
            row => new DayStatus(
                StoreFolder.DayName(row.GetInt32(0)), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3))),
        Notices = NoticeStatus.Of(folder, clock),
        Clock = ClockStatus.Of(SignsOfTime.Read(
            ForgetClock.Open(folder.Root, clock), folder, database, NoticeBook.Of(folder))),
        Ledger = new LedgerStatus((long)ReadLedger().Count, ReadLedger().Root.ToString()),
        Destroyed = ReadDestroyed(),
        AlarmsTotal = database.One<long>("SELECT count(*) FROM alarms"),
        Alarms = database.All(
            $"""
            SELECT kind, device, epoch, seq, text, first_us, last_us, count FROM alarms
            ORDER BY last_us DESC LIMIT {StoreLimits.AlarmsShownMax}
            """,
            ReadAlarm),
    };

    private DestroyedStatus? ReadDestroyed()
    {
        if (!File.Exists(Path.Combine(folder.Log, TransparencyLog.FileName)))
        {
            return null;
        }

        using var log = TransparencyLog.Open(folder.Log, TimeProvider.System);
        List<IReadOnlyList<DestroyedDay>> statements =
            [.. log.Open(LogKind.Destroy).Select(found => DestroyedDay.Of(log, found.Entry))];
        return new DestroyedStatus(
            statements.Count,
            statements.Sum(days => days.Sum(day => (long)day.Keys)),
            statements.SelectMany(days => days).Max(day => day.Day));
    }

    private Ledger ReadLedger() => Ledger.Load(database);

    /// <summary>Devices that are enrolled, or that the index knows.</summary>
    private List<Id16> DeviceIds()
    {
        var ids = new HashSet<Id16>(database.All("SELECT DISTINCT device FROM epochs", row => row.Id(0)));
        foreach (DeviceKeys device in keys.Devices)
        {
            ids.Add(device.Device);
        }

        return [.. ids.OrderBy(id => id.ToString(), StringComparer.Ordinal)];
    }

    private DeviceStatus ReadDevice(Id16 id)
    {
        (EpochRef epoch, uint sequence) = new ChainBook(database).Contiguous(id);
        List<EpochStatus> epochs = database.All(
            """
            SELECT number, verdict, batches, contiguous, head, records, first_us, last_us FROM epochs
            WHERE device = $1 ORDER BY number, verdict
            """,
            ReadEpoch,
            id);
        return new DeviceStatus
        {
            Device = id.ToString(),
            Enrolled = keys.Find(id) is not null,
            First = epochs.Select(e => e.First).Where(t => t is not null).Min(StringComparer.Ordinal),
            Last = epochs.Select(e => e.Last).Where(t => t is not null).Max(StringComparer.Ordinal),
            Contiguous = epoch == default ? null : $"{epoch.Number}-{sequence}",
            Batches = epochs.Sum(e => e.Batches),
            Records = epochs.Sum(e => e.Records),
            Bytes = database.One<long>("SELECT ifnull(sum(size), 0) FROM epochs WHERE device = $1", id),
            Missing = epochs.Sum(e => e.Missing),
            Waiting = FilesIn(folder.Waiting, id),
            Forks = FilesIn(folder.Forks, id),
            Epochs = epochs,
            Counters = ReadCounters(id),
        };
    }

    private static EpochStatus ReadEpoch(SqliteDataReader row)
    {
        long batches = row.GetInt64(2);
        long head = row.GetInt64(4);
        string state = row.GetInt64(1) == 0 ? "accepted" : ((Refusal)row.GetInt64(1)).Name();
        return new EpochStatus(
            row.GetInt64(0),
            state,
            batches,
            row.GetInt64(3),
            head,
            head + 1 - batches,
            row.GetInt64(5),
            row.IsDBNull(6) ? null : UtcText.Of(row.Time(6)),
            row.IsDBNull(7) ? null : UtcText.Of(row.Time(7)));
    }

    /// <summary>Counters are cumulative in a run: the last batch of each run has them all.</summary>
    private SortedDictionary<string, ulong> ReadCounters(Id16 device)
    {
        var totals = new ulong[Wire.Limits.CountersMax];
        foreach (byte[] counters in database.All(
            """
            SELECT b.counters FROM epochs e
            JOIN batches b ON b.device = e.device AND b.epoch = e.number AND b.seq = e.highest
            WHERE e.device = $1 AND e.verdict = 0
            """,
            row => row.Bytes(0),
            device))
        {
            for (int at = 0; at < counters.Length; at += sizeof(ulong))
            {
                totals[at / sizeof(ulong)] += BinaryPrimitives.ReadUInt64LittleEndian(counters.AsSpan(at));
            }
        }

        var named = new SortedDictionary<string, ulong>(StringComparer.Ordinal);
        foreach (Counter counter in Enum.GetValues<Counter>())
        {
            if (totals[(int)counter] > 0 && !BatchIndex.IsEstimate(counter))
            {
                named[JsonNamingPolicy.SnakeCaseLower.ConvertName(counter.ToString())] = totals[(int)counter];
            }
        }

        return named;
    }

    private static AlarmStatus ReadAlarm(SqliteDataReader row) => new(
        row.GetString(0),
        row.Id(1) == default ? "" : row.Id(1).ToString(),
        row.GetInt64(2),
        row.GetInt64(3),
        row.GetString(4),
        Utc(row.GetInt64(5)),
        Utc(row.GetInt64(6)),
        row.GetInt64(7));

    private static string Utc(long microseconds) => DateTime.UnixEpoch
        .AddTicks(microseconds * TimeSpan.TicksPerMicrosecond)
        .ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static int FilesIn(string root, Id16 device)
    {
        string of = Path.Combine(root, device.ToString());
        return Directory.Exists(of) ? Directory.GetFiles(of, "*" + StoreFolder.BatchEnding).Length : 0;
    }
}
