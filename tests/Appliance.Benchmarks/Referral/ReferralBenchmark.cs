using System.Globalization;
using System.Text.Json;
using Appliance.Linux;

namespace Appliance.Benchmarks.Referral;

/// <summary>
/// A referral of thousands of lines on one dense address: without an order, then the same lines under an order, where
/// each question is logged, judged twice and opened by a warden. The difference is what the law costs.
/// </summary>
internal static class ReferralBenchmark
{
    public static void Run(string folder, ReferralSettings settings, int runs)
    {
        DenseBox box = DenseBox.Make(folder, settings);
        string data = Path.Combine(folder, "store");
        string taken = Measured.RunOnce(
            "dotnet", Programs.Retention, "ingest", box.Segments, "--data", data, "--keys",
            Path.Combine(box.Segments, "keys"), "--json");
        Measured.RunOnce("dotnet", Programs.Retention, "addresses", "import", box.PlanFile, "--data", data);
        long records = JsonDocument.Parse(taken).RootElement.GetProperty("records").GetInt64();
        Say($"{records:N0} flows behind one address in {settings.Seconds} s; {settings.Lines} lines a referral");
        Cost[] free = [.. DenseBox.Kinds.Select((_, kind) => Free(box, data, kind, runs))];
        using var ordered = new OrderedStore(Path.Combine(folder, "order"), data, box);
        for (int kind = 0; kind < free.Length; kind++)
        {
            Say($"lines with {DenseBox.Kinds[kind]}");
            Say($"  without an order      {free[kind].Cpu,6:F1} CPU s");
            Ordered(box, ordered, data, kind, runs, free[kind]);
        }
    }

    private static Cost Free(DenseBox box, string data, int kind, int runs)
    {
        double best = double.MaxValue;
        string report = "";
        for (int run = 0; run < runs; run++)
        {
            (double cpu, report) = Timed("referral", box.FileOf(kind), "--data", data, "--json");
            best = Math.Min(best, cpu);
        }

        return new Cost(best, Totals(report));
    }

    /// <summary>A run takes many seconds: none is spent to warm up.</summary>
    private static (double Cpu, string Output) Timed(params string[] arguments)
    {
        ChildUsage start = ChildUsage.Read();
        string output = Measured.RunOnce("dotnet", [Programs.Retention, .. arguments]);
        return ((ChildUsage.Read() - start).Cpu.TotalSeconds, output);
    }

    /// <summary>Each run under an order of its own, for a line is asked once.</summary>
    private static void Ordered(
        DenseBox box, OrderedStore store, string data, int kind, int runs, Cost free)
    {
        double best = double.MaxValue;
        double warden = 0;
        Dictionary<string, long> before = store.Entries();
        for (int run = 0; run < runs; run++)
        {
            string request = store.Order(box.FileOf(kind));
            string to = Path.Combine(Path.GetDirectoryName(box.PlanFile)!, $"out-{kind}-{run}");
            double wardenBefore = store.WardenCpu;
            (double cpu, string output) = Timed(
                "referral", box.FileOf(kind), "--data", data, "--socket", store.Socket, "--request", request, "--out",
                to, "--json");
            double its = store.WardenCpu - wardenBefore;
            cpu += its;
            if (Totals(output) != free.Totals)
            {
                throw new InvalidOperationException("the order gives another report than none");
            }

            if (cpu < best)
            {
                (best, warden) = (cpu, its);
            }
        }

        Dictionary<string, long> after = store.Entries();
        IEnumerable<string> entries = after.Select(kind => (
            Name: kind.Key, Count: (kind.Value - before.GetValueOrDefault(kind.Key)) / runs))
            .Where(kind => kind.Count > 0)
            .Select(kind => string.Create(CultureInfo.InvariantCulture, $"{kind.Count} {kind.Name}"));
        string log = string.Join(", ", entries);
        Say($"  under an order        {best,6:F1} CPU s, {warden:F1} of it the warden's; log: {log}");
    }

    /// <summary>The report's totals, to hold one run against another.</summary>
    private static string Totals(string report) =>
        JsonDocument.Parse(report).RootElement.GetProperty("lines").GetRawText();

    private static void Say(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private sealed record Cost(double Cpu, string Totals);
}
