using System.CommandLine;
using System.Runtime.InteropServices;
using Appliance.Retention.Archive;
using Appliance.Retention.Warden;
using Appliance.Wire;

namespace Appliance.Retention.Commands;

/// <summary><c>retention witness</c>: a second witness of the log, without day keys.</summary>
internal static class WitnessCommand
{
    public const string DefaultFolder = "/var/lib/appliance-witness";
    public const string DefaultSocket = "/run/appliance-witness/witness.sock";

    public static Command Create() =>
        new("witness", "signs the log where it only grew: a second person or machine beside the warden")
        {
            Init(), Serve(),
        };

    /// <summary>Where the store finds the witness.</summary>
    public static Option<string> SocketOption() => new("--witness-socket")
    {
        Description = "socket of the log's second witness, where one is pinned",
        DefaultValueFactory = _ => DefaultSocket,
    };

    /// <summary>The second witness; null where no key of one is pinned.</summary>
    public static WardenClient? Connect(PublicKey? pinned, string socket) =>
        pinned is null ? null : new WardenClient(socket, "witness");

    private static Command Init()
    {
        Option<string> folder = FolderOption();
        Option<string> log = new("--log") { Description = "log, as `retention log` prints it", Required = true };
        Option<string> key = new("--log-key") { Description = "its key, as printed there", Required = true };
        Command init = new("init", "draw the witness's key and pin the log") { folder, log, key };
        init.SetAction(parsed => DataOption.Guard(parsed.InvocationConfiguration.Error, () =>
        {
            if (!Id16.TryParse(parsed.GetValue(log), out Id16 id)
                || !WardenTrust.TryPoint(parsed.GetValue(key), out PublicKey? pinned))
            {
                throw new ArchiveException(
                    "--log must be 32 hexadecimal digits and --log-key 130, as `retention log` prints them");
            }

            StoreKey made = Witness.Init(Path.GetFullPath(parsed.GetValue(folder)!), id, pinned!);
            TextWriter output = parsed.InvocationConfiguration.Output;
            output.WriteLine($"witness  {made.Store}");
            output.WriteLine($"public   {Convert.ToHexStringLower(made.Public.Point.Span)}");
            return Exit.Success;
        }));
        return init;
    }

    private static Command Serve()
    {
        Option<string> folder = FolderOption();
        Option<string> socket = new("--socket")
        {
            Description = "socket of the witness", DefaultValueFactory = _ => DefaultSocket,
        };
        Option<string[]> users = WardenCommand.UserOption();
        Command serve = new("serve", "sign the log for the store until told to stop") { folder, socket, users };
        serve.SetAction(parsed => DataOption.Guard(parsed.InvocationConfiguration.Error, () =>
        {
            using var witness = Witness.Open(Path.GetFullPath(parsed.GetValue(folder)!));
            IReadOnlySet<uint> allowed = WardenCommand.UsersOf(parsed.GetValue(users));
            string path = parsed.GetValue(socket)!;
            parsed.InvocationConfiguration.Error.WriteLine($"retention: the witness answers on {path}");
            WardenCommand.UntilStopped(stop => witness.RunAsync(path, allowed, stop));
            return Exit.Success;
        }));
        return serve;
    }

    private static Option<string> FolderOption() => new("--witness")
    {
        Description = "data folder of the witness", DefaultValueFactory = _ => DefaultFolder,
    };
}
