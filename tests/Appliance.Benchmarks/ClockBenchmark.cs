using System.Diagnostics;
using System.Globalization;
using Appliance.Linux.Clocks;
using Appliance.Time;
using Appliance.Time.Observations;

namespace Appliance.Benchmarks;

/// <summary>
/// What a caller pays for true time: the clock read and told, and a packet's stamp mapped, in an engine that is locked
/// and has a day of anchors. In this process; the best of the runs, and what was allocated in all of them.
/// </summary>
internal static class ClockBenchmark
{
    private const int Calls = 2_000_000;
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
        Report("read the counter", runs, _ => CounterReader.Now().Nanoseconds);
        Report("now() of a reading", runs, i => engine.Now(new RawTime(last.Nanoseconds + i)).TaiNs);
        Report("counter and now()", runs, _ => engine.Now(CounterReader.Now()).TaiNs);
        Report("map() of the last minute", runs, i => engine.Map(newest - (i % 60 * SecondNs) - 77).BoundUs);
        Report("map() over the day", runs, i => engine.Map(newest - (i * 7919L % DaySeconds * SecondNs)).BoundUs);
    }

    private static void Report(string what, int runs, Func<int, long> call)
    {
        long sum = 0;
        double best = double.MaxValue;
        double worst = 0;
        long before = 0;
        for (int run = -1; run < runs; run++)
        {
            before = run == 0 ? GC.GetAllocatedBytesForCurrentThread() : before;
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < Calls; i++)
            {
                sum += call(i);
            }

            double ns = (Stopwatch.GetTimestamp() - start) * 1e9 / Stopwatch.Frequency / Calls;
            best = run < 0 ? best : Math.Min(best, ns);
            worst = run < 0 ? worst : Math.Max(worst, ns);
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  {what,-26} {best,7:F1} ns a call  {allocated,3} bytes allocated in {(long)Calls * runs:N0} calls  "
            + $"spread {100 * (worst - best) / best,3:F0} %  (check {sum & 0xff:x2})"));
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
