using System.Buffers.Binary;

namespace Appliance.Lab.Traffic;

/// <summary>
/// Random bytes that data payloads are cut from, with the running Internet checksum (RFC 1071) at every even offset,
/// so that the checksum of any cut costs two loads instead of a pass over the bytes.
/// </summary>
internal sealed class PayloadPool
{
    // Room for the longest cut after the last offset.
    private readonly byte[] bytes = new byte[Limits.PayloadPoolBytes + Limits.HelloBytesMax];
    private readonly uint[] sums;

    public PayloadPool(ulong seed)
    {
        Prng random = new(Prng.Mix(seed, 0x706F_6F6C));
        for (int at = 0; at < bytes.Length; at += sizeof(ulong))
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(at), random.Next());
        }

        sums = new uint[(bytes.Length / 2) + 1];
        for (int word = 0; word < bytes.Length / 2; word++)
        {
            sums[word + 1] = sums[word] + BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(word * 2));
        }
    }

    /// <summary>An even offset of the pool, chosen by the number.</summary>
    public static int Offset(ulong draw) => (int)(draw % (Limits.PayloadPoolBytes / 2)) * 2;

    public ReadOnlySpan<byte> Cut(int offset, int length) => bytes.AsSpan(offset, length);

    /// <summary>Sum of the cut's 16-bit words; the running sums may wrap, their difference does not.</summary>
    public uint Sum(int offset, int length)
    {
        uint sum = sums[(offset + length) >> 1] - sums[offset >> 1];
        return (length & 1) == 0 ? sum : sum + ((uint)bytes[offset + length - 1] << 8);
    }
}
