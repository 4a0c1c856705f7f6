using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Appliance.Linux.Packets;

/// <summary>Calls and constants of packet sockets (packet(7), linux/if_packet.h, asm-generic/socket.h).</summary>
internal static partial class PacketCalls
{
    public const int AddressFamilyPacket = 17; // AF_PACKET
    public const int SocketRaw = 3; // SOCK_RAW
    public const int SocketCloseOnExec = 0x80000; // SOCK_CLOEXEC
    public const ushort AllProtocols = 0x0003; // ETH_P_ALL

    public const int LevelSocket = 1; // SOL_SOCKET
    public const int SocketError = 4; // SO_ERROR
    public const int SendBuffer = 7; // SO_SNDBUF
    public const int AttachFilter = 26; // SO_ATTACH_FILTER
    public const int TimestampNs = 35; // SO_TIMESTAMPNS_OLD

    public const int LevelPacket = 263; // SOL_PACKET
    public const int AddMembership = 1; // PACKET_ADD_MEMBERSHIP
    public const int ReceiveRing = 5; // PACKET_RX_RING
    public const int Statistics = 6; // PACKET_STATISTICS
    public const int Version = 10; // PACKET_VERSION
    public const int Timestamp = 17; // PACKET_TIMESTAMP
    public const int QueueBypass = 20; // PACKET_QDISC_BYPASS
    public const int IgnoreOutgoing = 23; // PACKET_IGNORE_OUTGOING
    public const int Version3 = 2; // TPACKET_V3
    public const ushort MembershipPromiscuous = 1; // PACKET_MR_PROMISC
    public const int StampRawHardware = 1 << 6; // SOF_TIMESTAMPING_RAW_HARDWARE

    public const int ProtectRead = 1; // PROT_READ
    public const int ProtectWrite = 2; // PROT_WRITE
    public const int MapShared = 1; // MAP_SHARED
    public const short PollIn = 1; // POLLIN
    public const short PollError = 8; // POLLERR
    public const int NetworkNamespace = 0x40000000; // CLONE_NEWNET

    private const string Library = "libc";

    [LibraryImport(Library, EntryPoint = "socket", SetLastError = true)]
    public static partial int Socket(int family, int type, int protocol);

    [LibraryImport(Library, EntryPoint = "setsockopt", SetLastError = true)]
    public static unsafe partial int SetOption(SafeFileHandle socket, int level, int option, void* value, uint length);

    [LibraryImport(Library, EntryPoint = "getsockopt", SetLastError = true)]
    public static unsafe partial int GetOption(
        SafeFileHandle socket, int level, int option, void* value, uint* length);

    [LibraryImport(Library, EntryPoint = "bind", SetLastError = true)]
    public static partial int Bind(SafeFileHandle socket, in LinkAddress address, uint length);

    [LibraryImport(Library, EntryPoint = "getsockname", SetLastError = true)]
    public static partial int NameOf(SafeFileHandle socket, out LinkAddress address, ref uint length);

    [LibraryImport(Library, EntryPoint = "send", SetLastError = true)]
    public static partial nint Send(SafeFileHandle socket, ReadOnlySpan<byte> bytes, nuint length, int flags);

    [LibraryImport(Library, EntryPoint = "mmap", SetLastError = true)]
    public static unsafe partial void* Map(
        void* address, nuint length, int protection, int flags, SafeFileHandle file, long offset);

    [LibraryImport(Library, EntryPoint = "munmap", SetLastError = true)]
    public static unsafe partial int Unmap(void* address, nuint length);

    [LibraryImport(Library, EntryPoint = "poll", SetLastError = true)]
    public static unsafe partial int Poll(PollEntry* entries, nuint count, int timeoutMs);

    [LibraryImport(Library, EntryPoint = "if_nametoindex", SetLastError = true,
        StringMarshalling = StringMarshalling.Utf8)]
    public static partial uint IndexOf(string interfaceName);

    [LibraryImport(Library, EntryPoint = "setns", SetLastError = true)]
    public static partial int SetNamespace(SafeFileHandle file, int kind);

    /// <summary>A packet socket that is not bound yet, so that nothing arrives before its ring is there.</summary>
    public static SafeFileHandle OpenSocket(string what)
    {
        int socket = Socket(AddressFamilyPacket, SocketRaw | SocketCloseOnExec, 0);
        return socket >= 0
            ? new SafeFileHandle(socket, ownsHandle: true)
            : throw Failure(what, "open a packet socket (it needs CAP_NET_RAW)");
    }

    /// <summary>Binds the socket to one interface and starts reception of <paramref name="protocol"/>.</summary>
    public static LinkAddress BindTo(SafeFileHandle socket, string interfaceName, ushort protocol)
    {
        uint index = IndexOf(interfaceName);
        if (index == 0)
        {
            throw Failure(interfaceName, "find the interface");
        }

        LinkAddress address = new()
        {
            Family = AddressFamilyPacket, Protocol = NetworkOrder(protocol), Index = (int)index,
        };
        uint length = (uint)Marshal.SizeOf<LinkAddress>();
        return Bind(socket, address, length) == 0 && NameOf(socket, out LinkAddress bound, ref length) == 0
            ? bound
            : throw Failure(interfaceName, "bind the packet socket");
    }

    /// <summary>Sets an option of any unmanaged type; says which one where the kernel refuses.</summary>
    public static unsafe void Set<T>(SafeFileHandle socket, string name, int level, int option, T value, string what)
        where T : unmanaged
    {
        if (SetOption(socket, level, option, &value, (uint)sizeof(T)) < 0)
        {
            throw Failure(name, what);
        }
    }

    /// <summary>One line: which interface, what was tried, what the kernel said.</summary>
    public static IOException Failure(string name, string what) =>
        new($"{name}: cannot {what}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");

    public static ushort NetworkOrder(ushort value) => (ushort)(value << 8 | value >> 8);
}
