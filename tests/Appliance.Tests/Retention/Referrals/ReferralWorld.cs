using Appliance.Tests.Retention.Questions;
using Appliance.Wire;

namespace Appliance.Tests.Retention.Referrals;

/// <summary>A small network with an address plan, and referrals of it.</summary>
internal sealed class ReferralWorld : IDisposable
{
    public const string Minute = "2024-10-04T15:04Z";

    public ReferralWorld()
    {
        World.CoverTheDay();
        RowBatch batch = World.Batch();
        for (int i = 1; i <= 20; i++)
        {
            batch.Flows.Add(AskWorld.Flow(
                batch, $"100.64.0.{i}", (ushort)(4000 + i), "15:00", "15:10", "everybody.example"));
        }

        batch.Flows.Add(AskWorld.Flow(batch, "100.64.0.7", 10_007, "15:02", "15:04:12.5", "mail.example"));

        // One port towards two remotes, as a NAT does that overloads ports.
        batch.Flows.Add(AskWorld.Flow(batch, "100.64.0.1", 6000, "15:02", "15:06", "chat.example", "198.51.100.9"));
        batch.Flows.Add(AskWorld.Flow(batch, "100.64.0.2", 6000, "15:02", "15:06", "news.example", "198.51.100.8"));
        World.Write();
        File.WriteAllLines(
            PlanPath,
            [
                "prefix,use,realm,from,to", "192.0.2.0/24,shared,,,", "203.0.113.0/25,fixed,,,",
                "203.0.113.128/25,infrastructure,,,",
            ]);
    }

    public AskWorld World { get; } = new();

    public string Out => Path.Combine(World.FolderPath, "out");

    private string PlanPath => Path.Combine(World.FolderPath, "plan.csv");

    /// <summary>Puts a referral of these lines to the verb.</summary>
    public (int Code, string Output, string Errors) Refer(string[] lines, params string[] options)
    {
        string file = Path.Combine(World.FolderPath, "referral.csv");
        File.WriteAllLines(file, lines);
        return World.Ask(["referral", file, "--plan", PlanPath, .. options]);
    }

    public void Dispose() => World.Dispose();
}
