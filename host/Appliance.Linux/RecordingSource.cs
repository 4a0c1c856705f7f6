using System.Buffers.Binary;
using System.Text;
using Appliance.Flow;
using Microsoft.Win32.SafeHandles;
using static Appliance.Flow.PcapngNumbers;

namespace Appliance.Linux;

/// <summary>
/// Writes down what a packet source hands over, exactly as it is consumed, so that a replay sees the same: stamps to
/// the nanosecond, original lengths, what was captured of each frame, and at the end when that was and how many the
/// kernel dropped. For diagnosis only: the file holds customers' traffic in the clear. The packet thread copies into
/// one buffer and writes it in large pieces; a disk that fails or is full ends the recording, never the capture.
/// <code>
/// pcapng: section | interface (name, link type, nanoseconds) | enhanced packet ... | interface statistics
/// </code>
/// </summary>
public sealed class RecordingSource : IPacketSource
{
    private const ushort LinkEthernet = 1;
    private const ushort VlanType = 0x8100;
    private const int AddressBytes = 12;
    private const int TagBytes = 4;
    private const int EnvelopeBytes = 32;
    private const int StatisticsBytes = 40;

    private readonly IPacketSource source;
    private readonly SafeFileHandle file;
    private readonly string name;
    private readonly byte[] buffer = new byte[LinuxLimits.RecordingBufferBytes];
    private int used;
    private long written;
    private bool hasHeader;
    private bool isOver;
    private volatile string? problem;

    /// <summary>Makes the file; it must not be there.</summary>
    /// <param name="source">What is recorded; disposed with the recording.</param>
    /// <param name="path">The file.</param>
    /// <param name="name">Name of the interface.</param>
    /// <exception cref="Journal.JournalDeviceException">The file cannot be made, or is there.</exception>
    public RecordingSource(IPacketSource source, string path, string name)
        : this(source, path, name, SyncedFile.Open(path, LibC.ReadWrite | LibC.CreateNew))
    {
    }

    /// <summary>Records into a file that is open.</summary>
    internal RecordingSource(IPacketSource source, string path, string name, SafeFileHandle file)
    {
        this.source = source;
        this.name = name;
        this.file = file;
        Path = path;
    }

    /// <summary>Where it is written.</summary>
    public string Path { get; }

    /// <summary>Why the recording has ended early, or null; may be asked by any thread.</summary>
    public string? Problem => problem;

    /// <inheritdoc/>
    public SourceState TryNext(out PacketBlock block)
    {
        SourceState state = source.TryNext(out block);
        if (state == SourceState.Block && !isOver)
        {
            ReadOnlySpan<byte> bytes = block.Bytes;
            foreach (ref readonly PacketRef packet in block.Packets)
            {
                Record(packet, bytes.Slice(packet.Offset, packet.Captured));
            }
        }

        return state;
    }

    /// <summary>Ends the file with what the kernel counted. Called once, when nothing more is consumed.</summary>
    /// <param name="dropped">Packets that found no room and are therefore not in the file.</param>
    /// <param name="endNs">Until when the consumer knew that nothing more came.</param>
    public void Finish(long dropped, long endNs)
    {
        if (isOver)
        {
            return;
        }

        Open(LinkEthernet);
        Span<byte> body = stackalloc byte[StatisticsBytes - 12];
        body.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(body[4..], (uint)(endNs >> 32));
        BinaryPrimitives.WriteUInt32LittleEndian(body[8..], (uint)endNs);
        BinaryPrimitives.WriteUInt16LittleEndian(body[12..], OptionDropped);
        BinaryPrimitives.WriteUInt16LittleEndian(body[14..], sizeof(long));
        BinaryPrimitives.WriteInt64LittleEndian(body[16..], dropped);
        Block(StatisticsBlock, body);
        Flush();
        isOver = true;
    }

    /// <summary>When the recording of a file ended, nanoseconds since 1970; 0 where it has no end.</summary>
    public static long EndOf(string path)
    {
        using SafeFileHandle file = SyncedFile.Open(path, LibC.ReadOnly);
        Span<byte> last = stackalloc byte[StatisticsBytes];
        long at = RandomAccess.GetLength(file) - StatisticsBytes;
        bool isEnd = at > 0 && SyncedFile.Read(file, path, at, last) == StatisticsBytes
            && BinaryPrimitives.ReadUInt32LittleEndian(last) == StatisticsBlock
            && BinaryPrimitives.ReadUInt32LittleEndian(last[4..]) == StatisticsBytes;
        return isEnd
            ? ((long)BinaryPrimitives.ReadUInt32LittleEndian(last[12..]) << 32)
                | BinaryPrimitives.ReadUInt32LittleEndian(last[16..])
            : 0;
    }

    public void Dispose()
    {
        file.Dispose();
        source.Dispose();
    }

    private void Record(in PacketRef packet, ReadOnlySpan<byte> frame)
    {
        if (used + EnvelopeBytes + TagBytes + frame.Length + 3 > buffer.Length)
        {
            Flush();
        }

        Open(packet.LinkType);
        if (isOver || EnvelopeBytes + TagBytes + frame.Length + 3 > buffer.Length - used)
        {
            return;
        }

        // A tag that the card took out goes back where it was on the wire.
        bool isTagged = packet.StrippedVlan != 0 && packet.LinkType == LinkEthernet && frame.Length >= AddressBytes;
        int added = isTagged ? TagBytes : 0;
        int captured = frame.Length + added;
        Span<byte> block = buffer.AsSpan(used, EnvelopeBytes + ((captured + 3) & ~3));
        Envelope(block, EnhancedPacket);
        BinaryPrimitives.WriteUInt32LittleEndian(block[8..], 0);
        BinaryPrimitives.WriteUInt32LittleEndian(block[12..], (uint)(packet.StampNs >> 32));
        BinaryPrimitives.WriteUInt32LittleEndian(block[16..], (uint)packet.StampNs);
        BinaryPrimitives.WriteInt32LittleEndian(block[20..], captured);
        BinaryPrimitives.WriteInt32LittleEndian(block[24..], packet.Length + added);
        Span<byte> data = block[28..^4];
        data[captured..].Clear();
        int head = isTagged ? AddressBytes : 0;
        frame[..head].CopyTo(data);
        if (isTagged)
        {
            BinaryPrimitives.WriteUInt16BigEndian(data[AddressBytes..], VlanType);
            BinaryPrimitives.WriteUInt16BigEndian(data[(AddressBytes + 2)..], packet.StrippedVlan);
        }

        frame[head..].CopyTo(data[(head + added)..]);
        used += block.Length;
    }

    // The link type is known with the first frame.
    private void Open(ushort linkType)
    {
        if (hasHeader)
        {
            return;
        }

        hasHeader = true;
        Span<byte> section = stackalloc byte[16];
        section.Fill(0xFF);
        BinaryPrimitives.WriteUInt32LittleEndian(section, ByteOrderMagic);
        BinaryPrimitives.WriteUInt32LittleEndian(section[4..], 1);
        Block(SectionHeader, section);
        int nameBytes = Encoding.UTF8.GetByteCount(name);
        Span<byte> body = stackalloc byte[8 + 4 + ((LinuxLimits.InterfaceNameMax * 4 + 3) & ~3) + 8 + 4];
        body.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(body, linkType);
        BinaryPrimitives.WriteUInt16LittleEndian(body[8..], OptionName);
        BinaryPrimitives.WriteUInt16LittleEndian(body[10..], (ushort)nameBytes);
        Encoding.UTF8.GetBytes(name, body[12..]);
        int at = 12 + ((nameBytes + 3) & ~3);
        BinaryPrimitives.WriteUInt16LittleEndian(body[at..], OptionResolution);
        BinaryPrimitives.WriteUInt16LittleEndian(body[(at + 2)..], 1);
        body[at + 4] = 9;
        Block(InterfaceBlock, body[..(at + 12)]);
    }

    private void Block(uint type, ReadOnlySpan<byte> body)
    {
        Span<byte> block = buffer.AsSpan(used, 12 + body.Length);
        Envelope(block, type);
        body.CopyTo(block[8..]);
        used += block.Length;
    }

    private static void Envelope(Span<byte> block, uint type)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(block, type);
        BinaryPrimitives.WriteInt32LittleEndian(block[4..], block.Length);
        BinaryPrimitives.WriteInt32LittleEndian(block[^4..], block.Length);
    }

    private void Flush()
    {
        if (isOver)
        {
            return;
        }

        try
        {
            SyncedFile.Write(file, Path, written, buffer.AsSpan(0, used));
            written += used;
        }
        catch (Journal.JournalDeviceException failure)
        {
            problem = $"the recording ended after {written} bytes: {failure.Message}";
            isOver = true;
        }

        used = 0;
    }
}
