using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Appliance.Linux.Clocks;

// The kernel's structures as linux/pps.h, linux/ptp_clock.h, linux/gpio.h and asm-generic/termbits.h give them on
// 64-bit machines; a test holds size and offsets.

/// <summary>struct timespec.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TimeSpec
{
    public long Seconds;
    public long Nanoseconds;

    public readonly long TotalNs => (Seconds * 1_000_000_000) + Nanoseconds;
}

/// <summary>struct pps_ktime, 16 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PpsTime
{
    public long Seconds;
    public int Nanoseconds;
    public uint Flags;
}

/// <summary>struct pps_fdata with struct pps_kinfo at its start, 64 bytes.</summary>
[StructLayout(LayoutKind.Sequential, Size = 64)]
internal struct PpsFetchData
{
    public uint AssertSequence;
    public uint ClearSequence;
    public PpsTime Assert;
    public PpsTime Clear;
    public int CurrentMode;
    private readonly int padding;
    public PpsTime Timeout;
}

/// <summary>struct ptp_clock_time, 16 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PtpTime
{
    public long Seconds;
    public uint Nanoseconds;
    public uint Reserved;

    public readonly long TotalNs => (Seconds * 1_000_000_000) + Nanoseconds;
}

/// <summary>struct ptp_clock_caps, 80 bytes.</summary>
[StructLayout(LayoutKind.Sequential, Size = 80)]
internal struct PtpCapabilities
{
    public int MaxAdjustmentPpb;
    public int Alarms;
    public int ExternalStamps;
    public int PeriodicOutputs;
    public int HasPps;
    public int Pins;
    public int CrossTimestamping;
}

/// <summary>struct ptp_extts_request, 16 bytes.</summary>
[StructLayout(LayoutKind.Sequential, Size = 16)]
internal struct PtpExternalRequest
{
    public uint Index;
    public uint Flags;
}

/// <summary>struct ptp_extts_event, 32 bytes.</summary>
[StructLayout(LayoutKind.Sequential, Size = 32)]
internal struct PtpExternalEvent
{
    public PtpTime Time;
    public uint Index;
    public uint Flags;
}

/// <summary>struct ptp_pin_desc, 96 bytes.</summary>
[StructLayout(LayoutKind.Sequential, Size = 96)]
internal struct PtpPin
{
    public NameBytes Name;
    public uint Index;
    public uint Function;
    public uint Channel;

    [InlineArray(64)]
    internal struct NameBytes
    {
        private byte first;
    }
}

/// <summary>struct ptp_sys_offset_precise, 64 bytes.</summary>
[StructLayout(LayoutKind.Sequential, Size = 64)]
internal struct PtpPreciseOffset
{
    public PtpTime Device;
    public PtpTime SystemClock;
    public PtpTime MonotonicRaw;
}

/// <summary>
/// struct ptp_sys_offset_extended, 1216 bytes: up to 25 times system, device, system. Since Linux 6.12 the word after
/// the count names the system clock; before it must be 0 and means CLOCK_REALTIME.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 1216)]
internal struct PtpExtendedOffset
{
    public uint Samples;
    public int Clock;
    private readonly ulong reserved;
    public Stamps Times;

    [InlineArray(75)]
    internal struct Stamps
    {
        private PtpTime first;
    }
}

/// <summary>struct gpio_v2_line_request, 592 bytes.</summary>
[StructLayout(LayoutKind.Sequential, Size = 592)]
internal struct GpioLineRequest
{
    public LineNumbers Lines;
    public ConsumerName Consumer;
    public GpioLineConfig Config;
    public uint LineCount;
    public uint EventBufferSize;
    private readonly Padding padding;
    public int Descriptor;

    [InlineArray(64)]
    internal struct LineNumbers
    {
        private uint first;
    }

    [InlineArray(32)]
    internal struct ConsumerName
    {
        private byte first;
    }

    [InlineArray(5)]
    internal struct Padding
    {
        private uint first;
    }
}

/// <summary>struct gpio_v2_line_config, 272 bytes.</summary>
[StructLayout(LayoutKind.Sequential, Size = 272)]
internal struct GpioLineConfig
{
    public ulong Flags;
}

/// <summary>struct gpio_v2_line_event, 48 bytes.</summary>
[StructLayout(LayoutKind.Sequential, Size = 48)]
internal struct GpioLineEvent
{
    public ulong TimestampNs;
    public uint Id;
    public uint Offset;
    public uint Sequence;
    public uint LineSequence;
}

/// <summary>struct termios2, 44 bytes: the one with speeds as numbers.</summary>
[StructLayout(LayoutKind.Sequential, Size = 44)]
internal struct TerminalSettings
{
    public uint Input;
    public uint Output;
    public uint Control;
    public uint Local;
    public byte Line;
    public Characters Special;
    public uint InputSpeed;
    public uint OutputSpeed;

    [InlineArray(19)]
    internal struct Characters
    {
        private byte first;
    }
}
