using System.Buffers.Binary;
using System.Text;

namespace Appliance.Mqtt;

/// <summary>
/// Writes the fields of one packet. The fixed header's length is known only at the end, so five bytes are kept free in
/// front and the header is set right before the body: nothing is moved. Strings were checked before they get here.
/// </summary>
internal sealed class PacketWriter
{
    private const int HeaderBytesMax = 1 + VariableInteger.BytesMax;

    private byte[] buffer = new byte[128];
    private int end = HeaderBytesMax;

    /// <summary>Bytes of the body so far.</summary>
    public ReadOnlySpan<byte> Body => buffer.AsSpan(HeaderBytesMax, end - HeaderBytesMax);

    public void WriteByte(byte value) => Reserve(1)[0] = value;

    public void WriteUInt16(ushort value) => BinaryPrimitives.WriteUInt16BigEndian(Reserve(2), value);

    public void WriteUInt32(uint value) => BinaryPrimitives.WriteUInt32BigEndian(Reserve(4), value);

    public void WriteVariable(uint value)
    {
        Span<byte> bytes = stackalloc byte[VariableInteger.BytesMax];
        WriteRaw(bytes[..VariableInteger.Write(bytes, value)]);
    }

    public void WriteRaw(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Reserve(bytes.Length));

    public void WriteBinary(ReadOnlySpan<byte> bytes)
    {
        WriteUInt16((ushort)bytes.Length);
        WriteRaw(bytes);
    }

    public void WriteText(string text)
    {
        int length = Encoding.UTF8.GetByteCount(text);
        WriteUInt16((ushort)length);
        Encoding.UTF8.GetBytes(text, Reserve(length));
    }

    /// <summary>
    /// The packet's bytes; <paramref name="payloadBytes"/> are counted in its length but follow separately.
    /// </summary>
    public ReadOnlyMemory<byte> Finish(PacketType type, int flags = 0, int payloadBytes = 0)
    {
        Span<byte> length = stackalloc byte[VariableInteger.BytesMax];
        int lengthBytes = VariableInteger.Write(length, (uint)(Body.Length + payloadBytes));
        int start = HeaderBytesMax - lengthBytes - 1;
        buffer[start] = (byte)((int)type << 4 | flags);
        length[..lengthBytes].CopyTo(buffer.AsSpan(start + 1));
        return buffer.AsMemory(start, end - start);
    }

    private Span<byte> Reserve(int count)
    {
        if (end + count > buffer.Length)
        {
            Array.Resize(ref buffer, Math.Max(buffer.Length * 2, end + count));
        }

        end += count;
        return buffer.AsSpan(end - count, count);
    }
}
