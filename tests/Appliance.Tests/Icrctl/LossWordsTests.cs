using Appliance.Edge.Service;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Icrctl;

/// <summary>What a field engineer reads of the mirror's loss.</summary>
public sealed class LossWordsTests
{
    [Theory]
    [InlineData(98_900_000, 1_100_000, 0, "estimated",
        "inside: about 1.1 % (+-0.07) of the packets never reached the mirror; check SPAN oversubscription")]
    [InlineData(100_000_000, 0, 0, "estimated", "inside: no loss before the box seen (below 0.02 %)")]
    [InlineData(1_000_000, 1_000, 50_000_000, "one-direction",
        "inside: the mirror mostly shows one direction of TCP, so its loss cannot be estimated; "
        + "mirror both directions")]
    [InlineData(20_000, 1_000, 0, "too-little",
        "inside: not enough TCP in the last minute to estimate what the mirror loses")]
    public void The_loss_of_a_leg_is_said_in_words(ulong shown, ulong hidden, ulong oneWay, string state, string words)
    {
        LossWatch watch = new();
        ulong[] counters = new ulong[Enum.GetValues<Counter>().Length];
        watch.Take([.. counters], hasInside: true, hasOutside: false);
        counters[(int)Counter.TcpShownInside] = shown;
        counters[(int)Counter.TcpHiddenInside] = hidden;
        counters[(int)Counter.TcpOneWayInside] = oneWay;
        LossStatus leg = Assert.Single(watch.Take([.. counters], hasInside: true, hasOutside: false));
        Assert.Equal((state, words), (leg.State, leg.Words));
        Assert.Equal(state == "estimated", leg.HiddenPpm.HasValue);
    }

    [Fact]
    public void A_loss_that_has_ended_is_forgotten_after_a_minute()
    {
        LossWatch watch = new();
        ulong[] counters = new ulong[Enum.GetValues<Counter>().Length];
        LossStatus leg = watch.Take([.. counters], hasInside: true, hasOutside: false)[0];
        for (int interval = 0; interval < 8; interval++)
        {
            counters[(int)Counter.TcpShownInside] += 100_000_000;
            counters[(int)Counter.TcpHiddenInside] += interval == 0 ? 5_000_000u : 0;
            leg = watch.Take([.. counters], hasInside: true, hasOutside: false)[0];
            Assert.Equal(interval < 6, leg.HiddenPpm > 0);
        }

        Assert.Equal(0ul, leg.HiddenPpm);
    }
}
