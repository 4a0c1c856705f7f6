using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Appliance.Wire;

/// <summary>
/// The compression of SHA-256 for eight messages at once, in portable vectors: lane i of every vector belongs to
/// message i. Part of <see cref="Sha256Lanes"/>, which pads.
/// </summary>
internal static class Sha256Eight
{
    public const int Lanes = 8;
    private const int BlockBytes = Sha256Lanes.BlockBytes;

    /// <summary>In two halves of 128 bits it takes 0.97 of the time of the platform's call: not worth it.</summary>
    public static bool IsSupported => Vector256.IsHardwareAccelerated;

    /// <summary>Hashes one to eight padded messages.</summary>
    /// <param name="start">The 8 words of the state to begin with.</param>
    /// <param name="messages">Room for eight; message i begins at i strides.</param>
    /// <param name="stride">Bytes from message to message.</param>
    /// <param name="blocks">Blocks of each, 0 where there is no message.</param>
    /// <param name="digests">Receives 32 bytes for each message, end to end; its length says how many.</param>
    public static void Hash(
        ReadOnlySpan<uint> start,
        ReadOnlySpan<byte> messages,
        int stride,
        ReadOnlySpan<int> blocks,
        Span<byte> digests)
    {
        Span<Vector256<uint>> state = stackalloc Vector256<uint>[8];
        for (int i = 0; i < state.Length; i++)
        {
            state[i] = Vector256.Create(start[i]);
        }

        Span<Vector256<uint>> w = stackalloc Vector256<uint>[64];
        Vector256<int> ends = Vector256.Create(blocks);
        for (int block = 0; Vector256.GreaterThanAny(ends, Vector256.Create(block)); block++)
        {
            Load(messages[(block * BlockBytes)..], stride, MemoryMarshal.Cast<Vector256<uint>, uint>(w));
            Compress(state, w, Vector256.GreaterThan(ends, Vector256.Create(block)).AsUInt32());
        }

        Write(MemoryMarshal.Cast<Vector256<uint>, uint>(state), digests);
    }

    /// <summary>The state behind one whole block of a single message.</summary>
    public static void FirstBlock(ReadOnlySpan<byte> block, Span<uint> words)
    {
        Span<Vector256<uint>> state = stackalloc Vector256<uint>[8];
        Span<Vector256<uint>> w = stackalloc Vector256<uint>[64];
        for (int i = 0; i < BlockBytes / 4; i++)
        {
            w[i] = Vector256.Create(BinaryPrimitives.ReadUInt32BigEndian(block[(i * 4)..]));
        }

        for (int i = 0; i < state.Length; i++)
        {
            state[i] = Vector256.Create(Sha256Words.Initial[i]);
        }

        Compress(state, w, Vector256<uint>.AllBitsSet);
        for (int i = 0; i < state.Length; i++)
        {
            words[i] = state[i][0];
        }
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
        ReadOnlySpan<uint> k = Sha256Words.Rounds;
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
