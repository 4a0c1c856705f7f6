namespace Appliance.Supervisor.Link;

/// <summary>Integers in byte arrays, least significant byte first, as every message of the link has them.</summary>
public static class LinkBytes
{
    /// <summary>Writes 16 bits.</summary>
    public static void PutU16(byte[] bytes, int at, int value)
    {
        bytes[at] = (byte)value;
        bytes[at + 1] = (byte)(value >> 8);
    }

    /// <summary>Writes the low 32 bits of a value, signed or not.</summary>
    public static void Put32(byte[] bytes, int at, long value)
    {
        PutU16(bytes, at, (int)(value & 0xFFFF));
        PutU16(bytes, at + 2, (int)((value >> 16) & 0xFFFF));
    }

    /// <summary>Writes 64 bits.</summary>
    public static void Put64(byte[] bytes, int at, long value)
    {
        Put32(bytes, at, value);
        Put32(bytes, at + 4, value >> 32);
    }

    /// <summary>16 bits, 0 to 65,535.</summary>
    public static int U16(byte[] bytes, int at) => bytes[at] | (bytes[at + 1] << 8);

    /// <summary>16 bits, two's complement.</summary>
    public static int I16(byte[] bytes, int at) => (short)U16(bytes, at);

    /// <summary>32 bits, 0 to 4,294,967,295.</summary>
    public static long U32(byte[] bytes, int at) => U16(bytes, at) + ((long)U16(bytes, at + 2) << 16);

    /// <summary>32 bits, two's complement.</summary>
    public static int I32(byte[] bytes, int at) => U16(bytes, at) | (U16(bytes, at + 2) << 16);

    /// <summary>64 bits, two's complement.</summary>
    public static long I64(byte[] bytes, int at) => U32(bytes, at) + (U32(bytes, at + 4) << 32);

    /// <summary>True where all of them are zero, as reserved bytes must be.</summary>
    public static bool AreZero(byte[] bytes, int at, int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (bytes[at + i] != 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Copies bytes; the chip's library has no faster way for a part of an array.</summary>
    public static void Copy(byte[] from, int fromAt, byte[] to, int toAt, int count) =>
        System.Array.Copy(from, fromAt, to, toAt, count);
}
