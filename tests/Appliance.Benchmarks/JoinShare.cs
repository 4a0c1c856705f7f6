using System.Globalization;

namespace Appliance.Benchmarks;

/// <summary>
/// The leg join's share of the pipeline's CPU: perf samples one replay of both legs, and a sample counts as the join's
/// where a method of it stands anywhere on the stack. A ratio within one run; nothing is built in for it.
/// </summary>
internal static class JoinShare
{
    // Everything in host/Appliance.Flow/Join that is code. What the join makes others do (a key moves over, the record
    // of a half that was joined) is below these on the stack, and the join's as well.
    private static readonly string[] Join =
    [
        "Matcher", "ProbeIndex", "Sampler", "JoinGraph", "Evidence", "DueQueue", "Decider", "Judge", "Rechecker",
        "CandidateList", "Doubt", "TcpRewriting",
    ];

    private static readonly string[] Engine = ["FlowEngine", "LegMerge"];

    public static void Run(TrafficFiles files)
    {
        if (!PeerBenchmark.Installed("perf"))
        {
            Console.WriteLine($"  {"join's share",-22} perf is not installed");
            return;
        }

        try
        {
            Report(Count(Sample(files)));
        }
        catch (InvalidOperationException failure)
        {
            Console.WriteLine($"  {"join's share",-22} failed: {failure.Message}");
        }
    }

    /// <summary>The stacks of one run as perf prints them: a line with the process, then its frames.</summary>
    private static string Sample(TrafficFiles files)
    {
        string data = Path.Combine(files.Folder, "perf.data");

        // perf finds the names of compiled methods in a temporary file, and only where they are not mapped twice.
        string[] named = ["env", "DOTNET_PerfMapEnabled=1", "DOTNET_EnableWriteXorExecute=0"];
        Measured.RunOnce(
            "perf",
            ["record", "-q", "-e", "cpu-clock", "-F", "499", "-g", "-o", data, "--", .. named,
             .. PipelineBenchmark.Fresh(files, "--inside", files.Inside, "--outside", files.Outside)]);
        return Measured.RunOnce("perf", "script", "-i", data, "-F", "pid,ip,sym");
    }

    private static Shares Count(string stacks)
    {
        Shares shares = new();
        HashSet<string> processes = [];
        foreach (string stack in stacks.Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            string[] lines = stack.Trim('\n').Split('\n');
            processes.Add(lines[0].Trim());
            shares.All++;
            shares.Join += lines.Any(line => IsOf(line, Join)) ? 1 : 0;
            shares.Engine += lines.Any(line => IsOf(line, Engine)) ? 1 : 0;
        }

        foreach (string process in processes.Where(text => text.All(char.IsAsciiDigit)))
        {
            File.Delete(Path.Combine(Path.GetTempPath(), $"perf-{process}.map"));
        }

        return shares.Join > 0 ? shares : throw new InvalidOperationException(
            "perf shows no frame of the join: are the types in JoinShare.cs still called so?");
    }

    private static bool IsOf(string frame, string[] types) =>
        types.Any(type => frame.Contains($" Appliance.Flow.{type}::", StringComparison.Ordinal));

    private static void Report(Shares shares) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"  {"join's share",-22} {100.0 * shares.Join / shares.All,6:F1} % of the pipeline's CPU"
        + $"  {100.0 * shares.Join / shares.Engine,6:F1} % of the packet engine's  ({shares.All:N0} samples)"));

    private sealed class Shares
    {
        public int All { get; set; }

        public int Join { get; set; }

        public int Engine { get; set; }
    }
}
