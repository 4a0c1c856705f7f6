using System.Numerics;
using System.Security.Cryptography;

namespace Appliance.Wire;

/// <summary>
/// The tree of RFC 9162 section 2.1 over leaf hashes that are already made. It is left-balanced, which is the same as
/// pairing each level and letting an odd last node rise. All levels are kept: for proofs; <see cref="Root"/> alone
/// needs nothing beyond the leaves.
/// </summary>
public sealed class MerkleTree
{
    private const int Size = Hash32.Size;
    private readonly List<byte[]> levels = [];

    /// <summary>Builds the tree over leaf hashes that stand end to end, 32 bytes each.</summary>
    public MerkleTree(ReadOnlySpan<byte> leaves)
    {
        byte[] level = leaves.ToArray();
        levels.Add(level);
        while (level.Length > Size)
        {
            byte[] above = (byte[])level.Clone();
            Array.Resize(ref above, Reduce(above, level.Length / Size) * Size);
            levels.Add(above);
            level = above;
        }
    }

    /// <summary>Number of leaves.</summary>
    public int Count => levels[0].Length / Size;

    /// <summary>Root of leaf hashes end to end, computed in place: the span is overwritten.</summary>
    public static Hash32 RootInPlace(Span<byte> leaves)
    {
        int count = leaves.Length / Size;
        while (count > 1)
        {
            count = Reduce(leaves, count);
        }

        return count == 0 ? Hash32.Of([]) : Hash32.FromBytes(leaves);
    }

    /// <summary>Root of the whole tree; SHA-256 of nothing where it has no leaves (RFC 9162 section 2.1.1).</summary>
    public Hash32 Root() => Count == 0 ? Hash32.Of([]) : Subtree(0, Count);

    /// <summary>PATH(index) of RFC 9162 section 2.1.3.1: siblings from the leaf up.</summary>
    public Hash32[] Inclusion(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        var path = new List<Hash32>();
        foreach (byte[] level in levels)
        {
            int sibling = index ^ 1;
            if (sibling * Size < level.Length)
            {
                path.Add(Hash32.FromBytes(level.AsSpan(sibling * Size)));
            }

            index >>= 1;
        }

        return [.. path];
    }

    /// <summary>PROOF(first, n) of RFC 9162 section 2.1.4.1: that the first leaves are a prefix of all.</summary>
    public Hash32[] Consistency(int first)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(first, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first, Count);
        var path = new List<Hash32>();
        int begin = 0;
        int end = Count;
        bool whole = true;
        var upwards = new Stack<Hash32>();
        while (first != end)
        {
            int middle = begin + Split(end - begin);
            if (first <= middle)
            {
                upwards.Push(Subtree(middle, end));
                end = middle;
            }
            else
            {
                upwards.Push(Subtree(begin, middle));
                begin = middle;
                whole = false;
            }
        }

        if (!whole)
        {
            path.Add(Subtree(begin, end));
        }

        path.AddRange(upwards);
        return [.. path];
    }

    /// <summary>H(0x01 || left || right).</summary>
    internal static void Node(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, Span<byte> node)
    {
        Span<byte> buffer = stackalloc byte[1 + (2 * Size)];
        buffer[0] = 1;
        left.CopyTo(buffer[1..]);
        right.CopyTo(buffer[(1 + Size)..]);
        SHA256.HashData(buffer, node);
    }

    /// <summary>One level up, in place; returns its number of nodes.</summary>
    private static int Reduce(Span<byte> nodes, int count)
    {
        const int lanes = Sha256Lanes.Lanes;
        int stride = Sha256Lanes.PaddedSize(1 + (2 * Size));
        Span<byte> messages = stackalloc byte[lanes * stride];
        Span<int> lengths = stackalloc int[lanes];
        lengths.Fill(1 + (2 * Size));
        for (int first = 0; first < count / 2; first += lanes)
        {
            // The nodes made lie below the pairs that are still to be read.
            int pairs = Math.Min(lanes, (count / 2) - first);
            for (int i = 0; i < pairs; i++)
            {
                messages[i * stride] = 1;
                nodes.Slice((first + i) * 2 * Size, 2 * Size).CopyTo(messages[((i * stride) + 1)..]);
            }

            Sha256Lanes.Hash(messages, stride, lengths[..pairs], nodes[(first * Size)..]);
        }

        if (count % 2 == 1)
        {
            nodes.Slice((count - 1) * Size, Size).CopyTo(nodes[(count / 2 * Size)..]);
        }

        return (count + 1) / 2;
    }

    /// <summary>Largest power of two smaller than the count, RFC 9162 section 2.1.1.</summary>
    private static int Split(int count) => 1 << BitOperations.Log2((uint)(count - 1));

    private Hash32 Subtree(int begin, int end)
    {
        int count = end - begin;
        if (BitOperations.IsPow2(count))
        {
            int height = BitOperations.Log2((uint)count);
            return Hash32.FromBytes(levels[height].AsSpan((begin >> height) * Size));
        }

        int middle = begin + Split(count);
        Span<byte> node = stackalloc byte[3 * Size];
        Subtree(begin, middle).Write(node);
        Subtree(middle, end).Write(node[Size..]);
        Node(node[..Size], node[Size..(2 * Size)], node[(2 * Size)..]);
        return Hash32.FromBytes(node[(2 * Size)..]);
    }
}
