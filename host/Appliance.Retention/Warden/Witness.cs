using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Appliance.Linux;
using Appliance.Retention.Archive;
using Appliance.Wire;
using Microsoft.AspNetCore.Builder;

namespace Appliance.Retention.Warden;

/// <summary>
/// A second witness of a log, best run by the auditor on a machine of their own: it has no day keys and learns nothing
/// of what is asked. It signs the log where it only grew, so that whoever rolls back a store and its warden together is
/// stopped all the same.
/// <code>
/// witness.json      identity, and the key that cosigns
/// log.json          pinned identity and key of the log
/// state.db          the log as it was seen last
/// </code>
/// </summary>
internal sealed class Witness : IDisposable
{
    private readonly FolderLock held;
    private readonly WardenState state;
    private readonly StoreKey identity;

    private Witness(FolderLock held, WardenState state, StoreKey identity, WatchedLog log)
    {
        this.held = held;
        this.state = state;
        this.identity = identity;
        Watch = new LogWatch(log, state, identity);
    }

    public LogWatch Watch { get; }

    /// <summary>What warden and store pin.</summary>
    public PublicKey Key => identity.Public;

    /// <summary>Draws the key and pins the log; once.</summary>
    /// <exception cref="ArchiveException">There is a witness in the folder already.</exception>
    public static StoreKey Init(string folder, Id16 log, PublicKey logKey)
    {
        DurableFile.MakeFolder(folder);
        File.SetUnixFileMode(
            folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        string file = KeyOf(folder);
        if (File.Exists(file))
        {
            throw new ArchiveException($"{file} is there already; a witness is set up once");
        }

        var pinned = new Pinned(log.ToString(), Convert.ToHexStringLower(logKey.Point.Span));
        Put(LogOf(folder), JsonSerializer.Serialize(pinned, WardenJson.Options) + "\n");
        var identity = StoreKey.New(RandomNumberGenerator.Fill);
        Put(file, identity.ToJson());
        return identity;
    }

    /// <summary>Opens a witness; one process at a time.</summary>
    /// <exception cref="ArchiveException">It was not set up, or a file is damaged.</exception>
    public static Witness Open(string folder)
    {
        string file = KeyOf(folder);
        if (!File.Exists(file))
        {
            throw new ArchiveException($"{file} is not there; set the witness up with `retention witness init`");
        }

        if (!StoreKey.TryParse(File.ReadAllText(file), out StoreKey? identity, out string wrong))
        {
            throw new ArchiveException($"{file}: {wrong}");
        }

        WatchedLog log = ReadPinned(LogOf(folder));
        var held = FolderLock.Take(folder, "witness.lock");
        return new Witness(held, WardenState.Open(Path.Combine(folder, "state.db")), identity!, log);
    }

    /// <summary>Answers on a socket until stopped.</summary>
    /// <param name="path">The socket; an old one is replaced.</param>
    /// <param name="users">Numbers of the users that may call.</param>
    /// <param name="stop">Ends it.</param>
    public Task RunAsync(string path, IReadOnlySet<uint> users, CancellationToken stop)
    {
        var socket = new PeerSocket("witness", users);
        return socket.RunAsync(path, Map, static () => { }, stop);

        void Map(WebApplication app)
        {
            app.MapGet("/seen", () => socket.Tell(() => new SeenLog(Watch.SeenSize)));
            app.MapPost("/cosign", context => socket.Answer<CosignAsk>(
                context, ask => (Watch.Cosign(ask.Checkpoint, ask.Consistency, out byte[] made), new Cosigned(made))));
        }
    }

    public void Dispose()
    {
        state.Dispose();
        held.Dispose();
    }

    private static string KeyOf(string folder) => Path.Combine(folder, "witness.json");

    private static string LogOf(string folder) => Path.Combine(folder, "log.json");

    private static void Put(string file, string text) =>
        DurableFile.Put(file, file + ".part", Encoding.UTF8.GetBytes(text));

    private static WatchedLog ReadPinned(string file)
    {
        Pinned? pinned = null;
        try
        {
            pinned = JsonSerializer.Deserialize<Pinned>(File.ReadAllText(file), WardenJson.Options);
        }
        catch (JsonException)
        {
            // Said below, with what the file must hold.
        }

        return pinned is not null
            && Id16.TryParse(pinned.Log, out Id16 log)
            && WardenTrust.TryPoint(pinned.LogKey, out PublicKey? key)
                ? new WatchedLog(log, key!, null)
                : throw new ArchiveException($"{file} must name log and log_key as `retention log` prints them");
    }

    private sealed record Pinned(string Log, string LogKey);
}
