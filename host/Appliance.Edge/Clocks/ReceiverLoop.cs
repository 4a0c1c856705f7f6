using System.Diagnostics;
using Appliance.Edge.Configuration;
using Appliance.Linux.Clocks;
using Appliance.Time;
using Appliance.Time.Observations;
using Appliance.Time.Receivers;

namespace Appliance.Edge.Clocks;

/// <summary>Opens the line of the receiver that is configured.</summary>
internal delegate IReceiverLine LineOpening(ReceiverOptions options);

/// <summary>The receiver's line: sets the receiver up at each opening, then hands over what it says.</summary>
internal sealed class ReceiverLoop(ReceiverOptions options, LineOpening open, EpochRule rule, ClockEngine engine)
    : DeviceLoop("receiver")
{
    private readonly Receiver receiver = new(new SourceId(SourceKind.Receiver), rule);
    private readonly byte[] buffer = new byte[4096];
    private IReceiverLine? line;
    private ReceiverSetUp? setUp;
    private long heardAt;

    /// <summary>What its stream held.</summary>
    public ReceiverCounters Counters => receiver.Counters;

    /// <summary>The receiver at a serial line of this machine, or behind the supervisor.</summary>
    /// <exception cref="IOException">The line is not there or not what it should be.</exception>
    public static IReceiverLine OpenLine(ReceiverOptions options, IReceiverLine? relay) =>
        options.IsBehindSupervisor ? relay! : new SerialLine(options.Device!, options.Baud);

    protected override void Open()
    {
        line = open(options);
        setUp = SetUpOf(options);
        receiver.SetUp = setUp;
        heardAt = Stopwatch.GetTimestamp();
    }

    protected override string? Pass()
    {
        int taken = line!.Read(buffer, Limits.WaitMs, out RawTime now);
        if (taken > 0)
        {
            heardAt = Stopwatch.GetTimestamp();
            receiver.Take(buffer.AsSpan(0, taken), now, engine);
        }

        if (setUp is not null && setUp.TryNext(now, out byte[] frame))
        {
            line.Write(frame);
        }

        bool isSilent = Stopwatch.GetElapsedTime(heardAt).TotalMilliseconds > Limits.SilentMs;
        string hint = options.IsBehindSupervisor ? "and the supervisor's line" : "and clock.receiver.baud";
        return isSilent ? $"{options.Device}: the receiver is silent; check supply, cable {hint}"
            : setUp?.State == SetUpState.Failed ? $"{options.Device}: set-up failed at {setUp.Failure}"
            : null;
    }

    protected override void Close()
    {
        line?.Dispose();
        line = null;
    }

    private static ReceiverSetUp? SetUpOf(ReceiverOptions options) => options.Kind == "as-is"
        ? null
        : new ReceiverSetUp(new SetUpOptions(
            options.Kind == "ublox8" ? ReceiverFamily.Generation8 : ReceiverFamily.Generation9,
            options.Port switch { "uart2" => ReceiverPort.Uart2, "usb" => ReceiverPort.Usb, _ => ReceiverPort.Uart1 },
            (short)options.CableDelayNanoseconds,
            (uint)options.SurveySeconds));
}
