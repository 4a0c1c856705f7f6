using System.Text;
using System.Text.Json;
using Appliance.Linux;
using Appliance.Retention.Archive;
using Appliance.Retention.Requests;
using Appliance.Retention.Warden;

namespace Appliance.Retention.Forgetting;

/// <summary>
/// The clock that forgetting goes by. Destroyed keys do not come back, so the time of day of this machine alone never
/// decides: it counts where it is at most <see cref="StoreLimits.ClockLeadUs"/> ahead of what is certain. Certain is
/// the latest of: times that devices signed, a time that operator and custodian confirmed, and how long this machine
/// has run since (its monotonic clock, which nobody sets, so that a store that nothing comes to goes on forgetting).
/// How long a machine was off it cannot know: then a clock that the kernel calls synchronised counts once, where it is
/// at most <see cref="StoreLimits.ClockSyncedLeadUs"/> ahead. What the clock says never makes anything certain but so
/// and at the very first, within the schedule of the keys: a clock that runs fast gains the lead and no more.
/// <code>
/// clock.json     what was certain when the monotonic clock of a run of the machine stood where
/// </code>
/// One thread. One process writes; others read beside it.
/// </summary>
internal sealed class ForgetClock
{
    public const string FileName = "clock.json";

    private const int Version = 1;
    private readonly string root;
    private readonly TimeProvider time;
    private readonly IMachineClock machine;
    private Mark mark;

    private ForgetClock(string root, TimeProvider time, Mark mark)
    {
        this.root = root;
        this.time = time;
        this.mark = mark;
        machine = KernelMachine.Of(time);
    }

    /// <summary>Reads what a folder remembers; nothing where it is new.</summary>
    /// <exception cref="ArchiveException">The file is damaged.</exception>
    public static ForgetClock Open(string root, TimeProvider time) => new(root, time, ReadMark(root));

    /// <summary>True where nothing tells the time yet.</summary>
    public bool IsUnknown => mark.CertainUs == 0;

    /// <summary>
    /// The first time, where nothing else tells it: the clock counts where the keys that are here are for about now.
    /// </summary>
    /// <param name="firstDay">First UTC day that there are keys for, days since 1970.</param>
    /// <param name="lastDay">The last one.</param>
    public void Begin(int firstDay, int lastDay)
    {
        ulong clock = UtcClock.Now(time);
        int day = (int)(clock / StoreLimits.DayUs);
        if (mark.CertainUs == 0 && day >= firstDay - StoreLimits.ScheduleAroundDays
            && day <= lastDay + StoreLimits.ScheduleAroundDays)
        {
            mark = new Mark(Version, clock, machine.Boot, Ticks, IsLoose: false, 0);
        }
    }

    /// <summary>It is at least this late: something signed says so, UTC microseconds since 1970.</summary>
    public void Reach(ulong utcUs)
    {
        Advance();
        if (utcUs > mark.CertainUs)
        {
            // How much later than that it is nobody said.
            mark = mark with { CertainUs = utcUs, IsLoose = mark.IsLoose || mark.CertainUs == 0 };
        }
    }

    /// <summary>The time by which something is forgotten now.</summary>
    public ForgetTime Read()
    {
        Advance();
        ulong clock = UtcClock.Now(time);
        bool mayCount = mark.IsLoose && mark.CertainUs > 0 && clock > mark.CertainUs
            && clock - mark.CertainUs <= StoreLimits.ClockSyncedLeadUs;
        if (mayCount && machine.IsSynchronised)
        {
            mark = mark with { CertainUs = clock, IsLoose = false };
        }

        TimeDoubt doubt = Judge(clock, mark.CertainUs);
        ulong since = mark.DoubtSinceUs == 0 ? mark.CertainUs : mark.DoubtSinceUs;
        mark = mark with { DoubtSinceUs = doubt == TimeDoubt.None ? 0 : since };
        bool isOverdue = doubt != TimeDoubt.None && mark.CertainUs - since >= StoreLimits.DoubtUsMax;
        ulong now = doubt == TimeDoubt.None ? clock : Math.Min(clock, mark.CertainUs);
        return new ForgetTime(now, clock, mark.CertainUs, doubt, isOverdue);
    }

    /// <summary>Writes down what is certain, durable, for the next process and the next run of the machine.</summary>
    public void Save()
    {
        Advance();
        Mark there = ReadMark(root);
        if (mark.CertainUs == 0 || (there == mark && File.Exists(PathIn(root))))
        {
            return;
        }

        DurableFile.MakeFolder(root);
        DurableFile.Put(PathIn(root), PathIn(root) + ".part", Encoding.UTF8.GetBytes(
            JsonSerializer.Serialize(mark, WardenJson.Options) + "\n"));
    }

    private static TimeDoubt Judge(ulong clock, ulong certain) =>
        certain == 0 ? TimeDoubt.Unknown
        : clock > certain + StoreLimits.ClockLeadUs ? TimeDoubt.Ahead
        : clock + StoreLimits.ClockLeadUs < certain ? TimeDoubt.Behind
        : TimeDoubt.None;

    private static string PathIn(string root) => Path.Combine(root, FileName);

    /// <summary>The monotonic clock, microseconds: on Linux one for all processes since the machine started.</summary>
    private ulong Ticks => (ulong)time.GetElapsedTime(0, time.GetTimestamp()).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>What was certain then, and what passed since, is certain now.</summary>
    private void Advance()
    {
        if (mark.CertainUs == 0)
        {
            return;
        }

        ulong ticks = Ticks;
        bool isSame = mark.Boot == machine.Boot && ticks >= mark.Ticks;
        mark = mark with
        {
            CertainUs = mark.CertainUs + (isSame ? ticks - mark.Ticks : 0),
            Boot = machine.Boot,
            Ticks = ticks,
            IsLoose = mark.IsLoose || !isSame,
        };
    }

    private static Mark ReadMark(string root)
    {
        string file = PathIn(root);
        if (!File.Exists(file))
        {
            return new Mark(Version, 0, "", 0, true, 0);
        }

        try
        {
            return JsonSerializer.Deserialize<Mark>(File.ReadAllText(file), WardenJson.Options) is { Version: Version }
                read && read.Boot is not null
                ? read
                : throw new JsonException("it is of another version");
        }
        catch (JsonException wrong)
        {
            throw new ArchiveException(
                $"{file} is damaged ({wrong.Message}); remove it: what devices signed tells the time again", wrong);
        }
    }

    /// <param name="Version">Of the file.</param>
    /// <param name="CertainUs">UTC microseconds since 1970 that it was at least; 0: nothing is known.</param>
    /// <param name="Boot">Run of the machine.</param>
    /// <param name="Ticks">Its monotonic clock then, microseconds.</param>
    /// <param name="IsLoose">It may have been later: a machine that was off does not know for how long.</param>
    /// <param name="DoubtSinceUs">What was certain when the clock's doubt began; 0: there is none.</param>
    private sealed record Mark(
        int Version, ulong CertainUs, string Boot, ulong Ticks, bool IsLoose, ulong DoubtSinceUs);
}
