using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Appliance.Lab.Bed;
using Appliance.SystemTests.Linux;
using Appliance.Wire;

namespace Appliance.SystemTests.Service;

/// <summary>
/// A daemon on one end of a cable, started as its unit starts it: with the unit's capabilities only, and a socket that
/// it tells its state to. Nothing of its environment says anything of the runtime's diagnostics.
/// </summary>
internal sealed class NotifiedDaemon : IDisposable
{
    private const int WatchdogUs = 10_000_000;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly Socket _systemd = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly BedProcess _process;
    private int _successor;

    public NotifiedDaemon(VethPair cable, string folder, object? capture = null, bool hasOutside = false)
    {
        Folder = folder;
        string notify = Path.Combine(folder, "notify.sock");
        _systemd.ReceiveTimeout = (int)Limit.TotalMilliseconds;
        _systemd.Bind(new UnixDomainSocketEndPoint(notify));
        int today = LeapSeconds.UtcDay(LeapSeconds.ToTai(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 1000));
        string keys = Path.Combine(folder, KeySet.FileName);
        File.WriteAllText(keys, KeySet.MakeLab(RandomNumberGenerator.Fill, today, 3).ToJson());
        var inside = new { @interface = "rx0", leg = "inside" };
        var outside = new { @interface = "rx1", leg = "outside" };
        string configuration = Path.Combine(folder, "appliance.json");
        File.WriteAllText(configuration, JsonSerializer.Serialize(new
        {
            legs = hasOutside ? [inside, outside] : new[] { inside },
            traffic = new { publicPrefixes = new[] { "192.0.2.0/24" } },
            capture = capture ?? new { promiscuous = true },
            notice = new { profile = "uk-icr" },
            batch = new { ageSeconds = 1 },
            journal = new { path = Path.Combine(folder, "journal") },
            admin = new { socket = Path.Combine(folder, "admin.sock") },
            keys,
        }));
        _process = BedProcess.Start("ip", BedLayout.Inside(
            cable.Namespace,
            "env", "-u", "DOTNET_EnableDiagnostics", $"NOTIFY_SOCKET={notify}", $"WATCHDOG_USEC={WatchdogUs}",
            "setpriv", "--bounding-set=-all,+net_raw,+ipc_lock", "--inh-caps=-all",
            "dotnet", Programs.Library("Appliance.Edge", "Appliance.Edge"), configuration));
    }

    public string Folder { get; }

    public int Id => _process.Id;

    public string Errors => _process.Errors;

    /// <summary>The process that the service goes on as; ended with this object.</summary>
    public int Follow()
    {
        _successor = int.Parse(Next("MAINPID=")["MAINPID=".Length..], CultureInfo.InvariantCulture);
        return _successor;
    }

    /// <summary>The next state that it tells which begins so; what comes before is passed over.</summary>
    public string Next(string beginning)
    {
        byte[] buffer = new byte[4096];
        long begunMs = Environment.TickCount64;
        string told;
        do
        {
            // What it says of its watchdog comes for ever: it must not keep the wait for something else alive.
            if (Environment.TickCount64 - begunMs > Limit.TotalMilliseconds)
            {
                throw new TimeoutException($"no {beginning} among what it tells: {Errors}");
            }

            try
            {
                told = Encoding.UTF8.GetString(buffer, 0, _systemd.Receive(buffer));
            }
            catch (SocketException)
            {
                throw new TimeoutException($"no {beginning}: {Errors}");
            }
        }
        while (!told.StartsWith(beginning, StringComparison.Ordinal));
        return told;
    }

    public JsonElement Status()
    {
        Outcome outcome = Programs.Icrctl("status", "--socket", Path.Combine(Folder, "admin.sock"), "--json");
        return outcome.Output.Length > 0
            ? JsonDocument.Parse(outcome.Output).RootElement
            : throw new InvalidOperationException(outcome.Error + Errors);
    }

    /// <summary>Asks it to stop; its exit code.</summary>
    public int Stop()
    {
        BedProcess.Signal("TERM", Id);
        return Finish();
    }

    /// <summary>Waits for its end.</summary>
    public int Finish() =>
        _process.Wait(Limit) ? _process.ExitCode : throw new TimeoutException($"it does not end: {Errors}");

    public void Dispose()
    {
        if (_successor != 0)
        {
            BedProcess.Signal("KILL", _successor);
        }

        _process.Dispose();
        _systemd.Dispose();
    }
}
