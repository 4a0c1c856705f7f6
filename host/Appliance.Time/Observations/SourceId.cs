namespace Appliance.Time.Observations;

/// <summary>What sort of thing an observation came from.</summary>
public enum SourceKind : byte
{
    /// <summary>A GNSS receiver: its messages.</summary>
    Receiver = 0,

    /// <summary>A kernel PPS source (/dev/ppsN).</summary>
    KernelPulse = 1,

    /// <summary>An external time stamp of a PTP hardware clock (/dev/ptpN).</summary>
    HardwareClockPulse = 2,

    /// <summary>An edge at a line of a GPIO chip (/dev/gpiochipN).</summary>
    GpioPulse = 3,

    /// <summary>A PTP port in state SLAVE, asked from ptp4l.</summary>
    Ptp = 4,

    /// <summary>An NTP client, asked from chronyd.</summary>
    Ntp = 5,

    /// <summary>leap-seconds.list.</summary>
    LeapFile = 6,

    /// <summary>The machine itself: its clocks, its thermometers.</summary>
    Host = 7,

    /// <summary>The battery-backed clock: seconds, and only as a witness.</summary>
    HardwareCalendar = 8,

    /// <summary>A simulated source.</summary>
    Simulated = 9,

    /// <summary>This program itself: its table of leap seconds.</summary>
    BuiltIn = 10,
}

/// <summary>Names a source within one configuration; stands in the anchor log.</summary>
/// <param name="Kind">What sort.</param>
/// <param name="Number">Which of that sort, counted from 0 in the order of the configuration.</param>
public readonly record struct SourceId(SourceKind Kind, byte Number = 0)
{
    public override string ToString() => $"{Kind}{Number}";
}
