using System.Diagnostics;
using System.Globalization;
using Appliance.Linux.Clocks;
using Appliance.Time;
using Appliance.Time.Observations;

namespace Appliance.Benchmarks;

/// <summary>
/// What a caller pays for true time: the clock read and told, and a packet's stamp mapped, in an engine that is locked
/// and has a day of anchors. In this process, in batches so short that many are not interrupted: the fastest and the
/// median of all batches, and what was allocated in them. The calls take turns, so that all see the same machine.
/// </summary>
internal static class ClockBenchmark
{
    private const int Calls = 20_000;
    private const int Batches = 100;
    private const int DaySeconds = 86_400;
    private const long SecondNs = 1_000_000_000;
    private const long StartUtc = 1_780_000_000;
    private const long OffsetNs = 1_000_000_007;
    private static readonly SourceId Pulse = new(SourceKind.Simulated);
    private static readonly SourceId Receiver = new(SourceKind.Receiver);

    public static void Run(int runs)
    {
        ClockEngine engine = LockedForADay();
        RawTime last = new((DaySeconds * SecondNs) + (SecondNs / 2));
        long newest = SystemOf(last.Nanoseconds);
        Console.WriteLine($"clock: state {engine.Report().State}, class {engine.Report().Class}, {DaySeconds} anchors");
        (string Name, Func<int, long> Call)[] calls =
        [
            ("read the counter", _ => CounterReader.Now().Nanoseconds),
            ("now() of a reading", i => engine.Now(new RawTime(last.Nanoseconds + i)).TaiNs),
            ("counter and now()", _ => engine.Now(CounterReader.Now()).TaiNs),
            ("map() of the last minute", i => engine.Map(newest - (i % 60 * SecondNs) - 77).BoundUs),
            ("map() over the day", i => engine.Map(newest - (i * 7919L % DaySeconds * SecondNs)).BoundUs),
        ];
        double[][] times = [.. calls.Select(_ => new double[runs * Batches])];
        long sum = 0;
        long before = 0;
        for (int batch = -Batches; batch < runs * Batches; batch++)
        {
            before = batch == 0 ? GC.GetAllocatedBytesForCurrentThread() : before;
            for (int which = 0; which < calls.Length; which++)
            {
                times[which][Math.Max(batch, 0)] = Time(calls[which].Call, ref sum);
            }
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        for (int which = 0; which < calls.Length; which++)
        {
            Array.Sort(times[which]);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {calls[which].Name,-26} fastest {times[which][0],6:F1}, "
                + $"median {times[which][runs * Batches / 2],6:F1} ns"));
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  {allocated} bytes allocated in {(long)Calls * runs * Batches * calls.Length:N0} calls "
            + $"(check {sum & 0xff:x2})"));
    }

    private static double Time(Func<int, long> call, ref long sum)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < Calls; i++)
        {
            sum += call(i);
        }

        return (Stopwatch.GetTimestamp() - start) * 1e9 / Stopwatch.Frequency / Calls;
    }

    private static long SystemOf(long raw) => (StartUtc * SecondNs) + raw - OffsetNs;

    private static ClockEngine LockedForADay()
    {
        ClockEngine engine = new(new ClockEngineOptions { Oscillator = "ocxo" });
        for (int second = 1; second <= DaySeconds; second++)
        {
            long raw = second * SecondNs;
            engine.Take(new PulseObservation(
                Pulse, CounterId.MonotonicRaw, new RawTime(raw + ((second * 37) % 41) - 20), 4, (uint)second, true));
            engine.Take(new TimeOfDayObservation(
                Receiver, new RawTime(raw + (SecondNs / 10)),
                new ScaledTime(TimeScale.Gps, (StartUtc + 18 + second) * SecondNs), 20,
                TimeValidity.Date | TimeValidity.Time | TimeValidity.Fix, FixMode.TimeOnly, EpochVerdict.Plausible,
                PulseNamed.Last));
            RawTime step = new(raw + (SecondNs / 2));
            engine.Take(new CounterPair(step, CounterId.SystemClock, new RawTime(SystemOf(step.Nanoseconds)), 40));
            engine.Tick(step, StartUtc + second);
        }

        return engine;
    }
}
