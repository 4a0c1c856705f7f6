using System.Text;
using static Appliance.Tests.Flow.FrameBuilder;

namespace Appliance.Tests.Flow;

/// <summary>Writes ClientHellos by hand.</summary>
internal static class Hellos
{
    /// <summary>A handshake message with a key share of <paramref name="padding"/> bytes before the name.</summary>
    public static byte[] Message(string name, int padding = 32, bool isEncrypted = false)
    {
        byte[] host = Encoding.ASCII.GetBytes(name);
        byte[] extensions = Join(
            Extension(51, new byte[padding]),
            isEncrypted ? Extension(0xFE0D, new byte[20]) : [],
            Extension(0, Join(Big16(host.Length + 3), [0], Big16(host.Length), host)),
            Extension(43, Hex("0203 04")));
        byte[] body = Join(
            Hex("0303"), new byte[32], [32], new byte[32], Hex("0002 1301 01 00"),
            Big16(extensions.Length), extensions);
        return Join([1, 0], Big16(body.Length), body);
    }

    /// <summary>The message in records of at most <paramref name="recordBytes"/>.</summary>
    public static byte[] Records(byte[] message, int recordBytes = 16384)
    {
        var stream = new List<byte>();
        for (int at = 0; at < message.Length; at += recordBytes)
        {
            byte[] part = message[at..Math.Min(message.Length, at + recordBytes)];
            stream.AddRange(Join(Hex("16 0301"), Big16(part.Length), part));
        }

        return [.. stream];
    }

    private static byte[] Extension(int type, byte[] content) => Join(Big16(type), Big16(content.Length), content);
}
