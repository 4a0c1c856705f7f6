using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using Appliance.Linux;
using Appliance.Retention.Archive;
using Appliance.Retention.Log;
using Appliance.Retention.Notices;
using Appliance.Retention.Requests;
using Appliance.Retention.Warden;
using Appliance.Wire;

namespace Appliance.Retention.Commands;

/// <summary><c>retention warden</c>: sets up and runs the role that holds the day keys.</summary>
internal sealed class WardenCommand(TimeProvider clock)
{
    public const string DefaultFolder = "/var/lib/appliance-warden";
    public const string DefaultSocket = "/run/appliance-warden/warden.sock";

    private readonly Option<string> folder = new("--warden")
    {
        Description = "data folder of the warden", DefaultValueFactory = _ => DefaultFolder,
    };

    private readonly Option<string> socket = SocketOption();
    private readonly Option<string> data = DataOption.Create();
    private readonly Option<string> operatorPoint = new("--operator")
    {
        Description = "operator's public key, 130 hexadecimal digits", Required = true,
    };

    private readonly Option<string> custodianPoint = new("--custodian")
    {
        Description = "custodian's public key, 130 hexadecimal digits", Required = true,
    };

    private readonly Option<bool> lab = new("--lab")
    {
        Description = "let rules decide that nobody confirmed; never with real records",
    };

    private readonly Option<string?> witness = new("--witness-key")
    {
        Description = "key of a second witness, without which nothing is opened, 130 hexadecimal digits",
    };

    private readonly Option<string[]> users = UserOption();

    private readonly Argument<string> keySet = new("FILE") { Description = "key set with the warden's private halves" };
    private readonly Option<bool> json = new("--json") { Description = "print the result as JSON" };

    public static Option<string> SocketOption() => new("--socket")
    {
        Description = "socket of the warden", DefaultValueFactory = _ => DefaultSocket,
    };

    /// <summary>Who may call, besides root and the own user.</summary>
    public static Option<string[]> UserOption() => new("--user")
    {
        Description = "number of a user that may call, the store's; may be given again",
    };

    /// <summary>For who only needs filter keys: no socket, no warden.</summary>
    public static Option<string?> FilterSocketOption() => new("--warden-socket")
    {
        Description = "socket of the warden, for filter keys where it has the day keys",
    };

    public static Command Create(TimeProvider? clock = null)
    {
        var verb = new WardenCommand(clock ?? TimeProvider.System);
        Command init = new("init", "draw the warden's key and pin those it believes, in its folder and the store's")
        {
            verb.folder, verb.data, verb.operatorPoint, verb.custodianPoint, verb.witness, verb.lab,
        };
        init.SetAction(parsed => DataOption.Guard(parsed.InvocationConfiguration.Error, () => verb.Init(parsed)));
        Command keys = new("keys", "give the warden its day keys") { verb.keySet, verb.folder };
        keys.SetAction(parsed => DataOption.Guard(parsed.InvocationConfiguration.Error, () => verb.Keys(parsed)));
        Command serve = new("serve", "answer the store until told to stop") { verb.folder, verb.socket, verb.users };
        serve.SetAction(parsed => DataOption.Guard(parsed.InvocationConfiguration.Error, () => verb.Serve(parsed)));
        Command status = new("status", "what the running warden says of itself") { verb.socket, verb.json };
        status.SetAction(parsed => DataOption.Guard(parsed.InvocationConfiguration.Error, () => verb.Status(parsed)));
        return new Command("warden", "the role that holds the day keys and releases none unasked")
        {
            init, keys, serve, status,
        };
    }

    private int Init(ParseResult parsed)
    {
        if (!WardenTrust.TryPoint(parsed.GetValue(operatorPoint), out PublicKey? first)
            || !WardenTrust.TryPoint(parsed.GetValue(custodianPoint), out PublicKey? second)
            || first!.IsSame(second!))
        {
            throw new ArchiveException(
                "--operator and --custodian must be two different keys; `retention people key FILE` makes one");
        }

        PublicKey? pinned = null;
        if (parsed.GetValue(witness) is { } point && !WardenTrust.TryPoint(point, out pinned))
        {
            throw new ArchiveException("--witness-key must be 130 hexadecimal digits; see `retention witness init`");
        }

        var own = new WardenFolder(parsed.GetValue(folder)!);
        var store = new StoreFolder(parsed.GetValue(data)!);
        DurableFile.MakeFolder(own.Root);
        DurableFile.MakeFolder(store.Root);
        if (File.Exists(own.TrustFile))
        {
            throw new ArchiveException($"{own.TrustFile} is there already; a warden is set up once");
        }

        StoreKey identity = own.ReadOrMakeKey();
        using var log = TransparencyLog.Open(store.Log, clock);
        var trust = new WardenTrust(
            new ControlTrust(first, second!), log.Id, log.Key, parsed.GetValue(lab), pinned);
        trust.Write(own.TrustFile);
        trust.Write(store.TrustFile);
        TextWriter output = parsed.InvocationConfiguration.Output;
        output.WriteLine($"warden  {identity.Store}");
        output.WriteLine($"public  {Convert.ToHexStringLower(identity.Public.Point.Span)}");
        output.WriteLine($"log     {log.Id}");
        return Exit.Success;
    }

    private int Keys(ParseResult parsed)
    {
        var own = new WardenFolder(parsed.GetValue(folder)!);
        KeySet given = KeyRing.ReadSet(parsed.GetValue(keySet)!);
        NoticeBook book = NoticeBook.Load(
            own.Notices, File.Exists(own.TrustFile) ? own.ReadTrust().Control : null);
        var ring = KeyRing.Load(own.KeyFolder);
        ring.Add(own.KeyFolder, book.WithoutForgotten(given.ForRole(KeyRole.WardenA), UtcClock.Now(clock)));
        parsed.InvocationConfiguration.Output.WriteLine($"device {given.Device}: the warden has its day keys");
        return Exit.Success;
    }

    private int Serve(ParseResult parsed)
    {
        using var open = OpenWarden.At(new WardenFolder(parsed.GetValue(folder)!), clock);
        var server = new WardenServer(open, UsersOf(parsed.GetValue(users)));
        parsed.InvocationConfiguration.Error.WriteLine($"retention: the warden answers on {parsed.GetValue(socket)}");
        UntilStopped(stop => server.RunAsync(parsed.GetValue(socket)!, stop));
        return Exit.Success;
    }

    /// <summary>Runs until the process is told to stop.</summary>
    public static void UntilStopped(Func<CancellationToken, Task> run)
    {
        using var stop = new CancellationTokenSource();
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        run(stop.Token).GetAwaiter().GetResult();

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
    }

    private int Status(ParseResult parsed)
    {
        using var client = new WardenClient(parsed.GetValue(socket)!);
        TextWriter output = parsed.InvocationConfiguration.Output;
        WardenReport report;
        try
        {
            report = client.Status();
        }
        catch (WardenException failure)
        {
            return Exit.Say(parsed.InvocationConfiguration.Error, Exit.CheckFailed, failure.Message);
        }

        if (parsed.GetValue(json))
        {
            JsonText.Write(output, report);
            return Exit.Success;
        }

        output.WriteLine($"warden     {report.Warden}");
        output.WriteLine($"log seen   {report.SeenSize} entries");
        output.WriteLine($"devices    {report.Devices}, {report.DayKeys} private day keys");
        output.WriteLine($"witness    {(report.IsWitnessed ? "a second one is pinned" : "the warden alone")}");
        output.WriteLine($"clock      {report.Doubt ?? "believed"}");
        output.WriteLine($"people     {report.People}");
        output.WriteLine($"rules      {(report.IsLive ? $"confirmed: {string.Join(", ", report.Confirmed)}" : "lab")}");
        if (report.NoticesProblem is { } problem)
        {
            output.WriteLine($"notices    orders are not acted on: {problem}");
        }

        return Exit.Success;
    }

    /// <summary>The numbers of users that were given.</summary>
    /// <exception cref="ArchiveException">One is no number.</exception>
    public static HashSet<uint> UsersOf(string[]? given)
    {
        var numbers = new HashSet<uint>();
        foreach (string user in given ?? [])
        {
            numbers.Add(uint.TryParse(user, NumberStyles.None, CultureInfo.InvariantCulture, out uint number)
                ? number
                : throw new ArchiveException($"--user {user} is not the number of a user; see `id -u NAME`"));
        }

        return numbers;
    }
}
