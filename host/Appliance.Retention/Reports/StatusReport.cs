using Appliance.Retention.Forgetting;
using Appliance.Retention.Questions;
using Appliance.Wire;

namespace Appliance.Retention.Reports;

/// <summary>What a store holds and what is wrong with it. The JSON of <c>status --json</c>.</summary>
internal sealed record StatusReport
{
    public required string Store { get; init; }

    public required string Data { get; init; }

    /// <summary>False until a warden holds the day keys: this machine alone can open everything.</summary>
    public bool CustodyIsSplit { get; init; }

    public required IReadOnlyList<DeviceStatus> Devices { get; init; }

    /// <summary>Batches of each day that sealed them.</summary>
    public required IReadOnlyList<DayStatus> Days { get; init; }

    public required LedgerStatus Ledger { get; init; }

    /// <summary>How long each notice keeps, and which are withdrawn.</summary>
    public required IReadOnlyList<NoticeStatus> Notices { get; init; }

    /// <summary>The time that forgetting goes by.</summary>
    public required ClockStatus Clock { get; init; }

    /// <summary>What the log says was destroyed; null where there is no log.</summary>
    public DestroyedStatus? Destroyed { get; init; }

    /// <summary>Alarms of all time; the newest stand in <see cref="Alarms"/>.</summary>
    public long AlarmsTotal { get; init; }

    public required IReadOnlyList<AlarmStatus> Alarms { get; init; }
}

/// <summary>The clock that forgetting goes by. Times are UTC.</summary>
/// <param name="State">believed, unknown, ahead or behind.</param>
/// <param name="ForgetsBy">Time that forgetting goes by; null where nothing is forgotten for its age.</param>
/// <param name="Certain">What it is at least, by other signs than this machine's clock; null for none.</param>
/// <param name="Problem">What is wrong and what to do; null where nothing is.</param>
/// <param name="IsOverdue">Nobody saw to it for days.</param>
internal sealed record ClockStatus(string State, string? ForgetsBy, string? Certain, string? Problem, bool IsOverdue)
{
    public static ClockStatus Of(ForgetTime time) => new(
        time.Doubt == TimeDoubt.None ? "believed" : time.Doubt.ToString().ToLowerInvariant(),
        Text(time.NowUs),
        Text(time.CertainUs),
        time.Sentence,
        time.IsOverdue);

    /// <summary>One line for people.</summary>
    public string ToText() => $"clock    {State}" + (Problem is null
        ? $": forgetting goes by it, {ForgetsBy}"
        : $"{(IsOverdue ? ", FOR DAYS" : "")}: {Problem}");

    private static string? Text(ulong utcUs) => utcUs == 0 ? null : UtcText.Of(LeapSeconds.ToTai((long)utcUs));
}

/// <summary>One device. Times are UTC; null where there is no record yet.</summary>
internal sealed record DeviceStatus
{
    public required string Device { get; init; }

    public bool Enrolled { get; init; }

    public string? First { get; init; }

    public string? Last { get; init; }

    /// <summary>Up to here nothing of the chain is missing; null where not even a first batch is here.</summary>
    public string? Contiguous { get; init; }

    public long Batches { get; init; }

    public long Records { get; init; }

    public long Bytes { get; init; }

    /// <summary>Batches that are known to exist and are not here.</summary>
    public long Missing { get; init; }

    /// <summary>Batches that wait for the statement of their epoch.</summary>
    public int Waiting { get; init; }

    /// <summary>Batches that contradict the chain, kept as evidence.</summary>
    public int Forks { get; init; }

    public required IReadOnlyList<EpochStatus> Epochs { get; init; }

    /// <summary>What the device counted, all its runs together; counters that are zero are left out.</summary>
    public required IReadOnlyDictionary<string, ulong> Counters { get; init; }
}

/// <summary>One run of a device. Batch numbers are -1 for none.</summary>
/// <param name="Number">Number of the run.</param>
/// <param name="State">accepted, fork or rollback.</param>
/// <param name="Batches">Batches that are here.</param>
/// <param name="Contiguous">Batches from 0 to this one are here.</param>
/// <param name="Head">Highest batch that is known to exist.</param>
/// <param name="Missing">Batches up to the head that are not here.</param>
/// <param name="Records">Records in the batches.</param>
/// <param name="First">UTC of the earliest record, or null.</param>
/// <param name="Last">UTC of the latest record, or null.</param>
internal sealed record EpochStatus(
    long Number,
    string State,
    long Batches,
    long Contiguous,
    long Head,
    long Missing,
    long Records,
    string? First,
    string? Last);

/// <summary>Batches of one UTC day.</summary>
internal sealed record DayStatus(string Day, long Batches, long Records, long Bytes);

/// <summary>Statements of destruction in the log.</summary>
/// <param name="Statements">How many, of store and warden.</param>
/// <param name="Keys">Private day keys that they name.</param>
/// <param name="LastDay">Latest UTC day that one of them is of; null for none.</param>
internal sealed record DestroyedStatus(long Statements, long Keys, string? LastDay);

/// <summary>The ledger: entries and root in hexadecimal.</summary>
internal sealed record LedgerStatus(long Entries, string Root);

/// <summary>One alarm; times are UTC.</summary>
internal sealed record AlarmStatus(
    string Kind, string Device, long Epoch, long Batch, string Text, string First, string Last, long Count);
