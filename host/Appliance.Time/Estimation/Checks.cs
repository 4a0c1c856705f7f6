namespace Appliance.Time.Estimation;

/// <summary>
/// What an integrity check found wrong, one bit each; the numbers are those of time.md section 7. None of them improves
/// a state: a set bit keeps a clock from locking, or ends its lock.
/// </summary>
[Flags]
internal enum Checks : uint
{
    None = 0,

    /// <summary>1: three pulses in a row far from where the oscillator expects them.</summary>
    Step = 1 << 0,

    /// <summary>
    /// 2: pulses drift away together, or the rate left what the oscillator can do in an hour or a day.
    /// </summary>
    Pull = 1 << 1,

    /// <summary>3: the receiver's own clock jumped.</summary>
    ReceiverClock = 1 << 2,

    /// <summary>4: the antenna seems to have moved.</summary>
    Position = 1 << 3,

    /// <summary>5: the receiver says it is spoofed.</summary>
    Spoofing = 1 << 4,

    /// <summary>5: the receiver says it is jammed.</summary>
    Jamming = 1 << 5,

    /// <summary>5: all satellites equally strong, or the gain fell while they stay strong: one transmitter.</summary>
    Signals = 1 << 6,

    /// <summary>6: at least three peers that agree with each other exclude this clock.</summary>
    Peers = 1 << 7,

    /// <summary>6: fewer than three peers, and they do not agree with this clock: nobody knows who is wrong.</summary>
    PeerDoubt = 1 << 8,

    /// <summary>7: pulses missing, double, at the wrong edge, or not a second apart.</summary>
    Pulse = 1 << 9,

    /// <summary>7: the message names another second than the clock does.</summary>
    Label = 1 << 10,

    /// <summary>
    /// 8: messages that contradict themselves: time stands still or runs, no valid bits, odd sawtooth.
    /// </summary>
    Message = 1 << 11,

    /// <summary>8: date before the build or the last trusted time, or years after it.</summary>
    Date = 1 << 12,

    /// <summary>8: the date was repaired by 1,024 weeks and no second witness has confirmed it.</summary>
    DateRepaired = 1 << 13,

    /// <summary>9: somebody stepped the system clock, or the machine slept.</summary>
    HostStep = 1 << 14,

    /// <summary>
    /// 9: somebody changed how the system clock is steered. Told; the estimator does not use that clock.
    /// </summary>
    HostSteering = 1 << 15,

    /// <summary>The receiver vouches for no time: no fix, or not valid.</summary>
    NoFix = 1 << 16,

    /// <summary>The antenna is short or open.</summary>
    Antenna = 1 << 17,

    /// <summary>Applied, the sawtooth correction makes the pulses worse: wrong sign or wrong pulse.</summary>
    Sawtooth = 1 << 18,

    /// <summary>No fault: the operator says that the pulses are to be believed.</summary>
    Trusted = 1 << 19,

    /// <summary>6: a peer names a time that the majority excludes; it is outvoted.</summary>
    Outvoted = 1 << 20,

    /// <summary>A pulse is not used while one of these is set.</summary>
    Distrust = ReceiverClock | Position | Spoofing | Signals | Peers | Label | Date | DateRepaired,

    /// <summary>A pulse that comes with one of these is skipped; it alone proves no attack.</summary>
    Skip = Jamming | Pulse | Message | NoFix | Antenna,
}
