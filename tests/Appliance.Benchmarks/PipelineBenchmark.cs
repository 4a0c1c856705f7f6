using System.Globalization;
using System.Text.Json;

namespace Appliance.Benchmarks;

/// <summary>Capture files to sealed, signed, durable batches: packets a CPU second, bytes a session.</summary>
internal static class PipelineBenchmark
{
    public static void Run(TrafficFiles files, int runs)
    {
        (Measured Cpu, JsonElement Summary) both =
            Replay(files, runs, "--inside", files.Inside, "--outside", files.Outside);
        Report("both legs, names on", files.Packets, both);
        Report("inside leg alone", files.PacketsInside, Replay(files, runs, "--inside", files.Inside));
    }

    private static (Measured Cpu, JsonElement Summary) Replay(TrafficFiles files, int runs, params string[] legs)
    {
        string[] command = Fresh(files, legs);
        Measured cpu = Measured.Run(runs, command[0], command[1..]);
        return (cpu, JsonDocument.Parse(cpu.Output).RootElement);
    }

    /// <summary>The command that replays legs into a folder that it first empties.</summary>
    public static string[] Fresh(TrafficFiles files, params string[] legs)
    {
        string output = Path.Combine(files.Folder, "out");
        string config = Configuration(files);
        string[] replay = ["dotnet", Programs.Icrctl, "replay", "--json", "--config", config, "--out", output];
        return ["sh", "-c", "rm -rf \"$1\" && shift && exec \"$@\"", "sh", output, .. replay, .. legs];
    }

    // Room for every flow of the file, as the box would be configured for its load.
    private static string Configuration(TrafficFiles files)
    {
        string path = Path.Combine(files.Folder, "appliance.json");
        File.WriteAllText(path, """
            { "traffic": { "flowLimit": 1048576 }, "notice": { "profile": "uk-icr" } }
            """);
        return path;
    }

    private static void Report(string what, long packets, (Measured Cpu, JsonElement Summary) result)
    {
        JsonElement s = result.Summary;
        double flows = s.GetProperty("flows").GetDouble();
        double perSession = s.GetProperty("bytes").GetDouble() / flows;
        double attributed = s.GetProperty("attributed").GetDouble();
        double best = result.Cpu.Best;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  {what,-22} {packets / best / 1e6,6:F2} M packets/CPU s  {1e9 * best / packets,5:F0} ns"
            + $"  spread {result.Cpu.SpreadPercent,3:F0} %  {perSession,6:F1} bytes a session"
            + $"  {flows:N0} flows, {attributed:N0} attributed"));
    }
}
