using System.Numerics;

namespace Appliance.Wire;

/// <summary>Reads the root of a whole subtree that was kept.</summary>
/// <param name="height">0 for a leaf; the subtree has 2^height leaves.</param>
/// <param name="index">Index among the subtrees of this height, from the left.</param>
public delegate Hash32 NodeReader(int height, ulong index);

/// <summary>Keeps the root of a whole subtree.</summary>
/// <param name="height">0 for a leaf; the subtree has 2^height leaves.</param>
/// <param name="index">Index among the subtrees of this height, from the left.</param>
/// <param name="node">Its root.</param>
public delegate void NodeWriter(int height, ulong index, Hash32 node);

/// <summary>
/// The tree of RFC 9162 over the roots of its whole subtrees, kept wherever the caller keeps them: two nodes a leaf. An
/// append and each proof read and hash as many nodes as the tree is high, however many leaves it has.
/// </summary>
public sealed class MerkleNodes(NodeReader read)
{
    /// <summary>Nodes hashed so far: what appends and proofs cost.</summary>
    public long Hashes { get; private set; }

    /// <summary>Appends a leaf hash: gives the nodes that became whole, the leaf first.</summary>
    /// <param name="count">Leaves before.</param>
    /// <param name="leaf">Hash of the leaf.</param>
    /// <param name="write">Takes each node.</param>
    public void Append(ulong count, Hash32 leaf, NodeWriter write)
    {
        Hash32 node = leaf;
        write(0, count, node);
        // As many trailing ones as the count has, so many whole subtrees are joined: a carry.
        for (int height = 0; height < BitOperations.TrailingZeroCount(~count); height++)
        {
            node = Join(read(height, (count >> height) - 1), node);
            write(height + 1, count >> (height + 1), node);
        }
    }

    /// <summary>Root of the first leaves; SHA-256 of nothing where there are none (RFC 9162 section 2.1.1).</summary>
    public Hash32 Root(ulong size) => size == 0 ? Hash32.Of([]) : Subtree(0, size);

    /// <summary>PATH(index) of RFC 9162 section 2.1.3.1 in the tree of the first leaves.</summary>
    public Hash32[] Inclusion(ulong index, ulong size)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size);
        var downwards = new List<Hash32>();
        ulong begin = 0;
        ulong end = size;
        while (end - begin > 1)
        {
            ulong middle = begin + Split(end - begin);
            bool isLeft = index < middle;
            downwards.Add(isLeft ? Subtree(middle, end) : Subtree(begin, middle));
            (begin, end) = isLeft ? (begin, middle) : (middle, end);
        }

        downwards.Reverse();
        return [.. downwards];
    }

    /// <summary>PROOF(first, size) of RFC 9162 section 2.1.4.1: that the first leaves are a prefix of all.</summary>
    public Hash32[] Consistency(ulong first, ulong size)
    {
        ArgumentOutOfRangeException.ThrowIfZero(first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first, size);
        var downwards = new List<Hash32>();
        ulong begin = 0;
        ulong end = size;
        while (first != end)
        {
            ulong middle = begin + Split(end - begin);
            bool isLeft = first <= middle;
            downwards.Add(isLeft ? Subtree(middle, end) : Subtree(begin, middle));
            (begin, end) = isLeft ? (begin, middle) : (middle, end);
        }

        // Where the first leaves are a whole subtree from the left, the checker has its root.
        if (begin > 0)
        {
            downwards.Add(Subtree(begin, end));
        }

        downwards.Reverse();
        return [.. downwards];
    }

    /// <summary>Largest power of two smaller than the count, RFC 9162 section 2.1.1.</summary>
    private static ulong Split(ulong count) => 1UL << BitOperations.Log2(count - 1);

    private Hash32 Subtree(ulong begin, ulong end)
    {
        ulong count = end - begin;
        if (BitOperations.IsPow2(count))
        {
            int height = BitOperations.Log2(count);
            return read(height, begin >> height);
        }

        ulong middle = begin + Split(count);
        return Join(Subtree(begin, middle), Subtree(middle, end));
    }

    private Hash32 Join(Hash32 left, Hash32 right)
    {
        Hashes++;
        Span<byte> bytes = stackalloc byte[3 * Hash32.Size];
        left.Write(bytes);
        right.Write(bytes[Hash32.Size..]);
        MerkleTree.Node(bytes[..Hash32.Size], bytes[Hash32.Size..(2 * Hash32.Size)], bytes[(2 * Hash32.Size)..]);
        return Hash32.FromBytes(bytes[(2 * Hash32.Size)..]);
    }
}
