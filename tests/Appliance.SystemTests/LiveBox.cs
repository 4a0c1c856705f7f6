using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using Appliance.Lab.Bed;
using Appliance.Wire;

namespace Appliance.SystemTests;

/// <summary>A daemon in the box namespace of a bed, as a process of its own, with a lab key set.</summary>
internal sealed class LiveBox : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);
    private readonly string _configuration;
    private readonly string _folder;
    private BedProcess _daemon;

    private LiveBox(string folder, string configuration, BedProcess daemon)
    {
        _folder = folder;
        _configuration = configuration;
        _daemon = daemon;
    }

    public string Journal => Path.Combine(_folder, "journal");

    /// <summary>The folder of the daemon's last run that was recorded.</summary>
    public string Recording => Directory.EnumerateDirectories(Path.Combine(_folder, "recordings")).Max()!;

    public string Configuration => _configuration;

    public string Keys => Path.Combine(_folder, "keys");

    public int Id => _daemon.Id;

    private string Socket => Path.Combine(_folder, "admin.sock");

    /// <summary>Makes keys and configuration, starts the daemon, and returns once it records.</summary>
    public static LiveBox Start(
        BedLayout layout, string folder, bool isRecording = false, bool hasInside = true, object? natLog = null)
    {
        string keys = Path.Combine(folder, "keys");
        Directory.CreateDirectory(keys);
        int today = LeapSeconds.UtcDay(LeapSeconds.ToTai(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 1000));
        string keySet = Path.Combine(keys, KeySet.FileName);
        File.WriteAllText(keySet, KeySet.MakeLab(RandomNumberGenerator.Fill, today, 3).ToJson());
        string configuration = Path.Combine(folder, "appliance.json");
        var inside = new { @interface = BedMirror.InsidePort, leg = "inside" };
        var outside = new { @interface = BedMirror.OutsidePort, leg = "outside" };
        File.WriteAllText(configuration, JsonSerializer.Serialize(new
        {
            legs = hasInside ? new[] { inside, outside } : [outside],
            traffic = new { publicPrefixes = new[] { BedLayout.PublicPrefix } },
            notice = new { profile = "uk-icr" },
            capture = new { recordTo = isRecording ? Path.Combine(folder, "recordings") : null },
            natLog = natLog ?? new { },
            batch = new { ageSeconds = 1 },
            journal = new { path = Path.Combine(folder, "journal") },
            admin = new { socket = Path.Combine(folder, "admin.sock") },
            keys = keySet,
        }));
        LiveBox box = new(folder, configuration, Launch(layout, configuration));
        box.WaitUntilRecording();
        return box;
    }

    /// <summary>Starts the daemon again after a kill.</summary>
    public void Restart(BedLayout layout)
    {
        _daemon.Dispose();
        _daemon = Launch(layout, _configuration);
        WaitUntilRecording();
    }

    /// <summary>A second daemon takes over; returns once the first has ended and the second records.</summary>
    /// <returns>The first one's exit code.</returns>
    public int TakeOver(BedLayout layout)
    {
        using BedProcess before = _daemon;
        _daemon = Launch(layout, "--takeover", _configuration);
        if (!before.Wait(Limit))
        {
            throw new TimeoutException($"the first daemon does not hand over: {before.Errors} {_daemon.Errors}");
        }

        WaitUntilRecording();
        return before.ExitCode;
    }

    /// <summary>Ends the daemon as a power cut would end the process.</summary>
    public void Kill()
    {
        BedProcess.Signal("KILL", _daemon.Id);
        _daemon.Wait(Limit);
    }

    /// <summary>Returns the status once this run of the daemon has made so many batches durable.</summary>
    public JsonElement WaitForBatches(long count)
    {
        Stopwatch total = Stopwatch.StartNew();
        while (total.Elapsed < Limit)
        {
            JsonElement now = Status();
            if (now.GetProperty("storage").GetProperty("batches").GetInt64() >= count)
            {
                return now;
            }
        }

        throw new TimeoutException($"no {count} batches in {Limit}: {_daemon.Errors}");
    }

    /// <summary>Returns the status once no leg has received a packet for a second.</summary>
    public JsonElement WaitForQuiet()
    {
        Stopwatch total = Stopwatch.StartNew();
        JsonElement before = Status();
        while (total.Elapsed < Limit)
        {
            Thread.Sleep(1200);
            JsonElement now = Status();
            if (Received(now) == Received(before))
            {
                return now;
            }

            before = now;
        }

        throw new TimeoutException("the legs do not become quiet");
    }

    /// <summary>The daemon's status as its program prints it.</summary>
    public JsonElement Status()
    {
        // A machine that is held up may not answer in the time that a program waits for it.
        Stopwatch total = Stopwatch.StartNew();
        while (true)
        {
            Outcome outcome = Programs.Icrctl("status", "--socket", Socket, "--json");
            if (outcome.Code is 0 or 1 && outcome.Output.Length > 0)
            {
                return JsonDocument.Parse(outcome.Output).RootElement;
            }

            if (_daemon.HasExited || total.Elapsed > Limit)
            {
                throw new InvalidOperationException(outcome.Error + _daemon.Errors);
            }
        }
    }

    /// <summary>What `icrctl` says of the box in words.</summary>
    public Outcome Ask(string verb) => Programs.Icrctl(verb, "--socket", Socket);

    /// <summary>Asks the daemon to stop; its exit code.</summary>
    public int Stop()
    {
        BedProcess.Signal("TERM", _daemon.Id);
        return _daemon.Wait(Limit) ? _daemon.ExitCode : throw new TimeoutException("the daemon does not stop");
    }

    /// <summary>Merged flow records as a file.</summary>
    public string Records()
    {
        Outcome records = Programs.Retention("records", "--in", Journal, "--keys", Keys, "--format", "csv", "--merged");
        string file = Path.Combine(_folder, "records.csv");
        File.WriteAllText(file, records.Output);
        return records.Code == 0 ? file : throw new InvalidOperationException(records.Error);
    }

    public void Dispose() => _daemon.Dispose();

    private static BedProcess Launch(BedLayout layout, params string[] arguments) => BedProcess.Start(
        "ip",
        BedLayout.Inside(
            layout.BoxNamespace,
            ["dotnet", Programs.Library("Appliance.Edge", "Appliance.Edge"), .. arguments]));

    private static long Received(JsonElement status) =>
        status.GetProperty("legs").EnumerateArray().Sum(leg => leg.GetProperty("received").GetInt64());

    private void WaitUntilRecording()
    {
        Stopwatch total = Stopwatch.StartNew();
        while (Programs.Icrctl("status", "--socket", Socket).Output.Length == 0)
        {
            if (_daemon.HasExited || total.Elapsed > Limit)
            {
                throw new InvalidOperationException($"the daemon does not start: {_daemon.Errors}");
            }
        }
    }
}
