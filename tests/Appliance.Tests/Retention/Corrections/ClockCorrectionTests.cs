using System.Text.Json.Nodes;
using Appliance.Tests.Retention.Requests;
using Appliance.Tests.Retention.Store;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.Corrections;

/// <summary>
/// A box that takes back times of its clock says so in a later manifest: the register finds the answers that relied on
/// those times, new answers stand with the bound that holds, and no record is altered.
/// </summary>
public sealed class ClockCorrectionTests : IDisposable
{
    private readonly OrderWorld world = new();

    public ClockCorrectionTests()
    {
        world.SetUp();
        world.StartWarden();
    }

    public void Dispose() => world.Dispose();

    [Fact]
    public void A_manifest_that_takes_times_back_finds_the_answer_that_relied_on_them_and_widens_the_next()
    {
        string request = Answered("00:01:42Z");
        byte[][] before = world.StoredBatches();
        TakeBack(99, 106, 2_000_000);

        string list = List();
        (int code, string answer, _) = Ask(Approved(), "00:01:42Z");

        Assert.StartsWith("1 answers or parts of them were corrected, 1 of them new\n", list);
        Assert.Contains(
            $"{request}  CP-17  clock: the clock of device {world.Device} took back its times from "
                + "2024-10-04T00:01:39.000000Z to 2024-10-04T00:01:46.000000Z (epoch 1, batch 3): they hold within "
                + "2000000 us\n",
            list);
        Assert.Equal(0, code);
        Assert.Contains("+-2 s (corrected; recorded +-40 us)", answer);
        Assert.Contains("1 flow whose times the clock of the box took back later", answer);
        Assert.Equal(before, world.StoredBatches()[..before.Length]);
    }

    [Theory]
    [InlineData(0, 6)]
    [InlineData(196, 210)]
    public void Times_that_no_answer_relied_on_find_nothing_and_widen_nothing(long from, long to)
    {
        string request = Answered("00:01:42Z");
        TakeBack(from, to, 2_000_000);

        Assert.DoesNotContain("clock", List());
        Assert.DoesNotContain("corrected", Ask(Approved(), "00:01:42Z").Output);
        Assert.NotEqual("", request);
    }

    [Fact]
    public void An_event_corrects_nothing_that_was_recorded_after_it()
    {
        TakeBack(0, 1000, 2_000_000);
        world.AddLater(400, TestBox.Rows(400));
        string request = Approved("192.0.2.1:1400", "2024-10-04T00:10Z");

        (int code, string answer, _) = Ask(request, "00:06:42Z", "1400");

        Assert.Equal(0, code);
        Assert.Contains("+-40 us; ", answer);
        Assert.DoesNotContain("corrected", answer);
    }

    [Fact]
    public void A_record_that_may_fall_into_the_time_asked_answers_now_and_the_answer_without_it_is_named()
    {
        string request = Answered("00:01:50Z");
        TakeBack(99, 106, 8_000_000);

        string list = List();
        JsonNode answer = JsonNode.Parse(Ask(Approved(), "00:01:50Z", "1100", "--json").Output)!;

        Assert.Contains($"{request}  CP-17  clock-near: ", list);
        Assert.DoesNotContain("  clock: ", list);
        Assert.Equal("identified", (string?)answer["answer"]);
        JsonNode flow = answer["candidates"]![0]!["flows"]![0]!;
        Assert.Equal((8_000_000, 40), ((int)flow["bound_us"]!, (int)flow["recorded_bound_us"]!));
        Assert.Equal("within bound", (string?)flow["overlap"]);
    }

    [Fact]
    public void Times_that_nothing_bounds_are_not_covered()
    {
        Answered("00:01:42Z");
        TakeBack(99, 106, ClockDoubt.NoBound);

        JsonNode answer = JsonNode.Parse(Ask(Approved(), "00:01:42Z", "1100", "--json").Output)!;

        Assert.False((bool)answer["covered"]!);
        Assert.Contains(answer["gaps"]!.AsArray(), gap => (string?)gap!["cause"] == "clock in doubt");
        Assert.Null(answer["candidates"]![0]!["flows"]![0]!["bound_us"]);
        Assert.Contains("nothing bounds them", List());
    }

    private string Approved(string address = "192.0.2.1:1100", string to = "2024-10-04T00:04Z")
    {
        string request = world.Request(address, to);
        world.Approve(request);
        return request;
    }

    private string Answered(string time)
    {
        string request = Approved();
        (int code, string output, string errors) = Ask(request, time);
        Assert.True(code is 0 or 1 && output.StartsWith("Answer ", StringComparison.Ordinal), output + errors);
        return request;
    }

    private (int Code, string Output, string Errors) Ask(
        string request, string time, string port = "1100", params string[] more) => world.Run(
        [
            "resolve", "--data", world.Data, "--socket", world.Socket, "--witness-socket", world.WitnessSocket, "--ip",
            "192.0.2.1", "--port", port, "--at", $"2024-10-04T{time}", "--request", request, .. more,
        ]);

    private string List() => world.Run("errors", "list", "--data", world.Data).Output;

    private void TakeBack(long from, long to, uint boundUs)
    {
        world.Clock = new TestClock(world.Clock.GetUtcNow().AddMinutes(10));
        world.StartWarden();
        string words = new ClockDoubt(TestBox.At(from), TestBox.At(to), boundUs).Words();
        world.AddLater(
            300, TestBox.Rows(300),
            new ManifestEvent(
                TestBox.At(305), EventKind.Clock, $"clock holdover; trust taken back by 200 s; {words}; leap known"));
    }
}
