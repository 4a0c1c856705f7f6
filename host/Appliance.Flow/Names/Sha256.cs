using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>The eight working words of SHA-256.</summary>
[InlineArray(8)]
internal struct Sha256State
{
    private uint first;
}

/// <summary>
/// The compression function of SHA-256 (FIPS 180-4 section 6.2.2), alone: the callers hash a few short messages whose
/// padding they know. It exists because the packet thread must not call the platform's library, which takes locks and
/// allocates.
/// </summary>
internal static class Sha256
{
    public const int BlockBytes = 64;

    /// <summary>The words that every hash begins with.</summary>
    public static Sha256State Initial()
    {
        Sha256State state = default;
        Sha256Words.Initial.CopyTo(state);
        return state;
    }

    /// <summary>Takes one block of 64 bytes into the state.</summary>
    public static void Compress(ref Sha256State state, ReadOnlySpan<byte> block)
    {
        Span<uint> w = stackalloc uint[64];
        for (int i = 0; i < 16; i++)
        {
            w[i] = BinaryPrimitives.ReadUInt32BigEndian(block[(i * 4)..]);
        }

        for (int i = 16; i < 64; i++)
        {
            uint a = w[i - 15];
            uint b = w[i - 2];
            uint s0 = BitOperations.RotateRight(a, 7) ^ BitOperations.RotateRight(a, 18) ^ (a >> 3);
            uint s1 = BitOperations.RotateRight(b, 17) ^ BitOperations.RotateRight(b, 19) ^ (b >> 10);
            w[i] = w[i - 16] + s0 + w[i - 7] + s1;
        }

        Rounds(ref state, w);
    }

    /// <summary>Writes the state as the digest's 32 bytes.</summary>
    public static void Write(in Sha256State state, Span<byte> digest)
    {
        for (int i = 0; i < 8; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(digest[(i * 4)..], state[i]);
        }
    }

    // Eight rounds a turn: after eight, every word is back under its own name, so none has to be moved.
    private static void Rounds(ref Sha256State state, ReadOnlySpan<uint> w)
    {
        uint a = state[0], b = state[1], c = state[2], d = state[3];
        uint e = state[4], f = state[5], g = state[6], h = state[7];
        ReadOnlySpan<uint> k = Sha256Words.Rounds;
        for (int i = 0; i + 8 <= 64; i += 8)
        {
            Round(a, b, c, ref d, e, f, g, ref h, k[i] + w[i]);
            Round(h, a, b, ref c, d, e, f, ref g, k[i + 1] + w[i + 1]);
            Round(g, h, a, ref b, c, d, e, ref f, k[i + 2] + w[i + 2]);
            Round(f, g, h, ref a, b, c, d, ref e, k[i + 3] + w[i + 3]);
            Round(e, f, g, ref h, a, b, c, ref d, k[i + 4] + w[i + 4]);
            Round(d, e, f, ref g, h, a, b, ref c, k[i + 5] + w[i + 5]);
            Round(c, d, e, ref f, g, h, a, ref b, k[i + 6] + w[i + 6]);
            Round(b, c, d, ref e, f, g, h, ref a, k[i + 7] + w[i + 7]);
        }

        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
        state[4] += e;
        state[5] += f;
        state[6] += g;
        state[7] += h;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(uint a, uint b, uint c, ref uint d, uint e, uint f, uint g, ref uint h, uint kw)
    {
        uint s1 = BitOperations.RotateRight(e, 6) ^ BitOperations.RotateRight(e, 11) ^ BitOperations.RotateRight(e, 25);
        uint t1 = h + s1 + (g ^ (e & (f ^ g))) + kw;
        uint s0 = BitOperations.RotateRight(a, 2) ^ BitOperations.RotateRight(a, 13) ^ BitOperations.RotateRight(a, 22);
        d += t1;
        h = t1 + s0 + ((a & b) | (c & (a | b)));
    }
}
