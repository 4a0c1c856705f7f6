using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Appliance.Wire;

/// <summary>
/// The compression of SHA-256 for sixteen messages at once with AVX-512: lane i of every vector belongs to message i.
/// Rotations and functions of three words are single instructions there. In turn on one loaded machine a block took 46
/// ns with padding, beside 101 in eight lanes, 57 with OpenSSL and the processor's own SHA instructions over a long
/// message, and 340 with those over a message of three blocks, which is what a row is.
/// Part of <see cref="Sha256Lanes"/>, which pads; <see cref="Sha256Eight"/> is its portable twin.
/// </summary>
internal static class Sha256Sixteen
{
    public const int Lanes = 16;
    private const int BlockBytes = Sha256Lanes.BlockBytes;

    // Truth tables of three words, for one bit of each: x ^ y ^ z; x ? y : z; the majority.
    private const byte Parity = 0x96;
    private const byte Choice = 0xCA;
    private const byte Majority = 0xE8;

    // Parts of 128 bits for Shuffle4x128: the even ones of both operands, and the odd ones.
    private const byte Evens = 0b10_00_10_00;
    private const byte Odds = 0b11_01_11_01;

    private static readonly Vector512<byte> BigEndian = Vector512.Create(
        Vector256.Create(
            Vector128.Create((byte)3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12),
            Vector128.Create((byte)3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12)),
        Vector256.Create(
            Vector128.Create((byte)3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12),
            Vector128.Create((byte)3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12)));

    public static bool IsSupported => Avx512BW.IsSupported;

    /// <summary>Hashes one to sixteen padded messages; parameters as for eight.</summary>
    /// <inheritdoc cref="Sha256Eight.Hash"/>
    public static void Hash(
        ReadOnlySpan<uint> start,
        ReadOnlySpan<byte> messages,
        int stride,
        ReadOnlySpan<int> blocks,
        Span<byte> digests)
    {
        Span<Vector512<uint>> state = stackalloc Vector512<uint>[Lanes];
        for (int i = 0; i < start.Length; i++)
        {
            state[i] = Vector512.Create(start[i]);
        }

        Span<Vector512<uint>> w = stackalloc Vector512<uint>[64];
        Vector512<int> ends = Vector512.Create(blocks);
        for (int block = 0; Vector512.GreaterThanAny(ends, Vector512.Create(block)); block++)
        {
            for (int lane = 0; lane < Lanes; lane++)
            {
                ReadOnlySpan<byte> bytes = messages.Slice((lane * stride) + (block * BlockBytes), BlockBytes);
                w[lane] = Avx512BW.Shuffle(Vector512.Create(bytes), BigEndian).AsUInt32();
            }

            // The schedule is not yet there: its place is room to turn in.
            Transpose(w[..Lanes], w[Lanes..]);
            Compress(state, w, Vector512.GreaterThan(ends, Vector512.Create(block)).AsUInt32());
        }

        Write(state, w, digests);
    }

    private static void Write(Span<Vector512<uint>> state, Span<Vector512<uint>> scratch, Span<byte> digests)
    {
        // The words of a message are in its lane of eight vectors: turned, they are the first half of its vector.
        Transpose(state, scratch);
        for (int lane = 0; lane * Hash32.Size < digests.Length; lane++)
        {
            Vector512<byte> bytes = Avx512BW.Shuffle(state[lane].AsByte(), BigEndian);
            bytes.GetLower().CopyTo(digests[(lane * Hash32.Size)..]);
        }
    }

    /// <summary>Sixteen vectors of sixteen words: word j of vector i changes places with word i of vector j.</summary>
    private static void Transpose(Span<Vector512<uint>> rows, Span<Vector512<uint>> scratch)
    {
        Span<Vector512<ulong>> pairs = MemoryMarshal.Cast<Vector512<uint>, Vector512<ulong>>(scratch[..Lanes]);
        for (int i = 0; i < Lanes; i += 2)
        {
            pairs[i] = Avx512F.UnpackLow(rows[i], rows[i + 1]).AsUInt64();
            pairs[i + 1] = Avx512F.UnpackHigh(rows[i], rows[i + 1]).AsUInt64();
        }

        // Part L of fours[4i + j] now has word 4L + j of the rows from 4i on.
        Span<Vector512<uint>> fours = scratch.Slice(Lanes, Lanes);
        for (int i = 0; i < Lanes; i += 4)
        {
            fours[i] = Avx512F.UnpackLow(pairs[i], pairs[i + 2]).AsUInt32();
            fours[i + 1] = Avx512F.UnpackHigh(pairs[i], pairs[i + 2]).AsUInt32();
            fours[i + 2] = Avx512F.UnpackLow(pairs[i + 1], pairs[i + 3]).AsUInt32();
            fours[i + 3] = Avx512F.UnpackHigh(pairs[i + 1], pairs[i + 3]).AsUInt32();
        }

        for (int j = 0; j < 4; j++)
        {
            Vector512<uint> evens = Avx512F.Shuffle4x128(fours[j], fours[j + 4], Evens);
            Vector512<uint> odds = Avx512F.Shuffle4x128(fours[j], fours[j + 4], Odds);
            Vector512<uint> lowerEvens = Avx512F.Shuffle4x128(fours[j + 8], fours[j + 12], Evens);
            Vector512<uint> lowerOdds = Avx512F.Shuffle4x128(fours[j + 8], fours[j + 12], Odds);
            rows[j] = Avx512F.Shuffle4x128(evens, lowerEvens, Evens);
            rows[j + 4] = Avx512F.Shuffle4x128(odds, lowerOdds, Evens);
            rows[j + 8] = Avx512F.Shuffle4x128(evens, lowerEvens, Odds);
            rows[j + 12] = Avx512F.Shuffle4x128(odds, lowerOdds, Odds);
        }
    }

    // Section 6.2.2. Eight rounds a turn: after eight, every word is back under its own name, so none has to be moved.
    private static void Compress(Span<Vector512<uint>> state, Span<Vector512<uint>> w, Vector512<uint> isOn)
    {
        for (int i = 16; i < 64; i++)
        {
            Vector512<uint> x = w[i - 15];
            Vector512<uint> y = w[i - 2];
            Vector512<uint> s0 = Xor(Right(x, 7), Right(x, 18), x >>> 3);
            Vector512<uint> s1 = Xor(Right(y, 17), Right(y, 19), y >>> 10);
            w[i] = w[i - 16] + s0 + w[i - 7] + s1;
        }

        Vector512<uint> a = state[0], b = state[1], c = state[2], d = state[3];
        Vector512<uint> e = state[4], f = state[5], g = state[6], h = state[7];
        ReadOnlySpan<uint> k = Sha256Words.Rounds;
        for (int i = 0; i + 8 <= 64; i += 8)
        {
            Round(a, b, c, ref d, e, f, g, ref h, w[i] + Vector512.Create(k[i]));
            Round(h, a, b, ref c, d, e, f, ref g, w[i + 1] + Vector512.Create(k[i + 1]));
            Round(g, h, a, ref b, c, d, e, ref f, w[i + 2] + Vector512.Create(k[i + 2]));
            Round(f, g, h, ref a, b, c, d, ref e, w[i + 3] + Vector512.Create(k[i + 3]));
            Round(e, f, g, ref h, a, b, c, ref d, w[i + 4] + Vector512.Create(k[i + 4]));
            Round(d, e, f, ref g, h, a, b, ref c, w[i + 5] + Vector512.Create(k[i + 5]));
            Round(c, d, e, ref f, g, h, a, ref b, w[i + 6] + Vector512.Create(k[i + 6]));
            Round(b, c, d, ref e, f, g, h, ref a, w[i + 7] + Vector512.Create(k[i + 7]));
        }

        Add(ref state[0], a, isOn);
        Add(ref state[1], b, isOn);
        Add(ref state[2], c, isOn);
        Add(ref state[3], d, isOn);
        Add(ref state[4], e, isOn);
        Add(ref state[5], f, isOn);
        Add(ref state[6], g, isOn);
        Add(ref state[7], h, isOn);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(ref Vector512<uint> state, Vector512<uint> by, Vector512<uint> isOn) => state += by & isOn;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Right(Vector512<uint> x, [ConstantExpected] byte bits) =>
        Avx512F.RotateRight(x, bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Xor(Vector512<uint> x, Vector512<uint> y, Vector512<uint> z) =>
        Avx512F.TernaryLogic(x, y, z, Parity);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(
        Vector512<uint> a,
        Vector512<uint> b,
        Vector512<uint> c,
        ref Vector512<uint> d,
        Vector512<uint> e,
        Vector512<uint> f,
        Vector512<uint> g,
        ref Vector512<uint> h,
        Vector512<uint> kw)
    {
        Vector512<uint> t1 = h + kw + Xor(Right(e, 6), Right(e, 11), Right(e, 25))
            + Avx512F.TernaryLogic(e, f, g, Choice);
        d += t1;
        h = t1 + Xor(Right(a, 2), Right(a, 13), Right(a, 22)) + Avx512F.TernaryLogic(a, b, c, Majority);
    }
}
