using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Appliance.Wire;

/// <summary>
/// SHA-256 (FIPS 180-4) of sixteen short messages at once, by the widest vectors that the processor has: sixteen lanes
/// (<see cref="Sha256Sixteen"/>), twice eight (<see cref="Sha256Eight"/>), or message by message the platform's
/// one-shot call, which costs far more around the hash than in it, and is the oracle of the tests. Messages of a group
/// may differ in length: a lane that is through keeps its state.
/// </summary>
internal static class Sha256Lanes
{
    public const int Lanes = 16;
    public const int BlockBytes = 64;

    /// <summary>Whether a state behind first blocks can be gone on from; else only <see cref="Hash"/> works.</summary>
    public static bool IsSupported => Sha256Eight.IsSupported;

    /// <summary>Bytes that a message of this length takes with its padding: whole blocks.</summary>
    public static int PaddedSize(int length) => (length + 9 + BlockBytes - 1) / BlockBytes * BlockBytes;

    /// <summary>Hashes one to sixteen messages.</summary>
    /// <param name="messages">
    /// Message i begins at i strides; the padding is written behind it. There is room for sixteen of them.
    /// </param>
    /// <param name="stride">Bytes from message to message, at least the padded size of the longest.</param>
    /// <param name="lengths">Length of each message.</param>
    /// <param name="digests">Receives 32 bytes for each, end to end; may not overlap the messages.</param>
    public static void Hash(Span<byte> messages, int stride, ReadOnlySpan<int> lengths, Span<byte> digests)
    {
        if (IsSupported)
        {
            HashOn(Sha256Words.Initial, 0, messages, stride, lengths, digests);
            return;
        }

        for (int i = 0; i < lengths.Length; i++)
        {
            SHA256.HashData(messages.Slice(i * stride, lengths[i]), digests.Slice(i * Hash32.Size, Hash32.Size));
        }
    }

    /// <summary>The same for messages that all begin with the same blocks, hashed before. Vectors only.</summary>
    /// <param name="start">The 8 words of the state behind these blocks.</param>
    /// <param name="startBytes">Length of these blocks, which counts in the padding.</param>
    /// <param name="messages">What follows them, as in <see cref="Hash"/>.</param>
    /// <param name="stride">As in <see cref="Hash"/>.</param>
    /// <param name="lengths">Lengths of what follows.</param>
    /// <param name="digests">As in <see cref="Hash"/>.</param>
    public static void HashOn(
        ReadOnlySpan<uint> start,
        int startBytes,
        Span<byte> messages,
        int stride,
        ReadOnlySpan<int> lengths,
        Span<byte> digests)
    {
        Span<int> blocks = stackalloc int[Lanes];
        Pad(messages, stride, startBytes, lengths, blocks);
        digests = digests[..(lengths.Length * Hash32.Size)];
        if (Sha256Sixteen.IsSupported)
        {
            Sha256Sixteen.Hash(start, messages, stride, blocks, digests);
        }
        else
        {
            HashEights(start, messages, stride, blocks, digests);
        }
    }

    /// <summary>
    /// The state behind one whole block, for <see cref="HashOn"/>.
    /// </summary>
    public static void FirstBlock(ReadOnlySpan<byte> block, Span<uint> words) => Sha256Eight.FirstBlock(block, words);

    /// <summary>What <see cref="HashOn"/> does without vectors of 512 bits.</summary>
    /// <param name="start">As there.</param>
    /// <param name="messages">Padded.</param>
    /// <param name="stride">As there.</param>
    /// <param name="blocks">Blocks of each of sixteen messages.</param>
    /// <param name="digests">32 bytes for each message that there is.</param>
    internal static void HashEights(
        ReadOnlySpan<uint> start,
        ReadOnlySpan<byte> messages,
        int stride,
        ReadOnlySpan<int> blocks,
        Span<byte> digests)
    {
        const int digestBytes = Sha256Eight.Lanes * Hash32.Size;
        int first = Math.Min(digests.Length, digestBytes);
        Sha256Eight.Hash(start, messages, stride, blocks[..Sha256Eight.Lanes], digests[..first]);
        if (digests.Length > first)
        {
            ReadOnlySpan<byte> others = messages[(Sha256Eight.Lanes * stride)..];
            Sha256Eight.Hash(start, others, stride, blocks[Sha256Eight.Lanes..], digests[first..]);
        }
    }

    // FIPS 180-4 section 5.1.1: a one bit, zeros, the length in bits as 64-bit big-endian number.
    internal static void Pad(
        Span<byte> messages, int stride, int before, ReadOnlySpan<int> lengths, Span<int> blocks)
    {
        for (int i = 0; i < lengths.Length; i++)
        {
            Span<byte> padding = messages.Slice(i * stride, PaddedSize(lengths[i]))[lengths[i]..];
            padding.Clear();
            padding[0] = 0x80;
            BinaryPrimitives.WriteUInt64BigEndian(padding[^8..], (ulong)(before + lengths[i]) * 8);
            blocks[i] = PaddedSize(lengths[i]) / BlockBytes;
        }
    }
}
