using System.IO.Pipes;
using System.Runtime.InteropServices;
using Appliance.Linux.Clocks;
using Appliance.Time.Observations;
using Microsoft.Win32.SafeHandles;
using Xunit;

namespace Appliance.Tests.Linux;

/// <summary>Lines of the kernel, which are on no machine that runs the tests: its events come through a pipe.</summary>
public sealed class GpioPulsesTests : PulseContract, IDisposable
{
    private readonly AnonymousPipeServerStream kernel = new(PipeDirection.Out);
    private readonly GpioPulses source;
    private uint sequence;

    public GpioPulsesTests()
    {
        SafeFileHandle events = new(kernel.ClientSafePipeHandle.DangerousGetHandle(), ownsHandle: false);
        source = new GpioPulses(events, Number, Delay);
    }

    private protected override IPulseSource Source => source;

    [Fact]
    public void A_device_that_is_gone_is_said()
    {
        kernel.Dispose();
        Assert.Throws<IOException>(() => source.TryTake(100, out _));
    }

    public void Dispose()
    {
        source.Dispose();
        kernel.DisposeLocalCopyOfClientHandle();
        kernel.Dispose();
    }

    private protected override void Rise()
    {
        GpioLineEvent edge = new()
        {
            TimestampNs = (ulong)CounterReader.Monotonic().Reading.Nanoseconds,
            Id = ClockCalls.GpioEventRising,
            LineSequence = ++sequence,
        };
        kernel.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<GpioLineEvent>(in edge)));
    }
}
