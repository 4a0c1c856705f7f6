using System.Runtime.CompilerServices;
using Appliance.Flow;
using Microsoft.Win32.SafeHandles;

namespace Appliance.Linux.Packets;

/// <summary>
/// One interface as a packet source: a TPACKET_V3 ring that the kernel fills block by block and that is read in place.
/// A block belongs to the reader from the moment its status says so until the next call. One thread calls
/// <see cref="TryNext"/>; <see cref="ReadCounters"/> and <see cref="BlocksFilled"/> may be called from another.
/// <code>
/// block: | BlockHeader | FrameSlot, link address, gap, frame, pad | FrameSlot, ... |
///          status ------ kernel writes User when full or timed out; we write Kernel when done
/// </code>
/// </summary>
public sealed unsafe class PacketRing : IPacketSource
{
    private const ushort HardwareEthernet = 1; // ARPHRD_ETHER
    private const ushort HardwareLoopback = 772; // ARPHRD_LOOPBACK, which has an Ethernet header
    private const uint VlanIdBits = 0x0FFF;
    private const ushort LinkEthernet = 1;
    private const ushort LinkRawIp = 101;

    private readonly SafeFileHandle socket;
    private readonly PacketRef[] packets = new PacketRef[Limits.BlockFramesMax];
    private readonly ushort interfaceNumber;
    private readonly ushort linkType;
    private readonly string name;
    private readonly Lock countersLock = new();
    private byte* ring;
    private long statReceived, statDropped, statFreezes;
    private long handed, byCard, byKernel, late;
    private int current;
    private bool isHeld;

    /// <summary>Opens the ring; frames are received from here on.</summary>
    /// <param name="options">Checked settings.</param>
    /// <param name="interfaceNumber">Number of the interface in the order of configuration.</param>
    /// <exception cref="IOException">No such interface, not permitted, no memory: one line.</exception>
    public PacketRing(RingOptions options, ushort interfaceNumber)
    {
        if (options.Check() is { } wrong)
        {
            throw new ArgumentException(wrong, nameof(options));
        }

        name = options.Interface;
        this.interfaceNumber = interfaceNumber;
        BlockCount = (int)((options.RingBytes + LinuxLimits.RingBlockBytes - 1) / LinuxLimits.RingBlockBytes);
        socket = PacketCalls.OpenSocket(name);
        try
        {
            linkType = LinkTypeOf(Start(options));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Blocks in the ring.</summary>
    public int BlockCount { get; }

    /// <summary>Blocks that wait to be read; near <see cref="BlockCount"/> frames are about to be lost.</summary>
    public int BlocksFilled
    {
        get
        {
            int filled = 0;
            for (int block = 0; block < BlockCount; block++)
            {
                filled += (Volatile.Read(ref Header(block)->Status) & RingStatus.User) != 0 ? 1 : 0;
            }

            return filled;
        }
    }

    /// <summary>Frames handed over by <see cref="TryNext"/> so far; asks no kernel.</summary>
    public long Handed => Volatile.Read(ref handed);

    /// <inheritdoc/>
    public SourceState TryNext(out PacketBlock block)
    {
        block = default;
        Release();
        BlockHeader* header = Header(current);
        if ((Volatile.Read(ref header->Status) & RingStatus.User) == 0)
        {
            return SourceState.Idle;
        }

        isHeld = true;
        int count = Fill(header);
        if (count == 0)
        {
            Release();
            return SourceState.Idle;
        }

        block = new PacketBlock(new ReadOnlySpan<byte>(header, LinuxLimits.RingBlockBytes), packets.AsSpan(0, count));
        return SourceState.Block;
    }

    /// <summary>
    /// Counters since the ring was opened. The kernel's own are asked for, which sets them to zero there.
    /// </summary>
    public RingCounters ReadCounters()
    {
        lock (countersLock)
        {
            RingStatistics statistics = default;
            uint length = (uint)sizeof(RingStatistics);
            if (PacketCalls.GetOption(
                socket, PacketCalls.LevelPacket, PacketCalls.Statistics, &statistics, &length) < 0)
            {
                throw PacketCalls.Failure(name, "read the counters of the ring");
            }

            statReceived += statistics.Packets - statistics.Drops;
            statDropped += statistics.Drops;
            statFreezes += statistics.Freezes;
            return new RingCounters(
                statReceived, statDropped, statFreezes, Volatile.Read(ref handed), Volatile.Read(ref byCard),
                Volatile.Read(ref byKernel), Volatile.Read(ref late));
        }
    }

    /// <summary>
    /// Waits until one of the rings has a block, or the time is over; true where one has. A ring whose block is lent
    /// does not count: the kernel calls it readable all the time, and a reader that waits for the other leg would spin.
    /// </summary>
    public static bool WaitAny(ReadOnlySpan<PacketRing> rings, int timeoutMs)
    {
        PollEntry* entries = stackalloc PollEntry[LinuxLimits.RingsMax];
        int count = Math.Min(rings.Length, LinuxLimits.RingsMax);
        for (int index = 0; index < count; index++)
        {
            int file = (int)rings[index].socket.DangerousGetHandle();
            short wanted = rings[index].isHeld ? (short)0 : PacketCalls.PollIn;
            entries[index] = new PollEntry { File = file, Events = (short)(wanted | PacketCalls.PollError) };
        }

        bool ready = PacketCalls.Poll(entries, (nuint)count, timeoutMs) > 0;
        for (int index = 0; ready && index < count; index++)
        {
            if ((entries[index].Returned & PacketCalls.PollError) != 0)
            {
                rings[index].TakeError();
            }
        }

        return ready;
    }

    /// <summary>The last error that the kernel reported of the interface (it went down), or 0; errno numbers.</summary>
    public int LastError { get; private set; }

    /// <summary>Gives the memory back and stops reception.</summary>
    public void Dispose()
    {
        if (ring != null)
        {
            _ = PacketCalls.Unmap(ring, (nuint)BlockCount * LinuxLimits.RingBlockBytes);
            ring = null;
        }

        socket.Dispose();
    }

    private LinkAddress Start(RingOptions options)
    {
        const int Packet = PacketCalls.LevelPacket;
        PacketCalls.Set(socket, name, Packet, PacketCalls.Version, PacketCalls.Version3, "use TPACKET_V3");
        RingRequest request = new()
        {
            BlockBytes = LinuxLimits.RingBlockBytes,
            BlockCount = (uint)BlockCount,
            FrameBytes = LinuxLimits.RingFrameBytes,
            FrameCount = (uint)BlockCount * (LinuxLimits.RingBlockBytes / LinuxLimits.RingFrameBytes),
            BlockTimeoutMs = (uint)options.BlockTimeoutMs,
        };
        PacketCalls.Set(socket, name, Packet, PacketCalls.ReceiveRing, request, "take the memory of the ring");
        Map();
        // Stamps are then taken when the driver hands a frame up, not when it is copied into the ring; the kernel turns
        // that on a little later (a work queue), and the first frames may be counted as stamped late.
        PacketCalls.Set(socket, name, PacketCalls.LevelSocket, PacketCalls.TimestampNs, 1, "ask for stamps");
        if (options.UsesHardwareStamps)
        {
            PacketCalls.Set(
                socket, name, Packet, PacketCalls.Timestamp, PacketCalls.StampRawHardware, "ask for the card's stamps");
        }

        if (options.IgnoresOutgoing)
        {
            PacketCalls.Set(socket, name, Packet, PacketCalls.IgnoreOutgoing, 1, "leave out what is sent");
        }

        if (options.ShortensFrames)
        {
            Attach(SnapFilter.Build());
        }

        LinkAddress bound = PacketCalls.BindTo(socket, name, PacketCalls.AllProtocols);
        if (options.IsPromiscuous)
        {
            Membership membership = new() { Index = bound.Index, Type = PacketCalls.MembershipPromiscuous };
            PacketCalls.Set(socket, name, Packet, PacketCalls.AddMembership, membership, "see all frames");
        }

        return bound;
    }

    private void Map()
    {
        void* address = PacketCalls.Map(
            null, (nuint)BlockCount * LinuxLimits.RingBlockBytes, PacketCalls.ProtectRead | PacketCalls.ProtectWrite,
            PacketCalls.MapShared, socket, 0);
        ring = (nint)address == -1 ? throw PacketCalls.Failure(name, "map the ring") : (byte*)address;
    }

    private void Attach(FilterInstruction[] instructions)
    {
        fixed (FilterInstruction* first = instructions)
        {
            FilterProgram program = new() { Count = (ushort)instructions.Length, Instructions = first };
            PacketCalls.Set(
                socket, name, PacketCalls.LevelSocket, PacketCalls.AttachFilter, program, "attach the filter");
        }
    }

    private static ushort LinkTypeOf(in LinkAddress bound) =>
        bound.HardwareType is HardwareEthernet or HardwareLoopback ? LinkEthernet : LinkRawIp;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private BlockHeader* Header(int block) => (BlockHeader*)(ring + ((long)block * LinuxLimits.RingBlockBytes));

    private void Release()
    {
        if (isHeld)
        {
            Volatile.Write(ref Header(current)->Status, RingStatus.Kernel);
            current = current + 1 == BlockCount ? 0 : current + 1;
            isHeld = false;
        }
    }

    private int Fill(BlockHeader* header)
    {
        byte* start = (byte*)header;
        byte* at = start + header->FirstFrame;
        int count = (int)Math.Min(header->FrameCount, (uint)packets.Length);
        long cardStamps = 0, kernelStamps = 0;
        for (int index = 0; index < count; index++)
        {
            FrameSlot* slot = (FrameSlot*)at;
            ref PacketRef packet = ref packets[index];
            packet.StampNs = (slot->Seconds * 1_000_000_000L) + slot->Nanoseconds;
            packet.Offset = (int)(at - start) + slot->FrameOffset;
            packet.Captured = (int)slot->Captured;
            packet.Length = (int)slot->Length;
            packet.Interface = interfaceNumber;
            packet.LinkType = linkType;
            bool isTagged = (slot->Status & RingStatus.VlanValid) != 0;
            packet.StrippedVlan = isTagged ? (ushort)(slot->VlanTag & VlanIdBits) : (ushort)0;
            cardStamps += slot->Status >> 31;
            kernelStamps += (slot->Status >> 29) & 1;
            at += slot->Next;
        }

        Volatile.Write(ref handed, handed + count);
        Volatile.Write(ref byCard, byCard + cardStamps);
        Volatile.Write(ref byKernel, byKernel + kernelStamps);
        Volatile.Write(ref late, late + count - cardStamps - kernelStamps);
        return count;
    }

    private void TakeError()
    {
        int error = 0;
        uint length = sizeof(int);
        if (PacketCalls.GetOption(socket, PacketCalls.LevelSocket, PacketCalls.SocketError, &error, &length) == 0
            && error != 0)
        {
            LastError = error;
        }
    }
}
