using Appliance.Linux.Clocks;
using Appliance.Time.Observations;
using Xunit;

namespace Appliance.Tests.Linux;

/// <summary>
/// What every <see cref="IPulseSource"/> at a pin promises. A source joins by saying how its pin rises.
/// </summary>
public abstract class PulseContract
{
    private protected const byte Number = 3;

    private protected static readonly CaptureDelay Delay = new(LatencyNs: 0, LatencyBoundNs: 20_000);

    /// <summary>The source under test, opened.</summary>
    private protected abstract IPulseSource Source { get; }

    /// <summary>The pin rises now; returns once the source can know of it.</summary>
    private protected abstract void Rise();

    [Fact]
    public void Without_an_edge_there_is_no_pulse()
    {
        Assert.False(Source.TryTake(0, out _));
        Assert.False(Source.TryTake(5, out _));
    }

    [Fact]
    public void An_edge_lies_within_the_bound_of_its_stamp()
    {
        RawTime before = CounterReader.Now();
        Rise();
        RawTime after = CounterReader.Now();

        Assert.True(Source.TryTake(1000, out PulseObservation pulse));

        Assert.Equal(new SourceId(SourceKind.GpioPulse, Number), pulse.Source);
        Assert.Equal(CounterId.MonotonicRaw, pulse.Counter);
        Assert.Equal(Source.Counter, pulse.Counter);
        Assert.True(pulse.IsRising);
        Assert.InRange(pulse.PathBoundNs, Delay.LatencyBoundNs, 100_000_000u);
        Assert.True(pulse.Raw.Nanoseconds - pulse.PathBoundNs <= after.Nanoseconds, "the stamp is after the edge");
        Assert.True(pulse.Raw.Nanoseconds + pulse.PathBoundNs >= before.Nanoseconds, "the stamp is before the edge");
    }

    [Fact]
    public void Edges_come_in_their_order_and_the_sequence_has_no_hole()
    {
        List<PulseObservation> taken = [];
        for (int i = 0; i < 5; i++)
        {
            Rise();
            Assert.True(Source.TryTake(1000, out PulseObservation pulse));
            taken.Add(pulse);
        }

        Assert.False(Source.TryTake(0, out _));
        for (int i = 1; i < taken.Count; i++)
        {
            Assert.Equal(taken[i - 1].Sequence + 1, taken[i].Sequence);
            Assert.True(taken[i].Raw >= taken[i - 1].Raw);
        }
    }
}
