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
}
