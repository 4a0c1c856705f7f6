using Appliance.Retention.AddressPlan;
using Appliance.Retention.Archive;
using Appliance.Retention.Questions;
using Appliance.Wire;
using Limits = Appliance.Retention.Questions.Limits;

namespace Appliance.Retention.Commands;

/// <summary>An archive that a question may be put to, with the address plan and the begin of the period.</summary>
internal sealed class AskDoor : IDisposable
{
    private readonly IDisposable owned;

    private AskDoor(IRecordArchive archive, Plan? plan, TaiTime oldest, IDisposable owned)
    {
        Archive = archive;
        Plan = plan;
        Oldest = oldest;
        this.owned = owned;
    }

    public IRecordArchive Archive { get; }

    /// <summary>Null where no plan was given.</summary>
    public Plan? Plan { get; }

    /// <summary>Begin of the retention period: nothing older is answered.</summary>
    public TaiTime Oldest { get; }

    /// <summary>
    /// A folder of segments in the lab. Its captures may be old: today is the day of its newest record.
    /// </summary>
    public static AskDoor OpenFolder(string folder, string keys, string? planFile, Action<string> complain)
    {
        KeySet set = KeyRing.ReadSet(keys);
        Plan? plan = planFile is null ? null : PlanStore.Read(planFile);
        FolderArchive archive = FolderArchive.Open(folder, set, complain);
        TaiTime newest = new Coverages(archive.Coverage(new TaiTime(long.MaxValue), new TaiTime(long.MaxValue))).Newest;
        return new AskDoor(archive, plan, OldestAt(newest), archive);
    }

    /// <summary>A store that holds the day keys itself; any other one needs a request and its warden.</summary>
    public static AskDoor OpenStore(string path, string? request, TimeProvider clock)
    {
        var folder = new StoreFolder(path);
        if (!Directory.Exists(folder.Root))
        {
            throw new AskException(Exit.BadInput, $"{path} is not there; give the data folder of a store");
        }

        if (!KeyRing.Load(folder).Devices.Any(device => device.CanAnswer))
        {
            throw new AskException(Exit.CheckFailed, request is null
                ? $"{path} holds no day keys, so each question needs --request ID of an approved request"
                : $"{path} holds no day keys, and this version cannot put request {request} to a warden");
        }

        Plan? plan = PlanStore.ReadOf(folder);
        EmbeddedArchive archive = EmbeddedArchive.Open(folder);
        long utcUs = (clock.GetUtcNow().UtcDateTime - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        return new AskDoor(archive, plan, OldestAt(LeapSeconds.ToTai(utcUs)), archive);
    }

    public void Dispose() => owned.Dispose();

    /// <summary>Begin of the UTC day as many months before as a notice can ask for.</summary>
    public static TaiTime OldestAt(TaiTime now)
    {
        DateTime today = DateTime.UnixEpoch.AddDays(LeapSeconds.UtcDay(now));
        long days = (today.AddMonths(-Limits.RetentionMonths) - DateTime.UnixEpoch).Days;
        return LeapSeconds.ToTai(days * 86_400 * TaiTime.MicrosecondsPerSecond);
    }
}
