namespace Appliance.Edge.Configuration;

/// <summary>
/// Where true time comes from. A receiver with pulses, or peers alone, or, where neither is named, what the kernel says
/// of its own clock.
/// </summary>
public sealed record ClockOptions
{
    /// <summary>Bound of a capture file's stamps that the operator vouches for, microseconds; none: no bound.</summary>
    public uint? DeclaredBoundMicroseconds { get; init; }

    /// <summary>Largest delay between the wire and the kernel's stamp on a live box, microseconds.</summary>
    public uint StampBoundMicroseconds { get; init; } = 1000;

    /// <summary>Interfaces whose stamps or mirror differ from that; the others have the bound above.</summary>
    public IReadOnlyList<StampPathOptions> StampPaths { get; init; } = [];

    /// <summary>The GNSS receiver; it names the second, the pulses say when it began.</summary>
    public ReceiverOptions Receiver { get; init; } = new();

    public PulseOptions Pulses { get; init; } = new();

    /// <summary>xo, tcxo or ocxo: what CLOCK_MONOTONIC_RAW of this machine runs on.</summary>
    public string Oscillator { get; init; } = "xo";

    /// <summary>File of the kernel with the temperature beside the oscillator (hwmon temp*_input).</summary>
    public string? Thermometer { get; init; }

    /// <summary>
    /// What does not average out, nanoseconds: the antenna's cable as far as it is not known, the receiver's idea of
    /// UTC, reflections.
    /// </summary>
    public uint SystematicNanoseconds { get; init; } = 20;

    public PeerOptions Peers { get; init; } = new();

    /// <summary>
    /// Socket of chronyd (<c>refclock SOCK path refid ICR</c>) that our time is given to; chronyd steers the system
    /// clock, this program never does.
    /// </summary>
    public string? ChronyFeed { get; init; }

    /// <summary>leap-seconds.list as tzdata ships it; one source of several.</summary>
    public string? LeapFile { get; init; }

    /// <summary>The log by which every bound can be computed again.</summary>
    public AnchorOptions Log { get; init; } = new();

    /// <summary>What a run keeps of its clock for the next one, sealed.</summary>
    public string Kept { get; init; } = "clock.sealed";

    /// <summary>A clock of our own is configured; otherwise the kernel's is taken at its word.</summary>
    internal bool HasSources => Receiver.Device is not null || Pulses.Kind != "none" || Peers.Any;

    /// <summary>Peers are the reference, not only witnesses.</summary>
    internal bool IsPeersOnly => Receiver.Device is null && Peers.Any;
}

/// <summary>How late an interface's stamps can be.</summary>
public sealed record StampPathOptions
{
    public string Interface { get; init; } = "";

    /// <summary>Largest delay between the box's port and the stamp, microseconds.</summary>
    public uint StampMicroseconds { get; init; } = 1000;

    /// <summary>Smallest delay between the box's port and the stamp, microseconds.</summary>
    public uint StampLeastMicroseconds { get; init; }

    /// <summary>Largest delay between the network and the box's port: mirror or tap, its queue; microseconds.</summary>
    public uint MirrorMicroseconds { get; init; }

    /// <summary>Smallest delay between the network and the box's port, microseconds.</summary>
    public uint MirrorLeastMicroseconds { get; init; }
}

/// <summary>A GNSS receiver at a serial line.</summary>
public sealed record ReceiverOptions
{
    /// <summary>
    /// The line, as in /dev/ttyAMA0; supervisor: the receiver is behind the board's microcontroller, which sets it up
    /// (kind is as-is then). Absent: no receiver.
    /// </summary>
    public string? Device { get; init; }

    /// <summary>Its speed; 0 leaves it as it is.</summary>
    public uint Baud { get; init; } = 115_200;

    /// <summary>
    /// ublox8 (M8T) or ublox9 (F9T): set up at each start; as-is: nothing is sent, UBX and NMEA are taken as they come.
    /// </summary>
    public string Kind { get; init; } = "ublox9";

    /// <summary>Port of the receiver that the line is at: uart1, uart2 or usb.</summary>
    public string Port { get; init; } = "uart1";

    /// <summary>Delay of the antenna's cable, about 5 a metre, nanoseconds.</summary>
    public int CableDelayNanoseconds { get; init; } = 50;

    /// <summary>Shortest survey of the antenna's position, seconds; 0 leaves the receiver's position mode.</summary>
    public int SurveySeconds { get; init; } = 3600;

    /// <summary>Standard deviation of its pulses, nanoseconds, without and with its own correction.</summary>
    public double PulseNoiseNanoseconds { get; init; } = 30;

    public double CorrectedNoiseNanoseconds { get; init; } = 10;

    internal bool IsBehindSupervisor => Device == "supervisor";
}

/// <summary>Where the receiver's pulses are captured.</summary>
public sealed record PulseOptions
{
    /// <summary>none, kernel (/dev/ppsN), ptp (input of a PTP hardware clock) or gpio (line of a chip).</summary>
    public string Kind { get; init; } = "none";

    /// <summary>/dev/pps0, /dev/ptp0 or /dev/gpiochip0.</summary>
    public string Device { get; init; } = "";

    /// <summary>ptp: which input; gpio: which line.</summary>
    public uint Line { get; init; }

    /// <summary>ptp: pin that is made this input; absent where pins are fixed.</summary>
    public uint? Pin { get; init; }

    /// <summary>
    /// Mean delay from the edge to the stamp, nanoseconds: 7,000 to 20,000 of an interrupt, about 0 of hardware.
    /// </summary>
    public uint LatencyNanoseconds { get; init; }

    /// <summary>How far it can be off that; absent: 20,000 for kernel and gpio, 100 for ptp.</summary>
    public uint? LatencyBoundNanoseconds { get; init; }

    /// <summary>
    /// The captured pulses are those of the box's own oscillator, and the receiver stamps them at its input (TIM-TM2):
    /// its stamp is the pulse's time. Otherwise they are the receiver's own second.
    /// </summary>
    public bool MarkedByReceiver { get; init; }

    /// <summary>
    /// How far such a stamp stands before its edge at most, nanoseconds: it is cut to a step of the receiver's own
    /// counting, always to one side. Where it is known to which, the other is 0, and no half step stays in the bound.
    /// </summary>
    public uint MarkEarlyNanoseconds { get; init; } = 21;

    /// <summary>The same after the edge.</summary>
    public uint MarkLateNanoseconds { get; init; } = 21;
}

/// <summary>Programs of this machine that know the time from others.</summary>
public sealed record PeerOptions
{
    /// <summary>Command socket of chronyd, as in /run/chrony/chronyd.sock.</summary>
    public string? Chrony { get; init; }

    /// <summary>Socket of ptp4l, as in /var/run/ptp4lro.</summary>
    public string? Ptp { get; init; }

    public int PtpDomain { get; init; }

    /// <summary>The clock that ptp4l steers, as in /dev/ptp0; absent: the system clock (software stamps).</summary>
    public string? PtpClock { get; init; }

    /// <summary>
    /// What a PTP message may be queued one way more than the other, beyond the measured delay, nanoseconds; it is in
    /// the bound. 100 where each switch on the way is a PTP clock, 50,000 where they are not, more over a long way.
    /// </summary>
    public uint PtpAsymmetryNanoseconds { get; init; } = 50_000;

    /// <summary>
    /// The same of NTP, on top of half the round trip, which holds any asymmetry of the way: for a server whose own
    /// stamps are known to be late.
    /// </summary>
    public uint NtpAsymmetryNanoseconds { get; init; }

    /// <summary>How often they are asked, seconds.</summary>
    public int PollSeconds { get; init; } = 16;

    /// <summary>Folder of our own ends of the sockets, which the programs can reach.</summary>
    public string SocketFolder { get; init; } = "/run/appliance";

    internal bool Any => Chrony is not null || Ptp is not null;
}

/// <summary>Files of the anchor log.</summary>
public sealed record AnchorOptions
{
    public string Folder { get; init; } = "clock";

    /// <summary>Days after which a file is removed; no shorter than the batches that name its heads are kept.</summary>
    public int Days { get; init; } = 366;

    /// <summary>A file ends at this size, MiB, or with the UTC day.</summary>
    public int FileMiB { get; init; } = 16;
}
