using Appliance.Time;
using Appliance.Time.AnchorLog;
using Appliance.Time.Estimation;
using Appliance.Time.Mapping;
using Appliance.Wire;
using Xunit;

namespace Appliance.Simulation.Clocks;

/// <summary>The anchor log: every bound computed again, bit for bit.</summary>
public sealed class ClockLogTests
{
    private const long UtcLessTai = 37_000_000_000;
    private const int Seconds = 8000;

    // Head of the chain over rows made of integers: equal on every machine, or a bound is not what it was. A change of
    // the estimator changes it, and is to be meant.
    private static readonly string GoldenPath =
        Path.Combine(TestSupport.Checkout.Root, "tests", "Appliance.Simulation", "clock-head.txt");

    [Fact]
    public void Every_bound_and_every_mapped_stamp_is_computed_again_bit_for_bit()
    {
        (byte[] file, StampMap live, Hash32 head) = Record(3);
        AnchorReplay replay = Read(file, out AnchorResult end);

        Assert.Equal(AnchorResult.End, end);
        Assert.Equal(head, replay.Head);
        Assert.Equal(Seconds, replay.Seconds);
        Assert.InRange(file.Length / Seconds, 1, 48);
        int stamps = Appliance.TestSupport.FullRun.IsOn ? 1_000_000 : 50_000;
        ClockNoise noise = new(9);
        for (int i = 0; i < stamps; i++)
        {
            long stamp = ClockRun.StartTai - UtcLessTai + (long)(noise.Uniform() * Seconds * 1e9);
            ClockState state = live.Map(stamp, out long tai, out double bound);
            Assert.Equal(state, replay.Map.Map(stamp, out long againTai, out double againBound));
            Assert.Equal(tai, againTai);
            Assert.Equal(BitConverter.DoubleToInt64Bits(bound), BitConverter.DoubleToInt64Bits(againBound));
        }
    }

    [Fact]
    public void A_changed_byte_is_found_in_its_row_and_a_cut_is_told_as_one()
    {
        (byte[] file, _, _) = Record(4);
        ClockNoise noise = new(1);
        for (int i = 0; i < 40; i++)
        {
            byte[] changed = [.. file];
            int at = AnchorHeader.Length + (int)(noise.Uniform() * (file.Length - AnchorHeader.Length));
            changed[at] ^= (byte)(1 << (int)(noise.Uniform() * 8));
            Read(changed, out AnchorResult result);
            Assert.NotEqual(AnchorResult.End, result);
        }

        Read(file[..^3], out AnchorResult torn);
        Assert.Equal(AnchorResult.Torn, torn);
    }

    [Fact]
    public void A_file_goes_on_where_the_one_before_ended()
    {
        ClockRun run = ClockWorld.Ocxo.Begin(5, scene: Attack);
        AnchorWriter writer = new();
        List<byte> first = [.. writer.BeginFile(ClockWorld.Ocxo.Settings(PulsePath.Plain), Paths(), run.Estimator)];
        Add(run, writer, first, null, 4700);
        Hash32 between = writer.Head;
        List<byte> second = [.. writer.BeginFile(ClockWorld.Ocxo.Settings(PulsePath.Plain), Paths(), run.Estimator)];
        Add(run, writer, second, null, 500);

        AnchorReplay before = Read([.. first], out AnchorResult endOfFirst);
        AnchorReplay after = Read([.. second], out AnchorResult endOfSecond);
        Assert.Equal(AnchorResult.End, endOfFirst);
        Assert.Equal(AnchorResult.End, endOfSecond);
        Assert.Equal(between, before.Head);
        Assert.Equal(between, after.Previous);
        Assert.Equal(writer.Head, after.Head);
    }

    [Fact]
    public void The_same_rows_give_the_same_head_on_every_machine()
    {
        EstimatorSettings settings = new() { Oscillator = OscillatorModel.Tcxo };
        ClockEstimator estimator = new(settings);
        AnchorWriter writer = new();
        writer.BeginFile(settings, Paths(), estimator);
        uint seed = 12345;
        for (int i = 1; i <= 6000; i++)
        {
            seed = (seed * 1_664_525) + 1_013_904_223;
            long raw = 1_000_000_000_000L + (i * 1_000_000_432L);
            int noise = (int)(seed >> 24) - 128;
            SecondInput input = new()
            {
                Raw = raw + 500_000_000,
                System = raw + ClockRun.StartTai + noise,
                SystemHalfNs = 100,
                HasPulse = i is < 4000 or > 4500,
                PulseRaw = raw + (noise / 2),
                PulseTai = ClockRun.StartTai + (i * 1_000_000_000L) + (i > 5500 ? 9000 : 0),
                HasTemperature = true,
                Millidegrees = 25_000 + (i % 2000),
                PeerCount = (byte)(i % 64 == 0 ? 3 : 0),
                PeerTai = ClockRun.StartTai + (i * 1_000_000_000L) + 500_000_000,
                PeerHalfNs = 2_000_000,
            };
            estimator.Step(input);
            writer.Second(input, estimator);
        }

        Assert.Equal(ClockState.Holdover, estimator.State);
        Assert.True(File.Exists(GoldenPath), $"{GoldenPath} is missing; its line is {writer.Head}");
        Assert.True(File.ReadAllText(GoldenPath).Trim() == writer.Head.ToString(), $"the head is {writer.Head}");
    }

    private static StampPaths Paths() => new(new StampPath(DelayRange.UpTo(1000), default));

    private static void Attack(long second, ref SecondEvents events)
    {
        events.IsCut = second is > 4000 and < 4100;
        events.AttackNs = second > 4600 ? (second - 4600) * 10 : 0;
        events.Peers = (byte)(second % 64 == 0 ? 3 : 0);
        events.PeerHalfNs = 2_000_000;
    }

    private static (byte[] File, StampMap Map, Hash32 Head) Record(int seed)
    {
        ClockRun run = ClockWorld.Ocxo.Begin(seed, PulsePath.Corrected, Attack);
        AnchorWriter writer = new();
        StampMap map = new(Paths());
        List<byte> file =
            [.. writer.BeginFile(ClockWorld.Ocxo.Settings(PulsePath.Corrected), Paths(), run.Estimator)];
        Add(run, writer, file, map, Seconds);
        return ([.. file], map, writer.Head);
    }

    private static void Add(ClockRun run, AnchorWriter writer, List<byte> file, StampMap? map, int seconds)
    {
        for (int i = 0; i < seconds; i++)
        {
            run.Step(systemLessTai: -UtcLessTai);
            file.AddRange(writer.Second(run.Input, run.Estimator));
            if (map is not null)
            {
                ClockSteps.Note(map, run.Estimator, run.Input);
                long raw = run.Reading(0.75);
                long system = run.TruthAtStep + 250_000_000 - UtcLessTai;
                map.AddTip(system, raw, 100, run.Estimator.Readout);
                file.AddRange(writer.Pair(raw, system, 100, run.Estimator));
            }
        }
    }

    private static AnchorReplay Read(byte[] file, out AnchorResult result)
    {
        AnchorReplay replay = AnchorReplay.Open(file)!;
        do
        {
            result = replay.Next();
        }
        while (result == AnchorResult.Agrees);
        return replay;
    }
}
