using Appliance.Time;
using Appliance.Time.Estimation;
using Appliance.Time.Mapping;
using Appliance.Time.Observations;
using Appliance.Wire;
using Xunit;

namespace Appliance.Simulation.Clocks;

public sealed class ClockCostTests
{
    private const int Calls = 100_000;

    [Fact]
    public void Reading_the_clock_and_mapping_a_stamp_allocate_nothing()
    {
        ClockRun run = ClockWorld.Ocxo.Begin(1);
        StampMap map = new(1000);
        ClockEngine engine = new(new ClockEngineOptions());
        for (int i = 0; i < 100; i++)
        {
            run.Step();
            map.Add(run.TruthAtStep, run.Input.Raw, 100, run.Estimator.Readout);
        }

        double sum = Read(engine, map, run.TruthAtStep);
        long before = GC.GetAllocatedBytesForCurrentThread();
        sum += Read(engine, map, run.TruthAtStep);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.NotEqual(0, sum);
    }

    [Fact]
    public void A_step_of_the_estimator_allocates_nothing()
    {
        ClockRun run = ClockWorld.Tcxo.Begin(1, scene: (long second, ref SecondEvents events) =>
            events.AttackNs = second > 2000 ? 50_000 : 0);
        for (int i = 0; i < 1500; i++)
        {
            run.Step();
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1500; i++)
        {
            run.Step();
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void A_reader_never_sees_half_a_readout()
    {
        ClockPage page = new();
        page.Write(Filled(0));
        long reads = Appliance.TestSupport.FullRun.IsOn ? 1_000_000_000 : 3_000_000;
        bool isDone = false;
        Thread writer = new(() =>
        {
            for (long i = 1; !Volatile.Read(ref isDone); i++)
            {
                page.Write(Filled(i));
            }
        });
        writer.Start();
        long torn = 0;
        for (long i = 0; i < reads; i++)
        {
            TrueTime seen = page.TimeAt(i);
            torn += (seen.TaiNs - i) * 3 != (long)seen.BoundNs ? 1 : 0;
        }

        Volatile.Write(ref isDone, true);
        writer.Join();
        Assert.Equal(0, torn);
    }

    // The time is the counter and this value, the bound three times it: of two readouts they do not fit together.
    private static ClockReadout Filled(long value) => new()
    {
        Filter = new PhaseFilter { AsOfRaw = value, Base = value },
        Systematic = value,
        Envelope = value,
        Inflation = value,
        State = ClockState.Locked,
    };

    private static double Read(ClockEngine engine, StampMap map, long stamp)
    {
        double sum = 0;
        for (int i = 0; i < Calls; i++)
        {
            sum += engine.Now(new RawTime(i)).TaiNs + 1;
            map.Map(stamp - (i * 900_000L), out _, out double bound);
            sum += bound;
        }

        return sum;
    }
}
