using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace Appliance.Wire;

/// <summary>
/// SHA-256 (FIPS 180-4) of eight short messages at once: lane i of every vector belongs to message i. The platform's
/// one-shot call costs far more around the hash than in it; it remains the way where vectors are not accelerated, and
/// the oracle of the tests. Messages of a group may differ in length: a lane that is through keeps its state.
/// </summary>
internal static class Sha256Lanes
{
    public const int Lanes = 8;
    public const int BlockBytes = 64;

    /// <summary>In two halves of 128 bits it takes 0.97 of the time of the platform's call: not worth it.</summary>
    public static bool IsSupported => Vector256.IsHardwareAccelerated;

    private static readonly uint[] K =
    [
        0x428A2F98, 0x71374491, 0xB5C0FBCF, 0xE9B5DBA5, 0x3956C25B, 0x59F111F1, 0x923F82A4, 0xAB1C5ED5,
        0xD807AA98, 0x12835B01, 0x243185BE, 0x550C7DC3, 0x72BE5D74, 0x80DEB1FE, 0x9BDC06A7, 0xC19BF174,
        0xE49B69C1, 0xEFBE4786, 0x0FC19DC6, 0x240CA1CC, 0x2DE92C6F, 0x4A7484AA, 0x5CB0A9DC, 0x76F988DA,
        0x983E5152, 0xA831C66D, 0xB00327C8, 0xBF597FC7, 0xC6E00BF3, 0xD5A79147, 0x06CA6351, 0x14292967,
        0x27B70A85, 0x2E1B2138, 0x4D2C6DFC, 0x53380D13, 0x650A7354, 0x766A0ABB, 0x81C2C92E, 0x92722C85,
        0xA2BFE8A1, 0xA81A664B, 0xC24B8B70, 0xC76C51A3, 0xD192E819, 0xD6990624, 0xF40E3585, 0x106AA070,
        0x19A4C116, 0x1E376C08, 0x2748774C, 0x34B0BCB5, 0x391C0CB3, 0x4ED8AA4A, 0x5B9CCA4F, 0x682E6FF3,
        0x748F82EE, 0x78A5636F, 0x84C87814, 0x8CC70208, 0x90BEFFFA, 0xA4506CEB, 0xBEF9A3F7, 0xC67178F2,
    ];

    private static readonly uint[] First =
        [0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19];

    /// <summary>Bytes that a message of this length takes with its padding: whole blocks.</summary>
    public static int PaddedSize(int length) => (length + 9 + BlockBytes - 1) / BlockBytes * BlockBytes;

    /// <summary>Hashes one to eight messages.</summary>
    /// <param name="messages">Message i begins at i strides; the padding is written behind it.</param>
    /// <param name="stride">Bytes from message to message, at least the padded size of the longest.</param>
    /// <param name="lengths">Length of each message.</param>
    /// <param name="digests">Receives 32 bytes for each, end to end; may not overlap the messages.</param>
    public static void Hash(Span<byte> messages, int stride, ReadOnlySpan<int> lengths, Span<byte> digests)
    {
        if (!IsSupported)
        {
            for (int i = 0; i < lengths.Length; i++)
            {
                SHA256.HashData(messages.Slice(i * stride, lengths[i]), digests.Slice(i * Hash32.Size, Hash32.Size));
            }

            return;
        }

        Span<int> blocks = stackalloc int[Lanes];
        int most = Pad(messages, stride, lengths, blocks);
        Span<Vector256<uint>> state = stackalloc Vector256<uint>[8];
        for (int i = 0; i < state.Length; i++)
        {
            state[i] = Vector256.Create(First[i]);
        }

        Span<Vector256<uint>> w = stackalloc Vector256<uint>[64];
        Vector256<int> ends = Vector256.Create<int>(blocks);
        for (int block = 0; block < most; block++)
        {
            Load(messages[(block * BlockBytes)..], stride, MemoryMarshal.Cast<Vector256<uint>, uint>(w));
            Compress(state, w, Vector256.GreaterThan(ends, Vector256.Create(block)).AsUInt32());
        }

        Write(MemoryMarshal.Cast<Vector256<uint>, uint>(state), digests[..(lengths.Length * Hash32.Size)]);
    }

    // FIPS 180-4 section 5.1.1: a one bit, zeros, the length in bits as 64-bit big-endian number.
    private static int Pad(Span<byte> messages, int stride, ReadOnlySpan<int> lengths, Span<int> blocks)
    {
        int most = 0;
        for (int i = 0; i < lengths.Length; i++)
        {
            Span<byte> padding = messages.Slice(i * stride, PaddedSize(lengths[i]))[lengths[i]..];
            padding.Clear();
            padding[0] = 0x80;
            BinaryPrimitives.WriteUInt64BigEndian(padding[^8..], (ulong)lengths[i] * 8);
            blocks[i] = PaddedSize(lengths[i]) / BlockBytes;
            most = Math.Max(most, blocks[i]);
        }

        return most;
    }

    /// <summary>Word t of all lanes goes side by side; a lane that is through brings whatever stands there.</summary>
    private static void Load(ReadOnlySpan<byte> messages, int stride, Span<uint> words)
    {
        for (int lane = 0; lane < Lanes; lane++)
        {
            ReadOnlySpan<byte> block = messages.Slice(lane * stride, BlockBytes);
            for (int t = 0; t < BlockBytes / 4; t++)
            {
                words[(t * Lanes) + lane] = BinaryPrimitives.ReadUInt32BigEndian(block[(t * 4)..]);
            }
        }
    }

    private static void Write(ReadOnlySpan<uint> state, Span<byte> digests)
    {
        for (int at = 0; at < digests.Length; at += 4)
        {
            int lane = at / Hash32.Size;
            int word = at % Hash32.Size / 4;
            BinaryPrimitives.WriteUInt32BigEndian(digests[at..], state[(word * Lanes) + lane]);
        }
    }

    // Section 6.2.2. Eight rounds a turn: after eight, every word is back under its own name, so none has to be moved.
    private static void Compress(Span<Vector256<uint>> state, Span<Vector256<uint>> w, Vector256<uint> isOn)
    {
        for (int i = 16; i < 64; i++)
        {
            Vector256<uint> x = w[i - 15];
            Vector256<uint> y = w[i - 2];
            Vector256<uint> s0 = Right(x, 7) ^ Right(x, 18) ^ (x >>> 3);
            Vector256<uint> s1 = Right(y, 17) ^ Right(y, 19) ^ (y >>> 10);
            w[i] = w[i - 16] + s0 + w[i - 7] + s1;
        }

        Vector256<uint> a = state[0], b = state[1], c = state[2], d = state[3];
        Vector256<uint> e = state[4], f = state[5], g = state[6], h = state[7];
        ReadOnlySpan<uint> k = K;
        for (int i = 0; i + 8 <= 64; i += 8)
        {
            Round(a, b, c, ref d, e, f, g, ref h, w[i] + Vector256.Create(k[i]));
            Round(h, a, b, ref c, d, e, f, ref g, w[i + 1] + Vector256.Create(k[i + 1]));
            Round(g, h, a, ref b, c, d, e, ref f, w[i + 2] + Vector256.Create(k[i + 2]));
            Round(f, g, h, ref a, b, c, d, ref e, w[i + 3] + Vector256.Create(k[i + 3]));
            Round(e, f, g, ref h, a, b, c, ref d, w[i + 4] + Vector256.Create(k[i + 4]));
            Round(d, e, f, ref g, h, a, b, ref c, w[i + 5] + Vector256.Create(k[i + 5]));
            Round(c, d, e, ref f, g, h, a, ref b, w[i + 6] + Vector256.Create(k[i + 6]));
            Round(b, c, d, ref e, f, g, h, ref a, w[i + 7] + Vector256.Create(k[i + 7]));
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
    private static void Add(ref Vector256<uint> state, Vector256<uint> by, Vector256<uint> isOn) => state += by & isOn;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Right(Vector256<uint> x, int bits) => (x >>> bits) | (x << (32 - bits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(
        Vector256<uint> a,
        Vector256<uint> b,
        Vector256<uint> c,
        ref Vector256<uint> d,
        Vector256<uint> e,
        Vector256<uint> f,
        Vector256<uint> g,
        ref Vector256<uint> h,
        Vector256<uint> kw)
    {
        Vector256<uint> t1 = h + (Right(e, 6) ^ Right(e, 11) ^ Right(e, 25)) + (g ^ (e & (f ^ g))) + kw;
        d += t1;
        h = t1 + (Right(a, 2) ^ Right(a, 13) ^ Right(a, 22)) + ((a & b) | (c & (a | b)));
    }
}
