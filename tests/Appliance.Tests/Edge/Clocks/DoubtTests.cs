using Appliance.Tests.Flow.Engine;
using Appliance.Time;
using Appliance.Time.Observations;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Edge.Clocks;

/// <summary>
/// Trust that is taken back reaches what was recorded since: batches that have left by an event of the next manifest,
/// rows of the open batch by their own bound.
/// </summary>
public sealed class DoubtTests
{
    private const int CleanSeconds = 1200;
    private const int SeenAfter = 55;
    private const long PullNs = 20;
    private const long NsPerUs = 1000;
    private const int FirstPort = 2000;

    // The flow of each second, and when it was at the wire: what the receiver says is a lie by then.
    private readonly Dictionary<int, long> wireByPort = [];

    [Fact]
    public void A_doubt_stands_in_the_manifest_for_batches_that_left_and_in_the_rows_of_the_open_one()
    {
        using ClockedBox box = new("""
            { "legs": [ { "interface": "in0", "leg": "inside" }, { "interface": "out0", "leg": "outside" } ],
              "traffic": { "flowLimit": 4096, "udpIdleSeconds": 5 }, "notice": { "profile": "uk-icr" },
              "batch": { "ageSeconds": 20 },
              "clock": { "oscillator": "xo", "stampPaths": [ { "interface": "in0", "stampMicroseconds": 0 },
                { "interface": "out0", "stampMicroseconds": 0 } ] } }
            """, ["in0", "out0"]);
        for (int i = 0; i < CleanSeconds; i++)
        {
            box.Second();
        }

        // A plain crystal follows a slow pull; a minute later the receiver says that it is spoofed.
        for (int i = 1; i < SeenAfter + 5; i++)
        {
            box.Second(
                frames => Flow(frames, box.Begun, i), i * PullNs,
                i >= SeenAfter ? SpoofingState.Affirmed : SpoofingState.None);
        }

        box.Close();
        ClockEvent doubt = Assert.Single(box.Told, happened => happened.DoubtSince is not null);
        List<(Manifest Manifest, RowBatch Rows)> batches = box.Batches();
        string said = new ClockDoubt(doubt.DoubtSince!.Value, doubt.DoubtUntil, doubt.DoubtBoundUs).Words();
        int telling = batches.FindIndex(batch => batch.Manifest.Events.Any(happened =>
            happened.Kind == EventKind.Clock && happened.Text.Contains(said, StringComparison.Ordinal)));
        FlowRow[] left = [.. batches[..telling].SelectMany(batch => batch.Rows.Flows).Where(IsDoubtful)];
        FlowRow[] open = [.. batches[telling].Rows.Flows.Where(row => IsDoubtful(row) && row.Start < doubt.Time)];

        Assert.True(left.Length > 10 && open.Length > 3, $"{left.Length} rows left before it, {open.Length} were open");
        Assert.Contains(left, row => row.BoundUs < doubt.DoubtBoundUs);
        Assert.All(left, row => Assert.InRange(ErrorNs(row), 0, Math.Max(row.BoundUs, doubt.DoubtBoundUs) * NsPerUs));
        Assert.All(open, row => Assert.True(row.BoundUs >= doubt.DoubtBoundUs));
        Assert.All(open, row => Assert.InRange(ErrorNs(row), 0, row.BoundUs * NsPerUs));
        Assert.True(batches[telling].Manifest.Clock.WorstBoundUs >= doubt.DoubtBoundUs);
        Assert.All(
            batches[(telling + 1)..].SelectMany(batch => batch.Rows.Flows),
            row => Assert.InRange(ErrorNs(row), 0, row.BoundUs * NsPerUs));

        bool IsDoubtful(FlowRow row) => row.Start >= doubt.DoubtSince;
    }

    private void Flow(TwoLegs frames, double begun, int number)
    {
        wireByPort[FirstPort + number] = TwoLegs.StartNs + (long)((begun + 100) * 1e6);
        frames.Udp(0, begun + 100, $"10.0.0.1:{FirstPort + number}", "192.0.2.80:443", TwoLegs.Bytes(number, 60));
    }

    private long ErrorNs(FlowRow row) => Math.Abs(
        (row.Start.Microseconds * NsPerUs) - (wireByPort[row.SubscriberPort] - ClockedBox.UtcLessTaiNs));
}
