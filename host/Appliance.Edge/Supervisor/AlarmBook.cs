using System.Text.Json;
using Appliance.Journal;
using Appliance.Linux;
using Appliance.Supervisor.Link;

namespace Appliance.Edge.Supervisor;

/// <summary>One alarm as it is kept.</summary>
internal sealed record KeptAlarm
{
    public required long Number { get; init; }

    public required int Kind { get; init; }

    public required bool IsRaised { get; init; }

    public required int Source { get; init; }

    public required int Value { get; init; }

    /// <summary>UTC seconds, by the supervisor where it knew, else by this machine.</summary>
    public required long UnixSeconds { get; init; }

    /// <summary>It stands in a manifest that is durable.</summary>
    public bool IsTold { get; init; }
}

/// <summary>What an engineer said about the last tamper alarm.</summary>
/// <param name="Number">Of the alarm.</param>
/// <param name="User">Who, by the kernel's word on the peer of the admin socket.</param>
/// <param name="Reason">Why the box may go on.</param>
/// <param name="UnixSeconds">UTC.</param>
/// <param name="IsTold">It stands in a manifest that is durable.</param>
internal sealed record Acknowledgement(long Number, uint User, string Reason, long UnixSeconds, bool IsTold = false);

/// <summary>
/// The alarms of the board, on flash before the supervisor hears that they are recorded, and the lock that a tamper
/// alarm puts on the box: it outlives every restart until an engineer acknowledges it. Used from any thread.
/// </summary>
internal sealed class AlarmBook
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true,
    };

    private readonly Lock gate = new();
    private readonly string path;
    private Content content;

    private AlarmBook(string path, Content content)
    {
        this.path = path;
        this.content = content;
    }

    /// <summary>The tamper alarm that nobody has acknowledged; null where the box may hold keys.</summary>
    public KeptAlarm? Lock
    {
        get
        {
            lock (gate)
            {
                return content.Lock;
            }
        }
    }

    /// <summary>What was acknowledged last.</summary>
    public Acknowledgement? Acknowledged
    {
        get
        {
            lock (gate)
            {
                return content.Acknowledged;
            }
        }
    }

    /// <summary>Highest number of an alarm that is recorded.</summary>
    public long LastNumber
    {
        get
        {
            lock (gate)
            {
                return content.Alarms.Count == 0 ? 0 : content.Alarms.Max(alarm => alarm.Number);
            }
        }
    }

    /// <summary>Opens the book, or begins one where there is none.</summary>
    /// <exception cref="IOException">
    /// It cannot be read: whether the box is locked is not known, so it must not start.
    /// </exception>
    public static AlarmBook Open(string path)
    {
        if (!File.Exists(path))
        {
            return new AlarmBook(path, new Content());
        }

        if (new FileInfo(path).Length > SupervisorLimits.BookBytesMax)
        {
            throw new IOException($"{path} is larger than any book of alarms; look at it, then move it away");
        }

        try
        {
            Content read = JsonSerializer.Deserialize<Content>(File.ReadAllText(path), Json) ?? new Content();
            return new AlarmBook(path, read);
        }
        catch (JsonException)
        {
            throw new IOException(
                $"{path} is damaged, so a tamper alarm may be hidden; look at the case, then move the file away");
        }
    }

    /// <summary>Records an alarm, once for each number; true once it is on flash.</summary>
    public bool TryRecord(AlarmMessage alarm, long nowUnixSeconds)
    {
        lock (gate)
        {
            if (content.Alarms.Any(known => known.Number == alarm.Number))
            {
                return true;
            }

            KeptAlarm kept = new()
            {
                Number = alarm.Number,
                Kind = alarm.Kind,
                IsRaised = alarm.Raised == 1,
                Source = alarm.Source,
                Value = alarm.Value,
                UnixSeconds = alarm.TimeQuality > 0 ? alarm.UnixSeconds : nowUnixSeconds,
            };
            bool locks = kept.IsRaised && AlarmWords.IsTamper(kept.Kind)
                && kept.Number > (content.Acknowledged?.Number ?? 0);
            return TryWrite(content with
            {
                Alarms = [.. content.Alarms.TakeLast(SupervisorLimits.AlarmsKept - 1), kept],
                Lock = locks ? kept : content.Lock,
            });
        }
    }

    /// <summary>Alarms that stand in no manifest yet, oldest first.</summary>
    public IReadOnlyList<KeptAlarm> Untold()
    {
        lock (gate)
        {
            return [.. content.Alarms.Where(alarm => !alarm.IsTold).Take(SupervisorLimits.EventsInManifest)];
        }
    }

    /// <summary>The acknowledgement, and these alarms, stand in a manifest that is durable.</summary>
    public void Told(IReadOnlyList<KeptAlarm> told, bool isAnswerTold)
    {
        lock (gate)
        {
            TryWrite(content with
            {
                Alarms = [.. content.Alarms.Select(
                    alarm => told.Any(one => one.Number == alarm.Number) ? alarm with { IsTold = true } : alarm)],
                Acknowledged = content.Acknowledged is { } said && isAnswerTold
                    ? said with { IsTold = true } : content.Acknowledged,
            });
        }
    }

    /// <summary>Takes the lock off; false where there is none or the flash does not take it.</summary>
    public bool TryAcknowledge(uint user, string reason, long nowUnixSeconds)
    {
        lock (gate)
        {
            return content.Lock is { } held && TryWrite(content with
            {
                Lock = null, Acknowledged = new Acknowledgement(held.Number, user, reason, nowUnixSeconds),
            });
        }
    }

    // In memory it counts only once it is on flash: a supervisor that hears "recorded" forgets the alarm.
    private bool TryWrite(Content next)
    {
        try
        {
            string whole = Path.GetFullPath(path);
            DurableFile.Put(whole, whole + ".new", JsonSerializer.SerializeToUtf8Bytes(next, Json));
            content = next;
            return true;
        }
        catch (JournalDeviceException)
        {
            return false;
        }
    }

    private sealed record Content
    {
        public int Version { get; init; } = 1;

        public IReadOnlyList<KeptAlarm> Alarms { get; init; } = [];

        public KeptAlarm? Lock { get; init; }

        public Acknowledgement? Acknowledged { get; init; }
    }
}
