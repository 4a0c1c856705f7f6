using System.Buffers.Binary;

namespace Appliance.Flow;

/// <summary>
/// The classic capture file (draft-ietf-opsawg-pcap): a 24-byte file header, then frames of a 16-byte header each.
/// <code>
/// file   magic u32 | version u16 u16 | zone i32 | accuracy u32 | snap length u32 | link type u32 (16 bits used)
/// frame  seconds u32 | fraction u32 (us or ns) | captured u32 | length u32 | bytes
/// </code>
/// The magic number tells byte order and the unit of the fraction.
/// </summary>
internal sealed class PcapFormat(ushort interfaceNumber)
{
    private const uint Micro = 0xA1B2_C3D4;
    private const uint Nano = 0xA1B2_3C4D;
    private const int FileHeaderBytes = 24;
    private const int FrameHeaderBytes = 16;
    private bool headerDone;
    private bool isBig;
    private ushort linkType;
    private uint fractionNs;

    public string? Problem { get; private set; }

    /// <summary>True for the four magic numbers, read as little-endian.</summary>
    public static bool IsMagic(uint magic) =>
        magic is Micro or Nano || BinaryPrimitives.ReverseEndianness(magic) is Micro or Nano;

    public int Parse(ReadOnlySpan<byte> bytes, Span<PacketRef> packets, out int consumed)
    {
        int at = 0;
        int count = 0;
        if (!headerDone)
        {
            if (bytes.Length < FileHeaderBytes)
            {
                consumed = 0;
                return 0;
            }

            ReadFileHeader(bytes);
            at = FileHeaderBytes;
        }

        while (count < packets.Length && bytes.Length - at >= FrameHeaderBytes)
        {
            uint captured = Read(bytes.Slice(at + 8, 4));
            if (captured > Limits.CaptureFrameBytesMax)
            {
                Problem = $"a frame claims {captured} bytes, more than the {Limits.CaptureFrameBytesMax} that may be";
                break;
            }

            if (bytes.Length - at - FrameHeaderBytes < (int)captured)
            {
                break;
            }

            Fill(bytes.Slice(at, FrameHeaderBytes), at + FrameHeaderBytes, (int)captured, ref packets[count++]);
            at += FrameHeaderBytes + (int)captured;
        }

        consumed = at;
        return count;
    }

    private void ReadFileHeader(ReadOnlySpan<byte> bytes)
    {
        uint magic = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        isBig = magic is not (Micro or Nano);
        fractionNs = Read(bytes) == Nano ? 1u : 1000u;
        linkType = (ushort)Read(bytes[20..]);
        headerDone = true;
    }

    private void Fill(ReadOnlySpan<byte> header, int offset, int captured, ref PacketRef packet)
    {
        uint length = Read(header[12..]);
        packet.StampNs = (Read(header) * 1_000_000_000L) + (Read(header[4..]) * (long)fractionNs);
        packet.Offset = offset;
        packet.Captured = captured;

        // Old writers left a length below what they captured; above 2 GiB it is damage that harms nothing here.
        packet.Length = length < captured || length > int.MaxValue ? captured : (int)length;
        packet.Interface = interfaceNumber;
        packet.LinkType = linkType;
        packet.StrippedVlan = 0;
    }

    private uint Read(ReadOnlySpan<byte> bytes) => isBig
        ? BinaryPrimitives.ReadUInt32BigEndian(bytes)
        : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
}
