using System.Buffers.Binary;

namespace Appliance.Flow;

/// <summary>
/// A keyed 64-bit mix of two rounds of 64x64 to 128 bit multiplication, folded (the shape of wyhash and umash).
/// It is no MAC: it stands where the output never leaves the box and only has to be unpredictable to those who choose
/// the input. A sender of crafted packets sees neither hash nor timing (a mirror port has no way back), so collisions
/// can only be guessed: with 256 random key bits, fresh at each start, two chosen inputs meet in one bucket with the
/// chance of random ones, and the tables are bounded anyway.
/// </summary>
internal readonly struct KeyedHash
{
    public const int KeyBytes = 32;

    private readonly ulong k0;
    private readonly ulong k1;
    private readonly ulong k2;
    private readonly ulong k3;

    /// <param name="key">32 random bytes, fresh at each start.</param>
    public KeyedHash(ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeyBytes, nameof(key));
        // The constants (fraction of the golden ratio, multiplied on) keep a poor key of a test from zero factors.
        k0 = BinaryPrimitives.ReadUInt64LittleEndian(key) ^ 0x9E37_79B9_7F4A_7C15;
        k1 = BinaryPrimitives.ReadUInt64LittleEndian(key[8..]) ^ 0xBF58_476D_1CE4_E5B9;
        k2 = BinaryPrimitives.ReadUInt64LittleEndian(key[16..]) ^ 0x94D0_49BB_1331_11EB;
        k3 = BinaryPrimitives.ReadUInt64LittleEndian(key[24..]) ^ 0xD6E8_FEB8_6659_FD93;
    }

    public ulong Of(ulong a, ulong b)
    {
        ulong first = Fold(a ^ k0, b ^ k1);
        return Fold(first ^ k2, b + k3) ^ first;
    }

    /// <summary>Mixes bytes into a hash, 16 at a time, the length last.</summary>
    public ulong Of(ulong seed, ReadOnlySpan<byte> bytes)
    {
        ulong hash = seed;
        ReadOnlySpan<byte> rest = bytes;
        while (rest.Length >= 16)
        {
            ulong a = BinaryPrimitives.ReadUInt64LittleEndian(rest);
            hash = Fold(hash ^ a ^ k0, BinaryPrimitives.ReadUInt64LittleEndian(rest[8..]) ^ k1);
            rest = rest[16..];
        }

        Span<byte> tail = stackalloc byte[16];
        tail.Clear();
        rest.CopyTo(tail);
        hash ^= BinaryPrimitives.ReadUInt64LittleEndian(tail);
        return Of(hash, BinaryPrimitives.ReadUInt64LittleEndian(tail[8..]) ^ ((ulong)bytes.Length << 56));
    }

    private static ulong Fold(ulong a, ulong b)
    {
        ulong high = Math.BigMul(a, b, out ulong low);
        return high ^ low;
    }
}
