using System.Runtime.InteropServices;

namespace Appliance.Linux.Packets;

// The kernel's structures as linux/if_packet.h, linux/filter.h and poll.h give them; a test holds size and offsets.

/// <summary>struct sockaddr_ll, 20 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LinkAddress
{
    public ushort Family;

    /// <summary>Network order.</summary>
    public ushort Protocol;
    public int Index;

    /// <summary>ARPHRD_ number of linux/if_arp.h.</summary>
    public ushort HardwareType;
    public byte PacketType;
    public byte AddressLength;
    public uint AddressHigh;
    public uint AddressLow;
}

/// <summary>struct tpacket_req3, 28 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RingRequest
{
    public uint BlockBytes;
    public uint BlockCount;
    public uint FrameBytes;
    public uint FrameCount;
    public uint BlockTimeoutMs;
    public uint PrivateBytes;
    public uint Features;
}

/// <summary>struct tpacket_block_desc with tpacket_hdr_v1, 48 bytes: the start of each block.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct BlockHeader
{
    public uint Version;
    public uint PrivateOffset;
    public uint Status;
    public uint FrameCount;
    public uint FirstFrame;
    public uint Length;
    public ulong Sequence;
    public uint FirstSeconds;
    public uint FirstNanoseconds;
    public uint LastSeconds;
    public uint LastNanoseconds;
}

/// <summary>struct tpacket3_hdr, 48 bytes: before each frame.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct FrameSlot
{
    public uint Next;
    public uint Seconds;
    public uint Nanoseconds;
    public uint Captured;
    public uint Length;
    public uint Status;
    public ushort FrameOffset;
    public ushort NetworkOffset;
    public uint Hash;
    public uint VlanTag;
    public ushort VlanProtocol;
    public ushort Padding;
    public ulong Reserved;
}

/// <summary>struct tpacket_stats_v3, 12 bytes; the kernel sets them to zero when they are read.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RingStatistics
{
    /// <summary>Frames that matched, dropped ones included.</summary>
    public uint Packets;
    public uint Drops;

    /// <summary>Times that the ring was found full.</summary>
    public uint Freezes;
}

/// <summary>struct packet_mreq, 16 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Membership
{
    public int Index;
    public ushort Type;
    public ushort AddressLength;
    public ulong Address;
}

/// <summary>struct sock_filter, 8 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct FilterInstruction(ushort Code, byte IfTrue, byte IfFalse, uint Operand);

/// <summary>struct sock_fprog, 16 bytes on 64-bit machines.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct FilterProgram
{
    public ushort Count;
    public FilterInstruction* Instructions;
}

/// <summary>struct pollfd, 8 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PollEntry
{
    public int File;
    public short Events;
    public short Returned;
}

/// <summary>Bits of block and frame status.</summary>
internal static class RingStatus
{
    public const uint Kernel = 0; // TP_STATUS_KERNEL
    public const uint User = 1; // TP_STATUS_USER
    public const uint VlanValid = 1 << 4; // TP_STATUS_VLAN_VALID
    public const uint StampSoftware = 1u << 29; // TP_STATUS_TS_SOFTWARE
    public const uint StampRawHardware = 1u << 31; // TP_STATUS_TS_RAW_HARDWARE
}
