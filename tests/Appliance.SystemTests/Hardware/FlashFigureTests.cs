using System.Text.Json;
using System.Text.Json.Nodes;
using Appliance.Benchmarks;
using Appliance.TestSupport;
using Xunit;

namespace Appliance.SystemTests.Hardware;

/// <summary>
/// hardware/figures.json, from which endurance and buffering are computed, measured again: sessions through a NAT, on
/// both legs, to sealed batches; bytes are those of the files.
/// </summary>
public sealed class FlashFigureTests : IDisposable
{
    private const int Flows = 20_000;
    private const double ToleratedShare = 0.03;
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("flash-figures-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void A_session_takes_as_many_bytes_of_flash_as_the_hardware_folder_says()
    {
        JsonNode figures = JsonNode.Parse(File.ReadAllText(
            Path.Combine(Checkout.Root, "hardware", "figures.json")))!;
        Generate((int)figures["sessionsASecond"]!);
        foreach ((string profile, JsonNode? told) in figures["bytesASession"]!.AsObject())
        {
            double measured = BytesASession(profile);
            double share = Math.Abs(measured - (double)told!) / (double)told!;
            Assert.True(
                share <= ToleratedShare,
                $"{profile}: {measured:F2} bytes a session, figures.json says {told}; put the new figure there and run "
                + "the tests of the hardware folder, which write the tables anew");
        }
    }

    private void Generate(int sessionsASecond)
    {
        string plan = Path.Combine(folder.FullName, "plan.json");
        File.WriteAllText(plan, JsonSerializer.Serialize(SessionTraffic.Plan(20, Flows, sessionsASecond)));
        Outcome made = Programs.Lab("traffic", "--plan", plan, "--no-truth", "--out", folder.FullName);
        Assert.True(made.Code == 0, made.Error);
    }

    private double BytesASession(string profile)
    {
        string configuration = Path.Combine(folder.FullName, $"{profile}.json");
        File.WriteAllText(configuration, JsonSerializer.Serialize(new { notice = new { profile } }));
        Outcome replay = Programs.Icrctl(
            "replay", "--json", "--config", configuration, "--inside", Path.Combine(folder.FullName, "inside.pcap"),
            "--outside", Path.Combine(folder.FullName, "outside.pcap"), "--out",
            Path.Combine(folder.FullName, profile));
        Assert.True(replay.Code == 0, replay.Error);
        using JsonDocument summary = JsonDocument.Parse(replay.Output);
        JsonElement root = summary.RootElement;
        Assert.Equal(Flows, root.GetProperty("flows").GetInt64());
        return root.GetProperty("bytes").GetDouble() / Flows;
    }
}
