using System.Globalization;
using System.Text.Json;

namespace Appliance.Benchmarks;

/// <summary>
/// What the store spends on a record: signatures, roots, decoding, filters, index and the durable file. Two folders of
/// segments, one of four times the sessions; the difference of both is free of the start of the process.
/// </summary>
internal static class IngestBenchmark
{
    private const int PacketsPerSession = 6;
    private const int Larger = 4;

    public static void Run(string folder, long sessions, int runs)
    {
        Taken small = Take(Path.Combine(folder, "small"), sessions, runs);
        Taken large = Take(Path.Combine(folder, "large"), sessions * Larger, runs);
        Report("the smaller folder", small.Cpu.Best, small.Records, small.Cpu.SpreadPercent);
        Report("the larger folder", large.Cpu.Best, large.Records, large.Cpu.SpreadPercent);
        double spread = Math.Max(small.Cpu.SpreadPercent, large.Cpu.SpreadPercent);
        Report("without the start", large.Cpu.Best - small.Cpu.Best, large.Records - small.Records, spread);
    }

    private static Taken Take(string folder, long sessions, int runs)
    {
        TrafficFiles files = TrafficFiles.Make(folder, PacketsPerSession, sessions * PacketsPerSession * 2);
        string[] replay = PipelineBenchmark.Fresh(files, "--inside", files.Inside, "--outside", files.Outside);
        Measured.RunOnce(replay[0], replay[1..]);
        string box = Path.Combine(folder, "out");
        string store = Path.Combine(folder, "store");
        Measured cpu = Measured.Run(
            runs,
            "sh",
            "-c",
            "rm -rf \"$1\" && shift && exec \"$@\"",
            "sh",
            store,
            "dotnet",
            Programs.Retention,
            "ingest",
            "--json",
            box,
            "--data",
            store,
            "--keys",
            Path.Combine(box, "keys"));
        long records = JsonDocument.Parse(cpu.Output).RootElement.GetProperty("records").GetInt64();
        return new Taken(cpu, records);
    }

    private static void Report(string what, double seconds, long records, double spread) =>
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  {what,-22} {records / seconds,10:N0} records/CPU s  {1e9 * seconds / records,6:F0} ns a record"
            + $"  {records:N0} records  spread {spread,3:F0} %"));

    private sealed record Taken(Measured Cpu, long Records);
}
