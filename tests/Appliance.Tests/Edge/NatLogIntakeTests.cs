using Appliance.Edge.Configuration;
using Appliance.Edge.NatLog;
using Appliance.Flow;
using Appliance.Linux.Clocks;
using Appliance.Tests.Flow.Witness;
using Appliance.Time.Observations;
using Appliance.Wire;
using Xunit;
using static Appliance.Tests.Flow.Witness.ExportBuilder;

namespace Appliance.Tests.Edge;

/// <summary>What NATs tell is dated along the box's line of time, whatever is done to the system clock.</summary>
public sealed class NatLogIntakeTests
{
    private const long SecondNs = 1_000_000_000;
    private const long HourNs = 3600 * SecondNs;
    private static readonly (uint, ushort)[] Session =
        [(323, 8), (230, 1), (8, 4), (225, 4), (4, 1), (7, 2), (227, 2), (12, 4), (11, 2)];

    private readonly NatLogIntake intake;
    private readonly FlowEngine engine = new(
        new FlowOptions { FlowLimit = 1024, Witness = new WitnessOptions { BindingLimit = 64 } },
        new RecordQueue(8192), new byte[32]);

    private long raw = 5 * SecondNs;
    private long system = ArrivalNs;

    public NatLogIntakeTests() => intake = new NatLogIntake(new NatLogOptions(), new SteadyClock(Read, 0));

    [Theory]
    [InlineData(HourNs)]
    [InlineData(-HourNs)]
    [InlineData(90 * SecondNs)]
    public void A_set_that_waits_for_its_template_over_a_step_is_dated_by_when_it_came(long errorNs)
    {
        // The system clock is off until somebody sets it; the sender's never was.
        system -= errorNs;
        Take(Ipfix().Set(256, Record()).Build());
        Pass(10 * SecondNs);
        system += errorNs;
        Take(Ipfix(1).Template(256, Session).Build());

        NatLogStatus status = intake.StatusOf([], 0, "");
        Assert.Equal((1, 0), (status.Events, status.Malformed));
        Assert.Equal(0ul, CountOff());
    }

    [Fact]
    public void A_sender_whose_clock_is_off_is_still_found()
    {
        system += HourNs;
        Take(Ipfix().Template(256, Session).Set(256, Record()).Build());
        Assert.Equal(1ul, CountOff());
    }

    [Fact]
    public void A_set_is_given_up_once_it_has_waited_too_long_by_the_line()
    {
        Take(Ipfix().Set(256, Record()).Build());
        Pass(130 * SecondNs);
        system -= HourNs;
        Take(Ipfix(1).Template(256, Session).Build());

        NatLogStatus status = intake.StatusOf([], 0, "");
        Assert.Equal((0, 1), (status.Events, status.Malformed));
    }

    private ulong CountOff()
    {
        intake.Queue.DrainTo(engine);
        engine.AdvanceTo(ArrivalNs);
        return engine.Counters[(int)Counter.WitnessClockOff];
    }

    private static byte[] Record() =>
    [
        .. U64(1_700_000_000_123), 1, .. Address("10.0.0.1"), .. Address("198.51.100.1"), 6, .. U16(1111), .. U16(2222),
        .. Address("203.0.113.9"), .. U16(443),
    ];

    private void Take(byte[] message) => intake.TakeDatagram(message, IpOf("192.0.2.1"), 4000);

    private void Pass(long ns)
    {
        raw += ns;
        system += ns;
    }

    private CounterPair Read() =>
        new(new RawTime(raw), new CounterId(CounterKind.SystemClock), new RawTime(system), 40);
}
