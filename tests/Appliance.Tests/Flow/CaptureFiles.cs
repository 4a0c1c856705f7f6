using System.Buffers.Binary;

namespace Appliance.Tests.Flow;

/// <summary>Writes capture files of every shape by hand.</summary>
internal static class CaptureFiles
{
    public static byte[] Pcap(bool isBig, bool isNano, int linkType, params (long Ns, byte[] Frame)[] frames)
    {
        var file = new List<byte>();
        U32(file, isNano ? 0xA1B23C4D : 0xA1B2C3D4, isBig);
        U16(file, 2, isBig);
        U16(file, 4, isBig);
        U32(file, 0, isBig);
        U32(file, 0, isBig);
        U32(file, 262144, isBig);
        U32(file, (uint)linkType, isBig);
        foreach ((long ns, byte[] frame) in frames)
        {
            U32(file, (uint)(ns / 1_000_000_000), isBig);
            U32(file, (uint)(ns % 1_000_000_000 / (isNano ? 1 : 1000)), isBig);
            U32(file, (uint)frame.Length, isBig);
            U32(file, (uint)frame.Length + 10, isBig);
            file.AddRange(frame);
        }

        return [.. file];
    }

    public static byte[] Block(uint type, byte[] body, bool isBig = false)
    {
        var block = new List<byte>();
        int length = 12 + ((body.Length + 3) / 4 * 4);
        U32(block, type, isBig);
        U32(block, (uint)length, isBig);
        block.AddRange(body);
        while (block.Count < length - 4)
        {
            block.Add(0);
        }

        U32(block, (uint)length, isBig);
        return [.. block];
    }

    public static byte[] Section(bool isBig = false) => Block(0x0A0D0D0A, Words(isBig, 0x1A2B3C4D, 1, 0xFFFFFFFF,
        0xFFFFFFFF), isBig);

    public static byte[] Interface(int linkType, byte[] options, bool isBig = false)
    {
        var body = new List<byte>();
        U16(body, (ushort)linkType, isBig);
        U16(body, 0, isBig);
        U32(body, 0, isBig);
        body.AddRange(options);
        return Block(1, [.. body], isBig);
    }

    public static byte[] Enhanced(uint number, ulong ticks, byte[] frame, bool isBig = false) => Block(6, [
        .. Words(isBig, number, (uint)(ticks >> 32), (uint)ticks, (uint)frame.Length, (uint)frame.Length), .. frame],
        isBig);

    public static byte[] Words(bool isBig, params uint[] words)
    {
        var bytes = new List<byte>();
        foreach (uint word in words)
        {
            U32(bytes, word, isBig);
        }

        return [.. bytes];
    }

    private static void U32(List<byte> to, uint value, bool isBig)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, isBig ? BinaryPrimitives.ReverseEndianness(value) : value);
        to.AddRange(bytes);
    }

    private static void U16(List<byte> to, ushort value, bool isBig)
    {
        byte[] bytes = new byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, isBig ? BinaryPrimitives.ReverseEndianness(value) : value);
        to.AddRange(bytes);
    }
}
