using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Appliance.Lab.Bed;

namespace Appliance.Lab.Demo;

/// <summary>
/// The demonstration from start to end: two halves of traffic, between them the appliance is cut off and the broker
/// killed; then every record in the store is held against the kernel's connections, and the store is asked.
/// </summary>
internal sealed class DemoRun(int subscribers, int flows, string folder, Action<string> say)
{
    private const int DarkSeconds = 3;
    private const int Parts = 4;
    private const int PauseSeconds = 2;
    private readonly Stopwatch total = Stopwatch.StartNew();

    public DemoSummary Run(CancellationToken stop)
    {
        Say($"laying out {subscribers} customers, a NAT with one public address, ten servers and two mirror ports");
        BedFlow[] plan = [.. BedPlan.Draw(subscribers, flows, 1)];
        using DemoStage stage = DemoStage.Start(subscribers, flows, folder, stop);
        Say("making keys and certificates; starting broker, store and appliance");
        stage.Provision();
        stage.StartBroker(stop);
        stage.StartStore();
        stage.StartBox(stop);

        Say($"{plan.Length / 2} connections by curl, TLS, DNS, UDP and ping through the NAT");
        List<BedFlow> made = InParts(stage, plan[..(plan.Length / 2)], stop);
        stage.WaitForReceipts(stop);
        DateTimeOffset gap = CutTheBox(stage, stop);
        Say("killing the broker; it comes back while the other half of the traffic runs");
        stage.KillBroker();
        Task broker = Task.Run(() => Later(() => stage.StartBroker(stop), stop), stop);
        made.AddRange(InParts(stage, plan[(plan.Length / 2)..], stop));
        broker.GetAwaiter().GetResult();
        JsonElement status = stage.WaitForReceipts(stop);
        List<ConntrackEntry> truth = stage.Truth(made);
        stage.StopPrograms();
        return Judge(stage, truth, status, gap, stop);
    }

    // With pauses, so that each half covers several whole seconds on a fast machine too: an answer that rests on nobody
    // else being seen is only given where the time asked for is covered.
    private static List<BedFlow> InParts(DemoStage stage, BedFlow[] plan, CancellationToken stop)
    {
        List<BedFlow> made = [];
        foreach (BedFlow[] part in plan.Chunk((plan.Length + Parts - 1) / Parts))
        {
            made.AddRange(stage.Traffic(part, stop));
            Task.Delay(TimeSpan.FromSeconds(PauseSeconds), stop).Wait(stop);
        }

        return made;
    }

    private DateTimeOffset CutTheBox(DemoStage stage, CancellationToken stop)
    {
        Say($"cutting the appliance off (kill -9); it stays dark for {DarkSeconds} seconds");
        stage.KillBox();
        DateTimeOffset cut = DateTimeOffset.UtcNow;
        Task.Delay(TimeSpan.FromSeconds(DarkSeconds), stop).Wait(stop);
        stage.StartBox(stop);
        return cut.AddSeconds(DarkSeconds / 2.0);
    }

    private static void Later(Action start, CancellationToken stop)
    {
        Task.Delay(TimeSpan.FromSeconds(2), stop).Wait(stop);
        start();
    }

    private DemoSummary Judge(
        DemoStage stage, List<ConntrackEntry> truth, JsonElement status, DateTimeOffset gap, CancellationToken stop)
    {
        Say("comparing every record in the store with the kernel's connection tracking");
        string records = Path.Combine(folder, "records.csv");
        File.WriteAllText(
            records, DemoPrograms.Run(DemoPrograms.Retention, "records", "--data", stage.Data, "--merged"));
        BedCheck check = BedCheck.Run(truth, records);
        BedTruth.Write(Path.Combine(folder, "truth.csv"), truth);
        Say("asking the store");
        DemoAnswer[] answers = [.. new DemoQuestions(stage.Data, truth).Ask(gap)];
        Say("giving the keys to a warden, and asking under a request that two people signed");
        var found = DemoCase.Find(truth, gap.ToUnixTimeMilliseconds() * 1000);
        DemoLawful lawful = new DemoOrder(folder, stage.Data, found).Run(stop);
        return new DemoSummary
        {
            Customers = truth.Select(e => e.Source).Distinct().Count(),
            Connections = truth.Count,
            Records = check.Flows,
            Right = check.Matched,
            Mismatches = [.. check.Mismatches.Select(m => $"{m.Key}: {m.Value.Count}, for example {m.Value[0]}")],
            BatchesReceipted = status.GetProperty("uplink").GetProperty("receipted").GetInt64(),
            Reconnections = status.GetProperty("uplink").GetProperty("connections").GetInt64(),
            Answers = answers,
            Lawful = lawful,
            Seconds = Math.Round(total.Elapsed.TotalSeconds, 1),
        };
    }

    private void Say(string what) =>
        say(string.Create(CultureInfo.InvariantCulture, $"{total.Elapsed.TotalSeconds,5:F0} s  {what}"));
}
