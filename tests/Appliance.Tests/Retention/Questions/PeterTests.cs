using System.Text.Json;
using Appliance.TestSupport;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.Questions;

/// <summary>
/// The worked case of the operational case: 5,000 customers behind one public address at four minutes past three; the
/// mail provider kept no source port. Peter's phone had port 10007.
/// </summary>
public sealed class PeterTests : IClassFixture<PeterTests.Network>
{
    private const string Peter = "100.64.7.7";
    private const string Mail = "mail.example.org";
    private readonly Network network;

    public PeterTests(Network network) => this.network = network;

    [Fact]
    public void The_address_and_the_minute_alone_leave_all_5000()
    {
        (int code, string output, _) = network.World.Ask("resolve", "--ip", AskWorld.Pub, "--at", "2024-10-04T15:04Z");

        Assert.StartsWith("Answer     ambiguous 5000\n", output);
        Assert.Contains("and 4975 more lines: --all or --json prints every one", output);
        Assert.Contains("the source port would leave exactly one line", output);
        Assert.Contains("the contact section was not opened", output);
        Assert.Equal(0, code);
    }

    [Transcript("retention resolve")]
    [Fact]
    public void With_the_port_it_is_Peter_and_only_the_attribution_section_is_opened()
    {
        (int code, string output, string errors) = network.World.Ask(
            "resolve", "--ip", AskWorld.Pub, "--port", "10007", "--proto", "tcp", "--at", "2024-10-04T15:04Z");

        Assert.Equal(
            """
            Answer     identified
                       one line, and no other, held it in the interval
            Asked      who held 192.0.2.1 port 10007 tcp
                       at 2024-10-04T15:04Z
            UTC        2024-10-04T15:04:00.000000Z to 2024-10-04T15:04:59.999999Z
            Lines
                1. 100.64.7.7: packets in the interval
                   tcp 100.64.7.7:26391 as 192.0.2.1:10007
                     2024-10-04T15:02:00.000000Z to 2024-10-04T15:04:12.500000Z +-40 us; packets in the interval
                     mirror, 96 bits, 1 candidate; overlap certain; flow 1-1-5000, record 1-1-5000
            Before     nobody within an hour
            After      nobody within an hour
            If the time is wrong by   earlier        later          either way
              1 s                     1 same         1 same         1 same
              60 s                    1 same         0 other        1 same
              1 h                     0 other        0 other        1 same

            """,
            output);
        Assert.Equal(("", 0), (errors, code));
    }

    [Fact]
    public void Without_the_port_a_service_that_few_use_in_that_minute_is_enough()
    {
        (int code, string output, _) = network.World.Ask(
            "resolve", "--ip", AskWorld.Pub, "--at", "2024-10-04T16:04+01:00", "--service", Mail);

        Assert.StartsWith("Answer     identified\n", output);
        Assert.Contains($"1. {Peter}: packets in the interval\n", output);
        Assert.Contains($"to 216.239.32.10:443 ({Mail})", output);
        Assert.Contains("UTC        2024-10-04T15:04:00.000000Z to 2024-10-04T15:04:59.999999Z\n", output);
        Assert.Equal(0, code);
    }

    [Fact]
    public void A_service_that_everybody_uses_leaves_them_ranked_by_what_they_did_in_the_minute()
    {
        (int code, string output, _) = network.World.Ask(
            "resolve", "--ip", AskWorld.Pub, "--at", "2024-10-04T15:04Z", "--service", "everybody.example", "--json");

        using JsonDocument answer = JsonDocument.Parse(output);
        List<JsonElement> candidates = [.. answer.RootElement.GetProperty("candidates").EnumerateArray()];
        string[] activities = [.. candidates.Select(candidate => candidate.GetProperty("activity").GetString()!)];

        Assert.Equal("ambiguous 4999", answer.RootElement.GetProperty("answer").GetString());
        Assert.Equal(4999, candidates.Count);
        Assert.Equal(["opened", "packets", "open"], activities.Distinct());
        Assert.Equal([1667, 1666, 1666], activities.CountBy(activity => activity).Select(pair => pair.Value));
        Assert.Equal(0, code);
    }

    [Fact]
    public void An_hour_off_by_a_wrong_time_zone_finds_nobody_and_says_what_the_right_one_would_give()
    {
        (int code, string output, _) = network.World.Ask(
            "resolve", "--ip", AskWorld.Pub, "--port", "10007", "--at", "2024-10-04T15:04+01:00");

        Assert.StartsWith("Answer     none\n", output);
        Assert.Contains("  1 h                     0 same         1 other        1 other\n", output);
        Assert.Equal(1, code);
    }

    /// <summary>The network of the case, written once.</summary>
    public sealed class Network : IDisposable
    {
        public Network()
        {
            World.CoverTheDay();
            RowBatch batch = World.Batch();
            for (int i = 0; i < 4999; i++)
            {
                (string start, string last) = (i % 3) switch
                {
                    0 => ("15:04:10", "15:07"),
                    1 => ("15:01", "15:04:30"),
                    _ => ("15:00", "15:09"),
                };
                batch.Flows.Add(AskWorld.Flow(
                    batch, $"100.64.{100 + (i / 250)}.{i % 250}", (ushort)(20_000 + i), start, last,
                    "everybody.example"));
            }

            // Before the minute, so only a wider time has it: somebody else who wrote a mail.
            batch.Flows.Add(AskWorld.Flow(batch, "100.64.100.1", 50_000, "14:50", "14:51", Mail, "216.239.32.10"));
            batch.Flows.Add(AskWorld.Flow(batch, Peter, 10_007, "15:02", "15:04:12.5", Mail, "216.239.32.10"));
            World.Write();
        }

        internal AskWorld World { get; } = new();

        public void Dispose() => World.Dispose();
    }
}
