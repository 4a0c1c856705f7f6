using Appliance.Edge.Clocks;
using Appliance.Edge.Configuration;
using Appliance.Tests.Flow.Engine;
using Appliance.Time;
using Appliance.Time.AnchorLog;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Edge.Clocks;

/// <summary>
/// The way from the wire to the stamp, from the configuration to the record: each leg's own, widened where joined flows
/// contradict it, in the log and in the status.
/// </summary>
public sealed class StampPathTests
{
    private const int LockedAfter = 90;
    private const int Seconds = 30;
    private const long NsPerUs = 1000;

    // Two customers' networks at two ports, and the far side of the NAT at a third behind a mirror with a queue.
    private const string Legs = """
        "legs": [ { "interface": "in0", "leg": "inside", "realm": "a" },
        { "interface": "in1", "leg": "inside", "realm": "b" }, { "interface": "out0", "leg": "outside" } ]
        """;

    private const string Paths = """
        "stampPaths": [ { "interface": "in0", "stampMicroseconds": 10, "mirrorMicroseconds": 5 },
        { "interface": "in1", "stampMicroseconds": 100, "mirrorLeastMicroseconds": 400, "mirrorMicroseconds": 900 },
        { "interface": "out0", "stampMicroseconds": 50 } ]
        """;

    private static readonly string[] Interfaces = ["in0", "in1", "out0"];

    // What the ways really are, by interface, microseconds.
    private static readonly (int From, int To)[] Declared = [(0, 15), (400, 1000), (0, 50)];
    private readonly Dictionary<int, (long First, long Last)> wireByPort = [];
    private readonly Random random = new(7);
    private int nextPort = 2000;

    [Fact]
    public void A_leg_has_the_hull_of_the_ways_that_its_records_times_can_have_come_by()
    {
        StampPaths paths = ClockSettings.PathsOf(Options($$"""{ {{Legs}}, "clock": { {{Paths}} } }"""));

        // A record of realm a may have stamps of out0; one of out0 those of anyone; a and b never each other's.
        Assert.Equal(new DelayRange(0, 50_000), paths.WayOf(0));
        Assert.Equal(new DelayRange(0, 1_000_000), paths.WayOf(1));
        Assert.Equal(new DelayRange(0, 1_000_000), paths.WayOf(2));
        Assert.Equal(new DelayRange(0, 1_000_000), paths.WayOf(-1));
        Assert.Equal(new DelayRange(400_000, 1_000_000), paths[1].Whole);
    }

    [Fact]
    public void The_two_directions_of_a_tap_at_two_ports_share_their_ways_and_an_unnamed_port_has_the_bound_of_all()
    {
        StampPaths paths = ClockSettings.PathsOf(Options("""
            { "legs": [ { "interface": "up", "leg": "inside" }, { "interface": "down", "leg": "inside" } ],
              "clock": { "stampBoundMicroseconds": 70, "stampPaths": [ { "interface": "up", "stampMicroseconds": 9,
              "stampLeastMicroseconds": 2 } ] } }
            """));

        Assert.Equal(new DelayRange(2_000, 9_000), paths[0].Whole);
        Assert.Equal(new DelayRange(0, 70_000), paths.WayOf(0));
        Assert.Equal(new DelayRange(0, 70_000), paths.WayOf(1));
    }

    [Theory]
    [InlineData("""{ "interface": "in0", "stampLeastMicroseconds": 11, "stampMicroseconds": 10 }""", "stampLeast")]
    [InlineData("""{ "interface": "in0", "mirrorLeastMicroseconds": 1 }""", "mirrorLeast")]
    [InlineData("""{ "interface": "in0", "mirrorMicroseconds": 1000001 }""", "")]
    public void A_way_that_cannot_be_is_refused(string path, string key)
    {
        string text = $$"""{ {{Legs}}, "clock": { "stampPaths": [ {{path}} ] } }""";

        Assert.False(ConfigurationFile.TryParse(text, out _, out string problem));
        Assert.StartsWith($"clock.stampPaths[0]{(key.Length > 0 ? "." : "")}{key}", problem);
    }

    [Fact]
    public void Records_of_two_interfaces_with_different_ways_have_different_bounds_and_each_holds_the_truth()
    {
        using ClockedBox box = Locked(batchSeconds: 3600);
        for (int i = 0; i < Seconds; i++)
        {
            box.Second(frames => Traffic(frames, box.Begun, Declared));
        }

        box.Close();
        (Manifest manifest, RowBatch rows) = Assert.Single(box.Batches());
        uint[] narrow = Bounds(rows, "in0 inside");
        uint[] wide = Bounds(rows, "in1 inside");
        Assert.True(narrow.Length > 200 && wide.Length > 200, $"{narrow.Length} and {wide.Length} rows");

        // Half of 50 and of 1,000 us, and what the clock itself is good for.
        Assert.All(narrow, bound => Assert.InRange(bound, 25u, 40u));
        Assert.All(wide, bound => Assert.InRange(bound, 500u, 515u));
        Assert.Equal(0, Outside(rows, extraUs: 0));
        Assert.Contains(rows.Flows, row => row.Attribution == Attribution.Ambiguous);

        // The edges of the batch are readings of the clock that lie 100 ms behind its last step.
        Assert.InRange(manifest.Clock.WorstBoundUs, wide.Max(), wide.Max() + 60);
    }

    [Fact]
    public void What_the_status_says_of_a_leg_is_what_its_records_have()
    {
        using ClockedBox box = Locked(batchSeconds: 3600);
        box.Second(frames => Traffic(frames, box.Begun, Declared));
        uint[] told = [.. Enumerable.Range(0, 3).Select(leg => box.Clock.LastStep(leg).BoundUs)];
        box.Close();

        RowBatch rows = Assert.Single(box.Batches()).Rows;
        Assert.All(Bounds(rows, "in0 inside"), bound => Assert.InRange(bound, told[0] - 2, told[0] + 2));
        Assert.All(Bounds(rows, "in1 inside"), bound => Assert.InRange(bound, told[1] - 2, told[1] + 2));
        Assert.Equal(told[1], told[2]);
    }

    [Fact]
    public void A_mirror_that_is_slower_than_declared_is_learned_and_the_rows_of_the_open_batch_are_widened()
    {
        using ClockedBox box = Locked(batchSeconds: 3600);
        (int, int)[] slow = [Declared[0], Declared[1], (3000, 3100)];
        for (int i = 0; i < Seconds; i++)
        {
            box.Second(frames => Traffic(frames, box.Begun, slow));
        }

        box.Close();
        ClockEvent told = Assert.Single(box.Told, happened => happened.ShortUs > 0);
        Assert.Contains("mirror of legs[2] is slower than declared", told.Words());

        // What lies at the far end of the way is the NAT and eight times the spread: that much is not known better.
        Assert.InRange(told.ShortUs, 3_000u, 6_000u);
        RowBatch rows = Assert.Single(box.Batches()).Rows;
        Assert.Contains(rows.Flows, row => row.Attribution == Attribution.Ambiguous);
        Assert.Equal(0, Outside(rows, extraUs: 0));
    }

    [Fact]
    public void Batches_that_had_left_before_it_was_learned_are_right_by_what_the_event_says()
    {
        using ClockedBox box = Locked(batchSeconds: 2);
        (int, int)[] slow = [Declared[0], Declared[1], (3000, 3100)];
        for (int i = 0; i < Seconds; i++)
        {
            box.Second(frames => Traffic(frames, box.Begun, slow));
        }

        box.Close();
        uint shortUs = Assert.Single(box.Told, happened => happened.ShortUs > 0).ShortUs;
        List<(Manifest Manifest, RowBatch Rows)> batches = box.Batches();
        int telling = batches.FindIndex(batch => batch.Manifest.Events.Any(
            happened => happened.Text.Contains($"up to {shortUs} us too small", StringComparison.Ordinal)));
        Assert.True(telling > 0, "the event is in no manifest");
        Assert.True(batches[..telling].Sum(batch => Outside(batch.Rows, extraUs: 0)) > 0, "nothing had left wrong");
        Assert.Equal(0, batches[..telling].Sum(batch => Outside(batch.Rows, shortUs)));
        Assert.Equal(0, batches[telling..].Sum(batch => Outside(batch.Rows, extraUs: 0)));
    }

    [Fact]
    public void The_log_gives_every_legs_bounds_again_before_and_after_something_was_learned()
    {
        using ClockedBox box = Locked(batchSeconds: 3600);
        AssertComputedAgain(box);
        for (int i = 0; i < Seconds; i++)
        {
            box.Second(frames => Traffic(frames, box.Begun, [Declared[0], Declared[1], (3000, 3100)]));
        }

        Assert.Contains(box.Told, happened => happened.ShortUs > 0);
        AssertComputedAgain(box);
    }

    [Fact]
    public void The_kernels_clock_has_the_same_ways_and_learns_them_too()
    {
        KernelClock clock = new(ClockSettings.PathsOf(Options($$"""{ {{Legs}}, "clock": { {{Paths}} } }""")));
        Assert.Equal(ClockReading.Unbounded, clock.Latest(0).BoundUs);
        clock.Take(new KernelClockState(TwoLegs.StartNs, true, 200));

        Assert.Equal(clock.Latest(0), clock.Map(TwoLegs.StartNs, 0));
        Assert.InRange(clock.Map(TwoLegs.StartNs, 0).BoundUs, 225u, 230u);
        Assert.InRange(clock.Map(TwoLegs.StartNs, 1).BoundUs, 700u, 705u);
        Assert.Equal(
            TwoLegs.StartNs - ClockedBox.UtcLessTaiNs - 25_000,
            clock.Map(TwoLegs.StartNs, 0).Time.Microseconds * NsPerUs);

        LearnedDelay slow = new(0, 2, 3_000_000, 10_000, new DelayRange(-1_000_000, 1_000_000));
        (string words, uint shortUs) = Assert.NotNull(clock.Learn(slow));
        Assert.StartsWith("mirror of legs[2] is slower than declared", words);
        Assert.InRange(shortUs, 3_000u, 4_200u);
        Assert.InRange(clock.Map(TwoLegs.StartNs, 0).BoundUs, 1_700u, 2_400u);
        Assert.Null(clock.Learn(slow));
        Assert.Equal(clock.Latest(2).BoundUs, clock.Summarise().WorstBoundUs);
    }

    private static void AssertComputedAgain(ClockedBox box)
    {
        AnchorReplay replay = AnchorReplay.Open(box.Log)!;
        while (replay.Next() == AnchorResult.Agrees)
        {
        }

        Assert.Equal(box.Clock.Report().Head, replay.Head);
        long stamp = TwoLegs.StartNs + (long)(box.Begun * 1e6);
        foreach (int leg in (int[])[-1, 0, 1, 2, 3])
        {
            replay.Map.Map(stamp, leg, out long tai, out double bound);
            ClockReading said = box.Clock.Map(stamp, leg);
            Assert.Equal((said.Time.Microseconds, said.BoundUs), (tai / NsPerUs, (uint)Math.Ceiling(bound / 1000) + 1));
        }
    }

    private static ApplianceOptions Options(string text) =>
        ConfigurationFile.TryParse(text, out ApplianceOptions options, out string problem)
            ? options
            : throw new ArgumentException(problem);

    private static ClockedBox Locked(int batchSeconds)
    {
        string text = $$"""
            { {{Legs}}, "traffic": { "flowLimit": 4096, "udpIdleSeconds": 5, "publicPrefixes": [ "198.51.100.0/24" ] },
              "notice": { "profile": "uk-icr" }, "batch": { "ageSeconds": {{batchSeconds}} },
              "clock": { "oscillator": "ocxo", {{Paths}} } }
            """;
        ClockedBox box = new(text, Interfaces);
        for (int i = 0; i < LockedAfter; i++)
        {
            box.Second();
        }

        Assert.Equal(ClockState.Locked, box.Clock.Report().State);

        // What the next manifest says is of the locked clock alone.
        box.Clock.Summarise();
        return box;
    }

    private static uint[] Bounds(RowBatch rows, string leg) =>
        [.. rows.Flows.Where(row => rows.Strings.Text(row.Leg) == leg).Select(row => row.BoundUs)];

    // Flows of some packets on both legs, seven of realm a and seven of b, and twins that the NAT makes ambiguous:
    // their records are of an inside leg and carry the outside's stamps.
    private void Traffic(TwoLegs frames, double begun, (int From, int To)[] ways)
    {
        for (int i = 0; i < 14; i++)
        {
            Flow(frames, begun + 20 + (i * 20), i % 2, [$"10.0.{i % 2}.1:{nextPort}"], [nextPort], ways);
            nextPort++;
        }

        int shared = nextPort++;
        Flow(frames, begun + 310, 0, [$"10.0.0.201:{shared}", $"10.0.0.202:{shared}"], [nextPort, nextPort + 1], ways);
        nextPort += 2;
    }

    private void Flow(TwoLegs frames, double ms, int inside, string[] lines, int[] open, (int From, int To)[] ways)
    {
        for (int i = 0; i < 6; i++, ms += 20)
        {
            byte[] content = TwoLegs.Bytes(random.Next(), 60);
            int id = random.Next(1, 60_000);
            long wire = TwoLegs.StartNs + (long)(ms * 1e6);
            foreach (string line in lines)
            {
                int port = int.Parse(line.Split(':')[1]);
                wireByPort[port] = (wireByPort.TryGetValue(port, out (long First, long) all) ? all.First : wire, wire);
                frames.Udp(inside, ms + Late(ways[inside]), line, "192.0.2.80:443", content, id);
            }

            foreach (int port in open)
            {
                frames.Udp(2, ms + Late(ways[2]), $"198.51.100.7:{port}", "192.0.2.80:443", content, id);
            }
        }
    }

    private double Late((int From, int To) way) => (way.From + (random.NextDouble() * (way.To - way.From))) / 1000;

    private int Outside(RowBatch rows, uint extraUs) =>
        rows.Flows.Count(row => row.SubscriberPort != 0 && ErrorNs(row) > (row.BoundUs + extraUs) * NsPerUs);

    private long ErrorNs(in FlowRow row)
    {
        (long first, long last) = wireByPort[row.SubscriberPort];
        return Math.Max(OffNs(row.Start, first), OffNs(row.Last, last));
    }

    private static long OffNs(TaiTime said, long wireNs) =>
        Math.Abs((said.Microseconds * NsPerUs) - (wireNs - ClockedBox.UtcLessTaiNs));
}
