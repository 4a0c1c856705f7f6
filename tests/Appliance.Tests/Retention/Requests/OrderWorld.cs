using System.CommandLine;
using System.Text.Json;
using Appliance.Retention;
using Appliance.Retention.Archive;
using Appliance.Retention.Commands;
using Appliance.Retention.Log;
using Appliance.Retention.Requests;
using Appliance.Retention.Rules;
using Appliance.Retention.Warden;
using Appliance.Tests.Retention.Store;
using Appliance.Wire;

namespace Appliance.Tests.Retention.Requests;

/// <summary>
/// Everything as it is set up by the verbs: keys of four people, a store that holds ingest's day keys alone, a warden
/// that answers on a socket, in the time of the records.
/// </summary>
internal sealed partial class OrderWorld : IDisposable
{
    private readonly DirectoryInfo temporary = Directory.CreateTempSubdirectory("order-");
    private readonly TestBox box = new();
    private readonly TestStore store;
    private readonly StartedEpoch epoch;
    private CancellationTokenSource stop = new();
    private OpenWarden? open;
    private Task serving = Task.CompletedTask;
    private Appliance.Retention.Warden.Witness? witness;
    private Task witnessing = Task.CompletedTask;

    /// <param name="addMore">Adds rows to each batch, which lies at the second that is given.</param>
    public OrderWorld(Action<RowBatch, long>? addMore = null)
    {
        // Records came before any answer is given, as the clock of these tests stands still.
        store = new TestStore(box) { Clock = new TestClock(Clock.GetUtcNow().AddHours(-1)) };
        epoch = box.Start(1);
        store.State(box.LastStatement);
        Batches = [.. new long[] { 0, 100, 200 }.Select(second =>
        {
            RowBatch rows = TestBox.Rows(second);
            addMore?.Invoke(rows, second);
            return box.Seal(epoch, second, rows);
        })];
        store.Add(Batches);
        store.Kill();
        System.IO.File.WriteAllText(File("box.json"), box.Keys.ToJson());
        foreach (string file in Directory.GetFiles(store.Folder.Keys, "*" + StoreFolder.KeySetEnding))
        {
            System.IO.File.Delete(file);
        }

        KeyRing.Load(store.Folder).Add(store.Folder, box.Keys.ForRole(KeyRole.Ingest));
    }

    /// <summary>UTC day since 1970; every verb runs at its noon, unless <see cref="Clock"/> is set.</summary>
    public int Day
    {
        set => Clock = TestClock.OfDay(value);
    }

    /// <summary>What the store was begun with.</summary>
    public SealedBatch[] Batches { get; }

    public TestBox Box => box;

    public TestClock Clock { get; set; } = TestClock.OfDay(TestBox.Day);

    /// <summary>End of the enrolments that are made.</summary>
    public string EnrolledUntil { get; set; } = "2024-12-31T00:00Z";

    public string Data => store.Folder.Root;

    public string WardenFolder => File("warden");

    public StoreFolder Store => store.Folder;

    public string WitnessSocket => File("witness.sock");

    public string Socket => File("warden.sock");

    public string File(string name) => Path.Combine(temporary.FullName, name);

    public Id16 Device => box.Keys.Device;

    /// <summary>A batch that comes at the time of <see cref="Clock"/>, after the others.</summary>
    public void AddLater(long second, RowBatch rows, params ManifestEvent[] events)
    {
        store.Clock = Clock;
        store.Add(box.Seal(epoch, second, rows, events: events));
        store.Kill();
    }

    /// <summary>Runs a verb at noon of the day of the records.</summary>
    public (int Code, string Output, string Errors) Run(params string[] arguments)
    {
        StringWriter output = new();
        (int code, string errors) = RunTo(output, arguments);
        return (code, output.ToString(), errors);
    }

    /// <summary>The same, with whatever takes the answer.</summary>
    public (int Code, string Errors) RunTo(TextWriter output, params string[] arguments)
    {
        TestClock clock = Clock;
        StringWriter errors = new();
        var root = new RootCommand
        {
            PeopleCommand.Create(clock), RequestCommand.Create(clock), WardenCommand.Create(clock),
            ResolveCommand.Create(clock), ServicesCommand.Create(clock), LogCommand.Create(), AuditCommand.Create(),
            ConsoleCommand.Create(clock), ControlCommand.Create(clock),
            AddressesOfCommand.Create(clock), AccessedCommand.Create(clock), HoldCommand.Create(clock),
            ExpireCommand.Create(clock), ErrorsCommand.Create(clock), OpenCommand.Create(),
            SubjectAccessCommand.Create(clock), AddressesCommand.Create(clock), WitnessCommand.Create(),
            EvidenceCommand.Create(clock),
            RulesCommand.Create(clock), ReferralCommand.Create(clock), NoticeCommand.Create(clock),
            StatusCommand.Create(clock), KeysCommand.Create(),
        };
        int code = Exit.Run(root, arguments, output, errors);
        return (code, errors.ToString());
    }

    /// <summary>Keys of operator, custodian, requester and approver; the warden set up; people enrolled.</summary>
    /// <param name="witnessPoint">Key of a second witness that is pinned.</param>
    /// <param name="live">No lab: the rules were confirmed, and answers are sealed.</param>
    public void SetUp(string? witnessPoint = null, bool live = false)
    {
        string[] points = [.. new[] { "operator", "custodian" }.Select(NewKey)];
        NewKey("asker");
        NewKey("chief");
        Succeed(
        [
            "warden", "init", "--warden", WardenFolder, "--data", Data, "--operator", points[0], "--custodian",
            points[1],
            .. live ? [] : new[] { "--lab" },
            .. witnessPoint is null ? [] : new[] { "--witness-key", witnessPoint },
        ]);
        if (live)
        {
            Confirm("GB");
        }

        Succeed("warden", "keys", File("box.json"), "--warden", WardenFolder);
        foreach ((string name, string role, string office) in Two)
        {
            _ = live ? EnrolInSteps(name, role, office) : Enrol(name, role, office);
        }
    }

    /// <summary>The same for real records: two keys on two machines, and a live gate.</summary>
    public void SetUpLive()
    {
        string[] points = [.. new[] { "operator", "custodian" }.Select(NewKey)];
        Succeed(
            "warden", "init", "--warden", WardenFolder, "--data", Data, "--operator", points[0], "--custodian",
            points[1]);
        Succeed("warden", "keys", File("box.json"), "--warden", WardenFolder);
        foreach ((string name, string role, string office) in Two)
        {
            NewKey(name);
            EnrolInSteps(name, role, office);
        }
    }

    private static (string Name, string Role, string Office)[] Two =>
    [
        ("asker", "requester", "single_point_of_contact"), ("chief", "approver", "designated_senior_officer"),
    ];

    private string EnrolInSteps(string name, string role, string office) =>
        SignBoth(name, EnrolWords(name, role, office));

    /// <summary>Has an enrolment signed by operator and custodian in turn, and added to store and warden.</summary>
    public string SignBoth(string name, string[] enrol)
    {
        string half = File(name + ".half");
        string both = File(name + ".both");
        Succeed([.. enrol, "--sign", File("operator.json"), "--out", half]);
        Succeed("people", "sign", half, "--key", File("custodian.json"), "--out", both);
        Succeed("people", "add", both, "--data", Data);
        return Succeed("people", "add", both, "--warden", WardenFolder);
    }

    /// <summary>An enrolment up to who signs it.</summary>
    public string[] EnrolWords(string name, string role, string office) =>
    [
        "people", "enrol", "--key", File(name + ".json"), "--label", name, "--authority", "County Police", "--kind",
        "police", "--office", office, "--role", role, "--until", EnrolledUntil,
    ];

    /// <summary>Enrols a person of the police in the store's folder and the warden's.</summary>
    public string Enrol(string name, string role, string office, string kind = "police")
    {
        string output = "";
        foreach (string folder in new[] { store.Folder.People, Path.Combine(WardenFolder, "people") })
        {
            output = Succeed(
                "people", "enrol", "--key", File(name + ".json"), "--label", name, "--authority", "County Police",
                "--kind", kind, "--office", office, "--role", role, "--until", EnrolledUntil, "--operator",
                File("operator.json"), "--custodian", File("custodian.json"), "--lab", "--to", folder);
        }

        return output;
    }

    /// <summary>Hashes of the answers that the log has deliveries of.</summary>
    public IReadOnlyList<string> DeliveredAnswers()
    {
        using var log = TransparencyLog.Open(store.Folder.Log, Clock);
        PublicKey key = KeyRing.Load(store.Folder).Store!.Public;
        var answers = new List<string>();
        foreach (LoggedEntry entry in log.Entries(0, int.MaxValue))
        {
            if (entry.Entry.Kind == LogKind.Delivery
                && SearchStatement.TryVerify(log.Content(entry.Index)!.Content, key, out SearchStatement? search)
                    == Refusal.None)
            {
                answers.Add(search!.Answer.ToString());
            }
        }

        return answers;
    }

    /// <summary>Operator and custodian sign that a lawyer confirmed the rules of a State.</summary>
    private void Confirm(string state)
    {
        using SigningKey one = PersonKey.Read(File("operator.json")).Open();
        using SigningKey two = PersonKey.Read(File("custodian.json")).Open();
        var rules = Hash32.FromBytes(Convert.FromHexString(RuleBook.BuiltIn.HashOf(state)));
        byte[] signed = new RulesConfirmation(state, rules, 1, "counsel").Sign(one, two);
        foreach (string folder in new[] { store.Folder.Rules, Path.Combine(WardenFolder, "rules") })
        {
            Directory.CreateDirectory(folder);
            System.IO.File.WriteAllBytes(Path.Combine(folder, state + OrderLaw.Ending), signed);
        }
    }

    /// <summary>Signs a request as it stands in a draft; its name.</summary>
    public string FileRequest(object draft, string key = "asker")
    {
        System.IO.File.WriteAllText(File("request.json"), JsonSerializer.Serialize(draft));
        string output = Succeed(
            "request", "new", "--data", Data, "--key", File(key + ".json"), "--file", File("request.json"));
        return output.Split('\n')[0]["request  ".Length..];
    }

    /// <summary>Draws a key and returns its public point.</summary>
    public string NewKey(string name)
    {
        string output = Succeed("people", "key", File(name + ".json"));
        return output.Split('\n')[1]["public  ".Length..];
    }

    /// <summary>A request for the line behind a port, signed by the requester; its name.</summary>
    public string Request(
        string address = "192.0.2.1:1100",
        string to = "2024-10-04T00:04Z",
        string expires = "2024-10-20T00:00Z",
        string urgency = "none",
        params (string Id, string Text)[] more)
    {
        var draft = new
        {
            jurisdiction = "GB",
            legal_basis = "RIPA 2000 s. 22(2)(b)",
            purpose = 1,
            @case = "CP-17",
            statements = new Dictionary<string, string>
            {
                ["necessity"] = "to find who sent a threat",
                ["proportionality"] = "one address, one port, one minute",
                ["collateral_intrusion"] = "none: the port is one line's",
                ["approved_authority"] = "approved under the Act",
                ["no_notification"] = "it would warn the sender",
            },
            offence = new { name = "threats to kill", serious = true, sentence_years = 10 },
            addresses = new[] { address },
            from = "2024-10-04T00:00Z",
            to,
            expires,
            urgency,
        };
        foreach ((string statement, string text) in more)
        {
            draft.statements[statement] = text;
        }

        return FileRequest(draft);
    }

    public (int Code, string Output, string Errors) Approve(string request, params string[] more) => Run(
        ["request", "sign", request, "--data", Data, "--key", File("chief.json"), .. more]);

    public (int Code, string Output, string Errors) Resolve(string request, params string[] more) =>
        Run(ResolveWords(request, more));

    /// <summary>The command line of a question within the order; without a request where that is null.</summary>
    public string[] ResolveWords(string? request, params string[] more) =>
    [
        "resolve", "--data", Data, "--socket", Socket, "--witness-socket", WitnessSocket, "--ip", "192.0.2.1",
        "--port", "1100", "--at", "2024-10-04T00:01:42Z",
        .. request is null ? [] : new[] { "--request", request }, .. more,
    ];

    /// <summary>The warden as `warden serve` runs it, in this process.</summary>
    public void StartWarden()
    {
        StopWarden();
        open = OpenWarden.At(new Appliance.Retention.Warden.WardenFolder(WardenFolder), Clock);
        serving = new WardenServer(open, new HashSet<uint>()).RunAsync(Socket, stop.Token);
    }

    /// <summary>The second witness as `witness serve` runs it, in this process.</summary>
    public void StartWitness()
    {
        witness = Appliance.Retention.Warden.Witness.Open(File("witness"));
        witnessing = witness.RunAsync(WitnessSocket, new HashSet<uint>(), stop.Token);
    }

    /// <summary>Ends it; another one may be started at another time.</summary>
    public void StopWarden()
    {
        stop.Cancel();
        serving.GetAwaiter().GetResult();
        witnessing.GetAwaiter().GetResult();
        witness?.Dispose();
        stop.Dispose();
        stop = new CancellationTokenSource();
        open?.Dispose();
        open = null;
    }

    public void Dispose()
    {
        StopWarden();
        stop.Dispose();
        store.Dispose();
        box.Dispose();
        temporary.Delete(recursive: true);
    }

    /// <summary>Runs a verb that must succeed; what it printed.</summary>
    public string Succeed(params string[] arguments)
    {
        (int code, string output, string errors) = Run(arguments);
        return code == 0
            ? output
            : throw new InvalidOperationException($"{string.Join(' ', arguments)}: {output}{errors}");
    }
}
