using System.Buffers.Binary;
using Appliance.Flow;

namespace Appliance.Lab.Traffic;

/// <summary>Writes frames as a classic pcap file with nanosecond stamps, Ethernet, little endian.</summary>
public sealed class PcapWriter : IDisposable
{
    private const uint MagicNanoseconds = 0xA1B2_3C4D;
    private const int FileHeader = 24;
    private const int RecordHeader = 16;
    private const uint SnapLength = 262_144;
    private const long NsPerSecond = 1_000_000_000;
    private const int BufferBytes = 1 << 20;

    private readonly FileStream file;
    private readonly byte[] buffer = new byte[BufferBytes];
    private int used;

    /// <exception cref="IOException">The file cannot be made.</exception>
    public PcapWriter(string path)
    {
        file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        Span<byte> header = buffer.AsSpan(0, FileHeader);
        header.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(header, MagicNanoseconds);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], 4);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], SnapLength);
        BinaryPrimitives.WriteUInt32LittleEndian(header[20..], 1);
        used = FileHeader;
    }

    /// <summary>Frames written so far.</summary>
    public long Packets { get; private set; }

    /// <summary>Appends every frame of the block.</summary>
    /// <exception cref="IOException">The disk is full or gone.</exception>
    public void Write(in PacketBlock block)
    {
        foreach (ref readonly PacketRef packet in block.Packets)
        {
            int length = RecordHeader + packet.Captured;
            if (used + length > buffer.Length)
            {
                Flush();
            }

            Span<byte> record = buffer.AsSpan(used, length);
            BinaryPrimitives.WriteUInt32LittleEndian(record, (uint)(packet.StampNs / NsPerSecond));
            BinaryPrimitives.WriteUInt32LittleEndian(record[4..], (uint)(packet.StampNs % NsPerSecond));
            BinaryPrimitives.WriteUInt32LittleEndian(record[8..], (uint)packet.Captured);
            BinaryPrimitives.WriteUInt32LittleEndian(record[12..], (uint)packet.Length);
            block.Bytes.Slice(packet.Offset, packet.Captured).CopyTo(record[RecordHeader..]);
            used += length;
            Packets++;
        }
    }

    public void Dispose()
    {
        Flush();
        file.Dispose();
    }

    private void Flush()
    {
        file.Write(buffer, 0, used);
        used = 0;
    }
}
