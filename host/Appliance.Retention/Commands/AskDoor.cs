using Appliance.Retention.AddressPlan;
using Appliance.Retention.Answers;
using Appliance.Retention.Archive;
using Appliance.Retention.Forgetting;
using Appliance.Retention.Log;
using Appliance.Retention.Notices;
using Appliance.Retention.Questions;
using Appliance.Retention.Requests;
using Appliance.Retention.Rules;
using Appliance.Retention.Warden;
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

    /// <summary>Names of services, with the operator's own.</summary>
    private ServiceList Services { get; init; } = ServiceList.BuiltIn;

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
        return new AskDoor(archive, plan, OldestAt(newest), archive) { IsLab = true };
    }

    /// <summary>A store that holds the day keys itself, as in a lab; any other one needs a request.</summary>
    public static AskDoor OpenStore(string path, TimeProvider clock)
    {
        StoreFolder folder = FolderAt(path);
        if (!KeyRing.Load(folder).Devices.Any(device => device.CanAnswer))
        {
            throw new AskException(
                Exit.CheckFailed,
                $"{path} holds no day keys, so each question needs --request ID of an approved request");
        }

        EmbeddedArchive archive = EmbeddedArchive.Open(folder);
        return new AskDoor(archive, PlanStore.ReadOf(folder), OldestOf(folder, clock), archive)
        {
            IsLab = true, Services = ServiceList.OfStore(path),
        };
    }

    /// <summary>
    /// A store behind its warden: the question is judged and logged first, and what the order refuses is an answer.
    /// </summary>
    /// <param name="path">Data folder of the store.</param>
    /// <param name="question">The question.</param>
    /// <param name="socket">Socket of the warden.</param>
    /// <param name="clock">Time of the log.</param>
    /// <param name="witnessSocket">Socket of the second witness, where one is pinned.</param>
    /// <param name="again">First entry of the question where it is gone on with; null for a new one.</param>
    public static AskDoor OpenOrdered(
        string path,
        AskedQuestion question,
        string socket,
        TimeProvider clock,
        string witnessSocket = WitnessCommand.DefaultSocket,
        LoggedEntry? again = null)
    {
        StoreFolder folder = FolderAt(path);
        var desk = Desk.Open(folder, clock);
        OrderRefusal? refusal;
        Order? order;
        LoggedEntry? entry;
        try
        {
            refusal = desk.Orders.Ask(question, out order, out entry, again);
        }
        catch
        {
            desk.Dispose();
            throw;
        }

        if (refusal is not null)
        {
            desk.Dispose();
            throw new AskException(Exit.CheckFailed, $"{refusal.Sentence} [{refusal.Rule}]");
        }

        var ordered = new OrderedQuestion(
            desk,
            new WardenClient(socket),
            WitnessCommand.Connect(desk.Witness, witnessSocket),
            order!,
            question,
            entry!);
        try
        {
            return ordered.Step(() => new AskDoor(
                ordered.Open(() => EmbeddedArchive.Open(folder)),
                PlanStore.ReadOf(folder),
                OldestOf(folder, clock),
                ordered) { Ordered = ordered, Services = ServiceList.OfStore(path) });
        }
        catch
        {
            ordered.Dispose();
            throw;
        }
    }

    /// <summary>True where a store was set up for orders and has no day keys of a warden.</summary>
    public static bool NeedsOrder(string path)
    {
        var folder = new StoreFolder(path);
        return File.Exists(folder.TrustFile) && !KeyRing.Load(folder).Devices.Any(device => device.CanAnswer);
    }

    /// <summary>Custody is not split: this machine holds every day key.</summary>
    public bool IsLab { get; private init; }

    /// <summary>The order behind the question; null in the lab.</summary>
    public OrderedQuestion? Ordered { get; private init; }

    /// <summary>Takes out what is of others, where a person asks for their own records; null otherwise.</summary>
    public OwnRecords? OwnOnly => Ordered is { Purpose: Request.PurposeMax } ordered
        ? new OwnRecords(Plan, ordered.Checks)
        : null;

    /// <summary>Lines that an answer may name; where there are more, their number alone is given.</summary>
    public int LinesMax => Ordered is { } ordered ? ordered.LinesMax : int.MaxValue;

    /// <summary>Answers of a resolve, one for each reading, without what the order does not reach.</summary>
    public List<ResolveAnswer> Resolve(IReadOnlyList<ResolveQuestion> questions)
    {
        var resolver = new Resolver(Archive, Plan, Oldest);
        List<ResolveAnswer> answers =
        [
            .. questions.Select(question => Disclosure.Limit(resolver.Answer(question), LinesMax)),
        ];
        Rely(AnswerPlaces.Of(answers), AnswerMoments.Of(answers));
        Disclose((ulong)answers.Sum(answer => (long)DisclosedRecords.Of(answer)));
        return answers;
    }

    /// <summary>Answers about a line, one for each reading.</summary>
    public List<LineAnswer> AskLine(
        IReadOnlyList<LineQuestion> questions, Func<LineAsker, LineQuestion, LineAnswer> ask)
    {
        var asker = new LineAsker(Archive, Oldest, Services, OwnOnly);
        List<LineAnswer> answers = [.. questions.Select(question => ask(asker, question))];
        Rely(AnswerPlaces.Of(answers), [.. answers.SelectMany(answer => answer.Moments)]);
        Disclose((ulong)answers.Sum(answer => (long)DisclosedRecords.Of(answer)));
        return answers;
    }

    /// <summary>Takes the records that the answer relies on, and the seconds.</summary>
    public void Rely(IReadOnlyCollection<AnswerPlace> places, IReadOnlyCollection<AnswerMoment> moments) =>
        Ordered?.Rely(places, moments);

    /// <summary>Counts what the answer tells, for the log.</summary>
    public void Disclose(ulong records) => Ordered?.Disclose(records);

    /// <summary>
    /// Lets the question be asked and answered. Under an order the answer is held back until its delivery is logged,
    /// and whatever ends the question otherwise is logged too.
    /// </summary>
    /// <param name="output">Where the answer goes.</param>
    /// <param name="ask">Asks, and writes the answer to what it is given.</param>
    public int Answer(TextWriter output, Func<TextWriter, int> ask) => Ordered is not { } ordered
        ? ask(output)
        : ordered.Step(() =>
        {
            int code = ask(ordered.Answer);
            ordered.Deliver(output);
            return code;
        });

    public void Dispose() => owned.Dispose();

    private static StoreFolder FolderAt(string path)
    {
        var folder = new StoreFolder(path);
        return Directory.Exists(folder.Root)
            ? folder
            : throw new AskException(Exit.BadInput, $"{path} is not there; give the data folder of a store");
    }

    /// <summary>
    /// Begin of what a store may answer about: twelve months at most, less where its notices say so; by its clock and
    /// by what is certain, whichever is later.
    /// </summary>
    public static TaiTime OldestOf(StoreFolder folder, TimeProvider clock)
    {
        ulong now = ForgetClock.Open(folder.Root, clock).Read().LatestUs;
        TaiTime year = OldestAt(LeapSeconds.ToTai((long)now));
        TaiTime kept = KeptPeriod.Begin(folder, KeyRing.Load(folder), now);
        return kept > year ? kept : year;
    }

    /// <summary>Begin of the UTC day as many months before as a notice can ask for.</summary>
    public static TaiTime OldestAt(TaiTime now)
    {
        DateTime today = DateTime.UnixEpoch.AddDays(LeapSeconds.UtcDay(now));
        long days = (today.AddMonths(-Limits.RetentionMonths) - DateTime.UnixEpoch).Days;
        return LeapSeconds.ToTai(days * 86_400 * TaiTime.MicrosecondsPerSecond);
    }
}
