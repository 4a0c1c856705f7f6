using Appliance.Retention.AddressPlan;
using Appliance.Retention.Archive;
using Appliance.Retention.Questions;
using Appliance.Wire;
using Limits = Appliance.Retention.Questions.Limits;

namespace Appliance.Retention.Commands;

/// <summary>An archive that a question may be put to, with the address plan and the begin of the period.</summary>
internal sealed class AskDoor : IDisposable
{
    public const string DefaultData = "/var/lib/appliance-store";

    private readonly IDisposable? owned;

    private AskDoor(IRecordArchive archive, Plan? plan, TaiTime oldest, IDisposable? owned)
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

    /// <summary>A folder of segments in the lab; today is the day of its newest record.</summary>
    public static AskDoor OpenFolder(string folder, string keys, string? planFile, Action<string> say)
    {
        KeySet set = ReadKeys(keys);
        Plan? plan = planFile is null ? null : ReadPlan(planFile);
        FolderArchive archive = FolderArchive.Open(folder, set, say);
        say("lab mode: custody is not split");
        TaiTime newest = new Coverages(archive.Coverage(new TaiTime(long.MaxValue), new TaiTime(long.MaxValue))).Newest;
        return new AskDoor(archive, plan, OldestAt(newest), archive);
    }

    /// <summary>A store; without lab keys a question needs a request, and is refused.</summary>
    public static AskDoor OpenStore(string folder, string? request, Action<string> say)
    {
        _ = say;
        throw new AskException(
            Exit.CheckFailed,
            request is null
                ? $"refused: {folder} holds no lab keys, so each question needs --request ID"
                : $"refused: {folder} holds no lab keys, and this program cannot yet ask the warden to release any");
    }

    public void Dispose() => owned?.Dispose();

    /// <summary>Begin of the UTC day a year before.</summary>
    private static TaiTime OldestAt(TaiTime now)
    {
        DateTime today = DateTime.UnixEpoch.AddDays(LeapSeconds.UtcDay(now));
        long days = (today.AddMonths(-Limits.RetentionMonths) - DateTime.UnixEpoch).Days;
        return LeapSeconds.ToTai(days * 86_400 * TaiTime.MicrosecondsPerSecond);
    }

    private static KeySet ReadKeys(string folder)
    {
        string file = Path.Combine(folder, KeySet.FileName);
        string text = ReadText(file, $"give the folder that holds {KeySet.FileName}");
        return KeySet.TryParse(text, out KeySet? set, out string wrong)
            ? set!
            : throw new AskException(
                Exit.BadInput, $"{file}: {wrong}; give the key set that the records were made with");
    }

    private static Plan ReadPlan(string file) =>
        PlanFile.TryParse(
            ReadText(file, "give an address plan").Split('\n'), out List<PlanEntry> entries, out string problem)
            ? new Plan(entries)
            : throw new AskException(Exit.BadInput, $"{file}: {problem}");

    private static string ReadText(string file, string advice)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new AskException(Exit.BadInput, $"cannot read {file}; {advice}");
        }
    }
}
