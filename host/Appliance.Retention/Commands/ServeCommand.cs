using System.CommandLine;
using System.Runtime.InteropServices;
using Appliance.Retention.Archive;
using Appliance.Retention.Serve;
using Appliance.Retention.Warden;
using Microsoft.Extensions.Logging;

namespace Appliance.Retention.Commands;

/// <summary><c>retention serve</c>: takes batches from the broker until it is told to stop.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        Option<string> data = DataOption.Create();
        Option<string> broker = new("--broker") { Description = "broker, HOST:PORT", Required = true };
        Option<string> ca = new("--ca") { Description = "PEM file of the broker's authority", Required = true };
        Option<string> cert = new("--cert") { Description = "PEM file of the store's certificate", Required = true };
        Option<string> key = new("--key") { Description = "PEM file of its private key", Required = true };
        Option<string> group = new("--group")
        {
            Description = "stores of one group share the batches",
            DefaultValueFactory = _ => "store",
        };
        Option<string?> warden = WardenCommand.FilterSocketOption();
        Option<int?> keep = new("--keep-days")
        {
            Description = "forget once a day what is older, or what its notice keeps no longer",
        };
        Command command = new("serve", "take batches from the broker, keep them and send receipts")
        {
            data, broker, ca, cert, key, group, warden, keep,
        };
        command.SetAction(parsed =>
        {
            TextWriter errors = parsed.InvocationConfiguration.Error;
            if (!BrokerOptions.TrySplit(parsed.GetValue(broker)!, out string host, out int port))
            {
                return Exit.Say(errors, Exit.BadInput, "--broker must be HOST:PORT");
            }

            if (parsed.GetValue(keep) < 1)
            {
                return Exit.Say(errors, Exit.BadInput, "--keep-days must be at least 1: today is never forgotten");
            }

            var options = new BrokerOptions
            {
                Host = host,
                Port = port,
                Group = parsed.GetValue(group)!,
                AuthorityFile = parsed.GetValue(ca)!,
                CertificateFile = parsed.GetValue(cert)!,
                KeyFile = parsed.GetValue(key)!,
            };
            return DataOption.Guard(
                errors,
                () => Run(
                    new StoreFolder(parsed.GetValue(data)!),
                    options,
                    parsed.GetValue(warden),
                    parsed.GetValue(keep),
                    errors));
        });
        return command;
    }

    private static int Run(
        StoreFolder folder, BrokerOptions options, string? socket, int? keepDays, TextWriter errors)
    {
        if ((options.Problem() ?? BrokerDial.Problem(options)) is { } wrong)
        {
            return Exit.Say(errors, Exit.BadInput, wrong);
        }

        if (!KeyRing.Load(folder).IsCustodySplit)
        {
            LabMode.Say(errors);
        }

        using ILoggerFactory logging = LoggerFactory.Create(
            static builder => builder.AddSimpleConsole(static console => console.SingleLine = true));
        using var stop = new CancellationTokenSource();
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using WardenClient? warden = socket is null ? null : new WardenClient(socket);
        ILogger events = logging.CreateLogger("retention");
        var service = new StoreService(
            folder, options, TimeProvider.System, events, warden is null ? null : warden.FilterKeys, keepDays);
        var overdue = new OverdueWatch(folder, TimeProvider.System, events);
        Task watching = Task.Run(() => overdue.RunAsync(stop.Token));
        try
        {
            service.RunAsync(stop.Token).GetAwaiter().GetResult();
        }
        finally
        {
            stop.Cancel();
            watching.GetAwaiter().GetResult();
        }

        return Exit.Success;

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
    }
}
