using System.Runtime.InteropServices;
using Appliance.Linux.Clocks;
using Appliance.Time.Observations;
using Xunit;

namespace Appliance.Tests.Linux;

/// <summary>
/// Sizes, offsets and ioctl numbers as a C program printed them from the kernel's headers on a 64-bit machine
/// (linux-libc-dev 6.1: linux/pps.h, linux/ptp_clock.h, linux/gpio.h, asm/termbits.h).
/// </summary>
public sealed class ClockLayoutTests
{
    [Fact]
    public void The_structures_have_the_sizes_of_the_kernel()
    {
        Assert.Equal(16, Marshal.SizeOf<PpsTime>());
        Assert.Equal(64, Marshal.SizeOf<PpsFetchData>());
        Assert.Equal(16, Marshal.SizeOf<PtpTime>());
        Assert.Equal(80, Marshal.SizeOf<PtpCapabilities>());
        Assert.Equal(16, Marshal.SizeOf<PtpExternalRequest>());
        Assert.Equal(32, Marshal.SizeOf<PtpExternalEvent>());
        Assert.Equal(96, Marshal.SizeOf<PtpPin>());
        Assert.Equal(64, Marshal.SizeOf<PtpPreciseOffset>());
        Assert.Equal(1216, Marshal.SizeOf<PtpExtendedOffset>());
        Assert.Equal(592, Marshal.SizeOf<GpioLineRequest>());
        Assert.Equal(272, Marshal.SizeOf<GpioLineConfig>());
        Assert.Equal(48, Marshal.SizeOf<GpioLineEvent>());
        Assert.Equal(44, Marshal.SizeOf<TerminalSettings>());
    }

    [Theory]
    [InlineData(typeof(PpsTime), "Nanoseconds", 8)]
    [InlineData(typeof(PpsTime), "Flags", 12)]
    [InlineData(typeof(PpsFetchData), "Assert", 8)]
    [InlineData(typeof(PpsFetchData), "Clear", 24)]
    [InlineData(typeof(PpsFetchData), "CurrentMode", 40)]
    [InlineData(typeof(PpsFetchData), "Timeout", 48)]
    [InlineData(typeof(PtpCapabilities), "ExternalStamps", 8)]
    [InlineData(typeof(PtpCapabilities), "HasPps", 16)]
    [InlineData(typeof(PtpCapabilities), "Pins", 20)]
    [InlineData(typeof(PtpCapabilities), "CrossTimestamping", 24)]
    [InlineData(typeof(PtpExternalRequest), "Flags", 4)]
    [InlineData(typeof(PtpExternalEvent), "Index", 16)]
    [InlineData(typeof(PtpPin), "Index", 64)]
    [InlineData(typeof(PtpPin), "Function", 68)]
    [InlineData(typeof(PtpPin), "Channel", 72)]
    [InlineData(typeof(PtpPreciseOffset), "SystemClock", 16)]
    [InlineData(typeof(PtpPreciseOffset), "MonotonicRaw", 32)]
    [InlineData(typeof(PtpExtendedOffset), "Clock", 4)]
    [InlineData(typeof(PtpExtendedOffset), "Times", 16)]
    [InlineData(typeof(GpioLineRequest), "Consumer", 256)]
    [InlineData(typeof(GpioLineRequest), "Config", 288)]
    [InlineData(typeof(GpioLineRequest), "LineCount", 560)]
    [InlineData(typeof(GpioLineRequest), "EventBufferSize", 564)]
    [InlineData(typeof(GpioLineRequest), "Descriptor", 588)]
    [InlineData(typeof(GpioLineEvent), "Id", 8)]
    [InlineData(typeof(GpioLineEvent), "Offset", 12)]
    [InlineData(typeof(GpioLineEvent), "Sequence", 16)]
    [InlineData(typeof(GpioLineEvent), "LineSequence", 20)]
    [InlineData(typeof(TerminalSettings), "Special", 17)]
    [InlineData(typeof(TerminalSettings), "InputSpeed", 36)]
    [InlineData(typeof(TerminalSettings), "OutputSpeed", 40)]
    public void Their_fields_lie_where_the_kernel_puts_them(Type structure, string field, int offset) =>
        Assert.Equal(offset, (int)Marshal.OffsetOf(structure, field));

    // _IOC: 2 bits direction (1 write, 2 read), 14 bits size, 8 bits type, 8 bits number (asm-generic/ioctl.h).
    [Theory]
    [InlineData(ClockCalls.PpsFetch, 3, 8, 'p', 0xa4)] // the size of a pointer, as the header has it
    [InlineData(ClockCalls.PpsGetCapabilities, 2, 8, 'p', 0xa3)]
    [InlineData(ClockCalls.PtpGetCapabilities, 2, 80, '=', 1)]
    [InlineData(ClockCalls.PtpExternalRequest, 1, 16, '=', 2)]
    [InlineData(ClockCalls.PtpExternalRequest2, 1, 16, '=', 11)]
    [InlineData(ClockCalls.PtpPrecise, 3, 64, '=', 8)]
    [InlineData(ClockCalls.PtpExtended, 3, 1216, '=', 9)]
    [InlineData(ClockCalls.PtpPinSetFunction, 1, 96, '=', 16)]
    [InlineData(ClockCalls.GpioGetLine, 3, 592, 0xB4, 7)]
    [InlineData(ClockCalls.TerminalGet, 2, 44, 'T', 0x2A)]
    [InlineData(ClockCalls.TerminalSet, 1, 44, 'T', 0x2B)]
    public void The_numbers_of_the_calls_hold_direction_size_type_and_number(
        uint request, uint direction, uint size, uint type, uint number) =>
        Assert.Equal((direction << 30) | (size << 16) | (type << 8) | number, request);

    [Fact]
    public void A_request_for_a_line_asks_for_its_rising_edges()
    {
        GpioLineRequest request = GpioPulses.Request(18);
        Assert.Equal((18u, 1u, 0x14ul), (request.Lines[0], request.LineCount, request.Config.Flags));
    }

    [Theory]
    [InlineData(3, -29)]
    [InlineData(0, -5)]
    public void An_open_device_is_a_clock_by_the_kernels_formula(int descriptor, int clock) =>
        Assert.Equal(clock, HardwareClock.DynamicClock(descriptor));

    [Fact]
    public void Of_cross_readings_the_one_with_the_narrowest_window_stands()
    {
        PtpExtendedOffset offset = new() { Samples = 3 };
        long[] times = [100, 5000, 300, 1000, 6000, 1051, 2000, 7000, 2400];
        for (int i = 0; i < times.Length; i++)
        {
            offset.Times[i] = new PtpTime { Seconds = 1, Nanoseconds = (uint)times[i] };
        }

        CounterPair pair = HardwareClock.Narrowest(offset, new CounterId(CounterKind.HardwareClock, 1));
        Assert.Equal((1_000_001_025, 1_000_006_000), (pair.At.Nanoseconds, pair.Reading.Nanoseconds));
        Assert.Equal(27u, pair.HalfWidthNs);
    }

    [Fact]
    public void A_raw_line_translates_nothing_and_has_the_speed_as_a_number()
    {
        TerminalSettings settings = SerialLine.Raw(
            new TerminalSettings { Input = 0x500, Output = 5, Local = 0x8A3B, Control = 0xBF }, 460_800);
        Assert.Equal((0u, 0u, 0u), (settings.Input, settings.Output, settings.Local));
        Assert.Equal((0x18B0u, 460_800u), (settings.Control, settings.InputSpeed));
        Assert.Equal((0, 1), (settings.Special[5], settings.Special[6]));
    }
}
