using System.Buffers.Binary;
using static Appliance.Flow.PcapngNumbers;

namespace Appliance.Flow;

/// <summary>
/// The block-structured capture file (draft-ietf-opsawg-pcapng). Sections may differ in byte order, interfaces in
/// link type and clock resolution. Blocks that hold no frame and describe no interface are stepped over.
/// <code>
/// block      type u32 | total length u32 | body, padded to 4 | total length u32
/// section    0x0A0D0D0A: byte-order magic 0x1A2B3C4D | version u16 u16 | section length i64 | options
/// interface  1: link type u16 | reserved u16 | snap length u32 | options (9 if_tsresol, 14 if_tsoffset)
/// packet     2, obsolete: interface u16 | drops u16 | stamp high u32, low u32 | captured u32 | length u32 | bytes
/// simple     3: length u32 | bytes          enhanced  6: interface u32 | stamp high, low | captured | length | bytes
/// </code>
/// </summary>
internal sealed class PcapngFormat(ushort interfaceNumber, bool countInterfaces)
{
    private const int Envelope = 12;
    private readonly CaptureInterface[] interfaces = new CaptureInterface[Limits.CaptureInterfacesMax];
    private int interfaceCount;
    private bool isBig;
    private long lastStampNs;

    public string? Problem { get; private set; }

    /// <summary>Bytes of a block without interest that are still to come.</summary>
    public long Skipping { get; private set; }

    public int Parse(ReadOnlySpan<byte> bytes, Span<PacketRef> packets, out int consumed)
    {
        int at = 0;
        int count = 0;
        while (count < packets.Length)
        {
            int skip = (int)Math.Min(Skipping, bytes.Length - at);
            at += skip;
            Skipping -= skip;
            int length = Skipping > 0 ? 0 : BlockAt(bytes[at..]);
            if (length == 0 || (length > 0 && !Block(bytes.Slice(at, length), at, packets, ref count)))
            {
                break;
            }

            at += Math.Max(length, 0);
        }

        consumed = at;
        return count;
    }

    // The length of the whole block at hand; -1 where its bytes are to be stepped over, 0 to wait or stop.
    private int BlockAt(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < Envelope)
        {
            return 0;
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes) == SectionHeader && !OpenSection(bytes[8..]))
        {
            return 0;
        }

        uint type = Read32(bytes);
        uint length = Read32(bytes[4..]);
        if (length < Envelope || length % 4 != 0)
        {
            Problem = $"a block gives its length as {length}, which no block can have";
            return 0;
        }

        if (type is InterfaceBlock or ObsoletePacket or SimplePacket or EnhancedPacket)
        {
            if (length > Limits.CaptureFrameBytesMax + 1024)
            {
                Problem = $"a block claims {length} bytes, more than a frame of {Limits.CaptureFrameBytesMax} needs";
                return 0;
            }

            return length <= bytes.Length ? (int)length : 0;
        }

        Skipping = length;
        return -1;
    }

    private bool OpenSection(ReadOnlySpan<byte> body)
    {
        uint magic = BinaryPrimitives.ReadUInt32LittleEndian(body);
        if (magic != ByteOrderMagic && BinaryPrimitives.ReverseEndianness(magic) != ByteOrderMagic)
        {
            Problem = "a section header has no byte-order magic";
            return false;
        }

        isBig = magic != ByteOrderMagic;
        interfaceCount = 0;
        return true;
    }

    private bool Block(ReadOnlySpan<byte> block, int at, Span<PacketRef> packets, ref int count)
    {
        if (Read32(block[^4..]) != block.Length)
        {
            Problem = "the two lengths of a block differ";
            return false;
        }

        uint type = Read32(block);
        if (type == InterfaceBlock)
        {
            return AddInterface(block[8..^4]);
        }

        int fixedBytes = type == SimplePacket ? 4 : 20;
        if (block.Length < Envelope + fixedBytes)
        {
            Problem = "a packet block is shorter than its own fields";
            return false;
        }

        ref PacketRef packet = ref packets[count];
        bool whole = type == SimplePacket
            ? Simple(block, ref packet)
            : Timed(block, type == ObsoletePacket, ref packet);
        packet.Offset = at + 8 + fixedBytes;
        count += whole ? 1 : 0;
        return whole;
    }

    private bool AddInterface(ReadOnlySpan<byte> body)
    {
        if (body.Length < 8 || interfaceCount == interfaces.Length)
        {
            Problem = body.Length < 8
                ? "an interface block is shorter than its own fields"
                : $"the section describes more than {Limits.CaptureInterfacesMax} interfaces";
            return false;
        }

        if (!CaptureInterface.TryRead(body, isBig, out interfaces[interfaceCount]))
        {
            Problem = "an interface has a clock resolution that does not exist";
            return false;
        }

        interfaceCount++;
        return true;
    }

    private bool Timed(ReadOnlySpan<byte> block, bool isObsolete, ref PacketRef packet)
    {
        uint number = isObsolete ? Read16(block[8..]) : Read32(block[8..]);
        uint captured = Read32(block[20..]);
        if (number >= interfaceCount)
        {
            Problem = $"a frame names interface {number}, which no block of its section describes";
            return false;
        }

        ulong ticks = ((ulong)Read32(block[12..]) << 32) | Read32(block[16..]);
        lastStampNs = interfaces[number].ToNs(ticks);
        return Fill(number, captured, Read32(block[24..]), block.Length - Envelope - 20, ref packet);
    }

    // A simple block has no stamp: it takes the one before it, so that the order in the file stays the order in time.
    private bool Simple(ReadOnlySpan<byte> block, ref PacketRef packet)
    {
        if (interfaceCount == 0)
        {
            Problem = "a frame comes before any interface is described";
            return false;
        }

        uint length = Read32(block[8..]);
        uint snap = interfaces[0].SnapLength;
        uint captured = Math.Min(length, (uint)(block.Length - Envelope - 4));
        return Fill(0, snap == 0 ? captured : Math.Min(captured, snap), length, block.Length, ref packet);
    }

    private bool Fill(uint number, uint captured, uint length, int room, ref PacketRef packet)
    {
        if (captured > room || captured > Limits.CaptureFrameBytesMax)
        {
            Problem = $"a frame claims {captured} bytes, more than its block holds or than may be";
            return false;
        }

        packet.StampNs = lastStampNs;
        packet.Captured = (int)captured;
        packet.Length = length < captured || length > int.MaxValue ? (int)captured : (int)length;
        packet.Interface = (ushort)(interfaceNumber + (countInterfaces ? number : 0));
        packet.LinkType = interfaces[number].LinkType;
        packet.StrippedVlan = 0;
        return true;
    }

    private uint Read32(ReadOnlySpan<byte> bytes) => isBig
        ? BinaryPrimitives.ReadUInt32BigEndian(bytes)
        : BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    private ushort Read16(ReadOnlySpan<byte> bytes) => isBig
        ? BinaryPrimitives.ReadUInt16BigEndian(bytes)
        : BinaryPrimitives.ReadUInt16LittleEndian(bytes);
}
