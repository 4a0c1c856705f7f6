using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Appliance.Lab.Bed;
using Appliance.SystemTests.Linux;
using Appliance.Wire;

namespace Appliance.SystemTests.Supervisor;

/// <summary>A real daemon beside a supervisor: made once with its keys, started as often as a test wants.</summary>
internal sealed class BoardDaemon : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("icr-board-");
    private readonly VethPair cable = new();
    private readonly string configuration;
    private BedProcess? process;

    public BoardDaemon(string line, int batchSeconds)
    {
        int today = LeapSeconds.UtcDay(LeapSeconds.ToTai(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 1000));
        string keys = In(KeySet.FileName);
        File.WriteAllText(keys, KeySet.MakeLab(RandomNumberGenerator.Fill, today, 3).ToJson());
        configuration = In("appliance.json");
        File.WriteAllText(configuration, JsonSerializer.Serialize(new
        {
            legs = new[] { new { @interface = "rx0", leg = "inside" } },
            traffic = new { flowLimit = 100_000 },
            capture = new { ratedPacketsPerSecond = 10_000 },
            batch = new { ageSeconds = batchSeconds },
            journal = new { path = In("journal") },
            admin = new { socket = Socket },
            supervisor = new { line, book = In("supervisor.json"), watchdogSeconds = 45 },
            keys,
        }));
        Start();
    }

    public string Folder => folder.FullName;

    public string Socket => In("admin.sock");

    public int Id => process!.Id;

    /// <summary>Starts it as the service manager would after each end.</summary>
    public void Start()
    {
        process?.Dispose();
        process = BedProcess.Start("ip", BedLayout.Inside(
            cable.Namespace, "dotnet", Programs.Library("Appliance.Edge", "Appliance.Edge"), configuration));
    }

    /// <summary>Its power goes: nothing is said, nothing is written any more.</summary>
    public void Kill()
    {
        BedProcess.Signal("KILL", Id);
        Finish();
    }

    /// <summary>Waits for its end; the exit code.</summary>
    public int Finish() => process!.Wait(Limit)
        ? process.ExitCode
        : throw new TimeoutException($"the daemon does not end: {process.Errors}");

    public Outcome Icrctl(params string[] arguments) => Programs.Icrctl([.. arguments, "--socket", Socket]);

    /// <summary>The status once it is as wanted.</summary>
    public JsonElement WaitForStatus(Func<JsonElement, bool> isAsWanted, string what)
    {
        JsonElement status = default;
        SimulatedBox.WaitUntil(
            () =>
            {
                Outcome outcome = Icrctl("status", "--json");
                status = outcome.Output.Length > 0 ? JsonDocument.Parse(outcome.Output).RootElement : default;
                return outcome.Output.Length > 0 && isAsWanted(status);
            },
            $"{what}: {process!.Errors} {status}");
        return status;
    }

    /// <summary>
    /// Whether a text stands on the flash in the clear: manifests are signed, not sealed.
    /// </summary>
    public bool HasOnFlash(string text) => new DirectoryInfo(In("journal")).EnumerateFiles()
        .Where(file => file.Length > 0 && file.Extension != ".lock")
        .Any(file => Bytes(file).AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0);

    public void Dispose()
    {
        process?.Dispose();
        cable.Dispose();
        folder.Delete(recursive: true);
    }

    private static byte[] Bytes(FileInfo file)
    {
        using FileStream stream = file.Open(FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using MemoryStream read = new();
        stream.CopyTo(read);
        return read.ToArray();
    }

    private string In(string name) => Path.Combine(folder.FullName, name);
}
