namespace Appliance.Linux;

/// <summary>Every bound of the Linux parts, with its reason.</summary>
internal static class LinuxLimits
{
    /// <summary>The segment being written, those prepared, and one more; closed ones are opened when needed.</summary>
    public const int OpenFilesMax = 8;

    /// <summary>
    /// One block of a ring: at 96 bytes for the smallest slot it holds fewer frames than a packet block may have, and
    /// at 1.5 M packets a second it fills in about 1 ms.
    /// </summary>
    public const int RingBlockBytes = 256 << 10;

    /// <summary>Only a unit of the request; a frame in TPACKET_V3 takes what it needs.</summary>
    public const int RingFrameBytes = 2048;

    /// <summary>
    /// The kernel counts the ring's bytes in 32 bits; half of that keeps lengths and offsets positive.
    /// </summary>
    public const long RingBytesMax = 1L << 30;

    /// <summary>Beyond this the merge of the legs would wait longer than a record may.</summary>
    public const int BlockTimeoutMsMax = 1000;

    /// <summary>IFNAMSIZ of linux/if.h less the zero at its end.</summary>
    public const int InterfaceNameMax = 15;

    /// <summary>
    /// Buffer of a recording: room for the largest frame, and pieces so large that a write costs a few ns a frame.
    /// </summary>
    public const int RecordingBufferBytes = 1 << 20;

    /// <summary>Rings that one thread waits for; a box has at most this many mirror ports.</summary>
    public const int RingsMax = 16;

    /// <summary>CPU_SETSIZE of sched.h.</summary>
    public const int ProcessorsMax = 1024;

    /// <summary>Tries of reading two clocks at one instant: one of five is not interrupted.</summary>
    public const int PairTries = 5;

    /// <summary>Cross readings of a PTP hardware clock in one call; the narrowest stands, and 25 take 60 us.</summary>
    public const int HardwareClockSamples = 9;

    /// <summary>One read of a serial line: 43 ms at 921,600 baud, so a line is never behind for long.</summary>
    public const int SerialReadBytes = 4096;

    /// <summary>A daemon on this machine answers in well under a millisecond; later it is not asked again.</summary>
    public const int LocalAnswerMs = 200;

    /// <summary>Answers that are read for one question: late ones to questions before it are skipped.</summary>
    public const int AnswersPerQuestionMax = 8;

    /// <summary>Sources of chronyd that are asked for; a box has a handful of servers.</summary>
    public const int ChronySourcesMax = 16;

    /// <summary>What the system clock may jump between two looks and not be stepped, ns.</summary>
    public const long SteadyStepNs = 250_000;

    /// <summary>1000 ppm: as the map of stamps has it, more than the kernel slews by its frequency.</summary>
    public const long SteadySlewPart = 1000;

    /// <summary>Ticks of the kernel's clock are turned by a tenth at most (adjtimex(2)): chronyd slews so.</summary>
    public const long SteadyTickPart = 10;

    /// <summary>Looks that follow sooner compare with the one before them: slews are told from steps by time.</summary>
    public const long SteadyLookNs = 5_000_000;

    /// <summary>Steps that records on their way may lie before; nobody steps a clock so often in their time.</summary>
    public const int SteadyStretches = 64;

    /// <summary>Stretches of doubt that are remembered: at most one or two a step and source.</summary>
    public const int SteadyDoubts = 128;

    /// <summary>What was stamped so long ago, ns, is in no record to come: the map of stamps keeps a day.</summary>
    public const long SteadyDoubtAgeNs = 90_000_000_000_000;

    /// <summary>Doubts that overlap and differ by less than an eighth become one: a held-up ring makes many.</summary>
    public const long SteadyLikePart = 8;
}
