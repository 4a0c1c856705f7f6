using System.CommandLine;
using System.Net;
using System.Runtime.InteropServices;
using System.Security.Cryptography.X509Certificates;
using Appliance.Retention.Archive;
using Appliance.Retention.Warden;
using Appliance.Retention.WebConsole;

namespace Appliance.Retention.Commands;

/// <summary><c>retention console</c>: pages for requester, approver and auditor until told to stop.</summary>
internal sealed class ConsoleCommand(TimeProvider clock)
{
    private const int DefaultPort = 8443;

    private readonly Option<string> data = DataOption.Create();
    private readonly Option<string> socket = WardenCommand.SocketOption();
    private readonly Option<string> witness = WitnessCommand.SocketOption();
    private readonly Option<string> listen = new("--listen")
    {
        Description = "address and port to listen on",
        DefaultValueFactory = _ => $"127.0.0.1:{DefaultPort}",
    };

    private readonly Option<string?> origin = new("--origin")
    {
        Description = "https://HOST[:PORT] as browsers see it; WebAuthn keys are bound to it; in the lab localhost",
    };

    private readonly Option<string?> certificate = new("--cert")
    {
        Description = "PEM file of the certificate, with those above it; in the lab one is made",
    };

    private readonly Option<string?> key = new("--key") { Description = "PEM file of its private key" };

    public static Command Create(TimeProvider? clock = null)
    {
        var verb = new ConsoleCommand(clock ?? TimeProvider.System);
        Command command = new("console", "pages for requester, approver and auditor, until told to stop")
        {
            verb.data, verb.listen, verb.origin, verb.certificate, verb.key, verb.socket, verb.witness,
        };
        command.SetAction(parsed => DataOption.Guard(parsed.InvocationConfiguration.Error, () => verb.Run(parsed)));
        return command;
    }

    private int Run(ParseResult parsed)
    {
        ConsoleOptions options = Read(parsed);
        using X509Certificate2 held = options.Certificate;
        using var stop = new CancellationTokenSource();
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        Serve(options, parsed.InvocationConfiguration.Error, stop.Token).GetAwaiter().GetResult();
        return Exit.Success;

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
    }

    private async Task Serve(ConsoleOptions options, TextWriter errors, CancellationToken stop)
    {
        await using var server = new ConsoleServer(options, clock);
        await server.StartAsync();
        await errors.WriteLineAsync($"retention: the console is {options.OriginText}, on {options.Listen}");
        await Task.Delay(Timeout.Infinite, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private ConsoleOptions Read(ParseResult parsed)
    {
        var store = new StoreFolder(parsed.GetValue(data)!);
        bool isLab = WardenTrust.Read(store.TrustFile).IsLab;
        if (!IPEndPoint.TryParse(parsed.GetValue(listen)!, out IPEndPoint? door) || door.Port == 0)
        {
            throw new ArchiveException(
                $"--listen {parsed.GetValue(listen)} is not ADDRESS:PORT, for example 127.0.0.1:{DefaultPort}");
        }

        string? named = parsed.GetValue(origin) ?? (isLab ? $"https://localhost:{door.Port}" : null);
        if (named is null)
        {
            throw new ArchiveException("name the console's --origin, as https://icr.example: keys are bound to it");
        }

        Uri where = ConsoleOptions.ParseOrigin(named, out string problem) ?? throw new ArchiveException(problem);
        return new ConsoleOptions
        {
            Store = store,
            Listen = door,
            Origin = where,
            Certificate = Certificate(parsed, store, where.Host, isLab),
            WardenSocket = parsed.GetValue(socket)!,
            WitnessSocket = parsed.GetValue(witness)!,
        };
    }

    private X509Certificate2 Certificate(ParseResult parsed, StoreFolder store, string host, bool isLab)
    {
        string? given = parsed.GetValue(certificate);
        string? secret = parsed.GetValue(key);
        if (given is null != secret is null)
        {
            throw new ArchiveException("--cert and --key belong together; give both");
        }

        if (given is not null)
        {
            return ConsoleCertificate.Read(given, secret!);
        }

        if (!isLab)
        {
            throw new ArchiveException("give --cert and --key: browsers use no keys where they do not trust it");
        }

        parsed.InvocationConfiguration.Error.WriteLine(
            $"retention: lab certificate {Path.Combine(store.Console, "lab-certificate.pem")}; browsers must be told "
                + "to trust it");
        return ConsoleCertificate.OfLab(store.Console, host, clock.GetUtcNow());
    }
}
