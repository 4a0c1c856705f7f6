using System.Numerics;

namespace Appliance.Wire;

/// <summary>
/// The growing edge of a tree of RFC 9162: the roots of its whole subtrees, largest first. Enough to append and to give
/// the root; a log of 2^40 leaves needs 40 of them.
/// </summary>
public sealed class MerkleFrontier
{
    private readonly List<Hash32> roots = [];

    /// <summary>Number of leaves.</summary>
    public ulong Count { get; private set; }

    /// <summary>Takes up a frontier that <see cref="ToBytes"/> gave; false where the length does not fit.</summary>
    public static bool TryRead(ulong count, ReadOnlySpan<byte> bytes, out MerkleFrontier frontier)
    {
        frontier = new MerkleFrontier { Count = count };
        if (bytes.Length != BitOperations.PopCount(count) * Hash32.Size)
        {
            return false;
        }

        for (int at = 0; at < bytes.Length; at += Hash32.Size)
        {
            frontier.roots.Add(Hash32.FromBytes(bytes[at..]));
        }

        return true;
    }

    /// <summary>Appends a leaf hash.</summary>
    public void Append(Hash32 leaf)
    {
        Hash32 node = leaf;
        // As many trailing ones as the count has, so many whole subtrees of equal size are joined: a carry.
        for (int height = 0; height < BitOperations.TrailingZeroCount(~Count); height++)
        {
            node = Join(roots[^1], node);
            roots.RemoveAt(roots.Count - 1);
        }

        roots.Add(node);
        Count++;
    }

    /// <summary>Root of the tree; SHA-256 of nothing where it has no leaves.</summary>
    public Hash32 Root()
    {
        if (roots.Count == 0)
        {
            return Hash32.Of([]);
        }

        Hash32 root = roots[^1];
        for (int i = roots.Count - 2; i >= 0; i--)
        {
            root = Join(roots[i], root);
        }

        return root;
    }

    /// <summary>The frontier as bytes: 32 for each subtree, largest first.</summary>
    public byte[] ToBytes()
    {
        byte[] bytes = new byte[roots.Count * Hash32.Size];
        for (int i = 0; i < roots.Count; i++)
        {
            roots[i].Write(bytes.AsSpan(i * Hash32.Size));
        }

        return bytes;
    }

    private static Hash32 Join(Hash32 left, Hash32 right)
    {
        Span<byte> bytes = stackalloc byte[3 * Hash32.Size];
        left.Write(bytes);
        right.Write(bytes[Hash32.Size..]);
        MerkleTree.Node(bytes[..Hash32.Size], bytes[Hash32.Size..(2 * Hash32.Size)], bytes[(2 * Hash32.Size)..]);
        return Hash32.FromBytes(bytes[(2 * Hash32.Size)..]);
    }
}
