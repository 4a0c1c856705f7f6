using System.Buffers.Binary;

namespace Appliance.Flow;

/// <summary>
/// AES-128 (FIPS 197), plain: the key schedule of both shapes, and one block without processor support. The tables
/// make its time depend on the data, which is harmless only because QUIC's Initial keys are public (RFC 9001
/// section 5.2): nothing secret may ever be given to it.
/// </summary>
internal static class Aes128
{
    public const int BlockBytes = 16;

    /// <summary>Eleven round keys.</summary>
    public const int ScheduleBytes = 176;

    private static readonly byte[] Box = MakeBox();

    /// <summary>Expands a key of 16 bytes into <see cref="ScheduleBytes"/> bytes.</summary>
    public static void Expand(ReadOnlySpan<byte> key, Span<byte> schedule)
    {
        key.CopyTo(schedule);
        uint last = BinaryPrimitives.ReadUInt32LittleEndian(key[12..]);
        uint rcon = 1;
        for (int at = 16; at < ScheduleBytes; at += 4)
        {
            if (at % 16 == 0)
            {
                last = SubWord((last >> 8) | (last << 24)) ^ rcon;
                rcon = Twice((byte)rcon);
            }

            last ^= BinaryPrimitives.ReadUInt32LittleEndian(schedule[(at - 16)..]);
            BinaryPrimitives.WriteUInt32LittleEndian(schedule[at..], last);
        }
    }

    /// <summary>Encrypts one block in place.</summary>
    public static void Encrypt(ReadOnlySpan<byte> schedule, Span<byte> block)
    {
        Span<byte> rows = stackalloc byte[BlockBytes];
        AddKey(schedule, block);
        for (int round = 1; round <= 10; round++)
        {
            for (int i = 0; i < BlockBytes; i++)
            {
                rows[i] = Box[block[(i + (4 * (i % 4))) % 16]];
            }

            rows.CopyTo(block);
            for (int column = 0; round < 10 && column < BlockBytes; column += 4)
            {
                Mix(block.Slice(column, 4));
            }

            AddKey(schedule[(round * BlockBytes)..], block);
        }
    }

    private static void AddKey(ReadOnlySpan<byte> key, Span<byte> block)
    {
        for (int i = 0; i < BlockBytes; i++)
        {
            block[i] ^= key[i];
        }
    }

    private static void Mix(Span<byte> column)
    {
        byte first = column[0];
        byte all = (byte)(column[0] ^ column[1] ^ column[2] ^ column[3]);
        for (int i = 0; i < 4; i++)
        {
            byte next = i == 3 ? first : column[i + 1];
            column[i] ^= (byte)(all ^ Twice((byte)(column[i] ^ next)));
        }
    }

    private static byte Twice(byte value) => (byte)((value << 1) ^ ((value >> 7) * 0x1B));

    private static uint SubWord(uint word) => Box[(byte)word]
        | ((uint)Box[(byte)(word >> 8)] << 8)
        | ((uint)Box[(byte)(word >> 16)] << 16)
        | ((uint)Box[word >> 24] << 24);

    // FIPS 197 section 5.1.1: the inverse in GF(2^8), then an affine map. Walks p = 3^n and q = 3^-n together.
    private static byte[] MakeBox()
    {
        byte[] box = new byte[256];
        byte p = 1;
        byte q = 1;
        do
        {
            p ^= Twice(p);
            q ^= (byte)(q << 1);
            q ^= (byte)(q << 2);
            q ^= (byte)(q << 4);
            q ^= (byte)((q >> 7) * 0x09);
            box[p] = (byte)(q ^ Rotate(q, 1) ^ Rotate(q, 2) ^ Rotate(q, 3) ^ Rotate(q, 4) ^ 0x63);
        }
        while (p != 1);

        box[0] = 0x63;
        return box;
    }

    private static byte Rotate(byte value, int by) => (byte)((value << by) | (value >> (8 - by)));
}
