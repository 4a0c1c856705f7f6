using System.Buffers.Binary;

namespace Appliance.Tests.Flow;

/// <summary>
/// Builds frames by hand, layer by layer, innermost last; lengths are right unless a test bends them.
/// </summary>
internal static class FrameBuilder
{
    public const uint ClientV4 = 0x0A00_0001;
    public const uint ServerV4 = 0xC000_0202;

    public static byte[] Join(params byte[][] parts)
    {
        var all = new List<byte>();
        foreach (byte[] part in parts)
        {
            all.AddRange(part);
        }

        return [.. all];
    }

    public static byte[] Hex(string text) => Convert.FromHexString(text.Replace(" ", "").Replace("\n", ""));

    public static byte[] Ethernet(int type, params byte[][] inner) =>
        Join([Hex("020000000001 020000000002"), Big16(type), .. inner]);

    public static byte[] Tag(int id, int type, params byte[][] inner) => Join([Big16(id), Big16(type), .. inner]);

    public static byte[] Ip4(int protocol, byte[] payload, int id = 7, int fragment = 0, byte[]? options = null)
    {
        options ??= [];
        byte[] header = Join(Hex("4500000000000000 4000 0000 0A000001 C0000202"), options);
        header[0] = (byte)(0x40 | ((20 + options.Length) / 4));
        Big16(header.Length + payload.Length).CopyTo(header, 2);
        Big16(id).CopyTo(header, 4);
        Big16(fragment).CopyTo(header, 6);
        header[9] = (byte)protocol;
        return Join(header, payload);
    }

    public static byte[] Ip6(int next, byte[] payload)
    {
        byte[] header = Hex("60000000 0000 00 40 20010DB8000000000000000000000001 20010DB8000000000000000000000002");
        Big16(payload.Length).CopyTo(header, 4);
        header[6] = (byte)next;
        return Join(header, payload);
    }

    public static byte[] Tcp(byte[] payload, int source = 40000, int destination = 443, string options = "")
    {
        byte[] extra = Hex(options);
        byte[] header = Join(Hex("00000000 11223344 55667788 5018 2000 0000 0000"), extra);
        Big16(source).CopyTo(header, 0);
        Big16(destination).CopyTo(header, 2);
        header[12] = (byte)((20 + extra.Length) / 4 << 4);
        return Join(header, payload);
    }

    public static byte[] Udp(byte[] payload, int source = 40000, int destination = 53) =>
        Join(Big16(source), Big16(destination), Big16(8 + payload.Length), [0, 0], payload);

    public static byte[] Big16(int value)
    {
        byte[] bytes = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)value);
        return bytes;
    }

    public static byte[] Big32(uint value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }
}
