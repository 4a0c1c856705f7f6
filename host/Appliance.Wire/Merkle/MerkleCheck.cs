namespace Appliance.Wire;

/// <summary>Checks the proofs of RFC 9162. Needs nothing but the arguments; never throws on bad input.</summary>
public static class MerkleCheck
{
    /// <summary>RFC 9162 section 2.1.3.2: the leaf hash stands at the index in a tree of that size and root.</summary>
    public static bool Includes(ulong size, ulong index, Hash32 leaf, ReadOnlySpan<Hash32> path, Hash32 root)
    {
        if (index >= size)
        {
            return false;
        }

        ulong fn = index;
        ulong sn = size - 1;
        Hash32 at = leaf;
        foreach (Hash32 sibling in path)
        {
            if (sn == 0)
            {
                return false;
            }

            if ((fn & 1) == 1 || fn == sn)
            {
                at = Join(sibling, at);
                Skip(ref fn, ref sn);
            }
            else
            {
                at = Join(at, sibling);
            }

            fn >>= 1;
            sn >>= 1;
        }

        return sn == 0 && at == root;
    }

    /// <summary>RFC 9162 section 2.1.4.2: the tree of the first size is a prefix of the tree of the second.</summary>
    public static bool Extends(ulong first, ulong second, Hash32 root1, Hash32 root2, ReadOnlySpan<Hash32> path)
    {
        if (first == 0 || first > second)
        {
            return false;
        }

        if (first == second)
        {
            return path.Length == 0 && root1 == root2;
        }

        if (path.Length == 0)
        {
            return false;
        }

        // Where the first size is a power of two, its root is a node of the second tree and starts the path.
        bool isNode = System.Numerics.BitOperations.IsPow2(first);
        Hash32 start = isNode ? root1 : path[0];
        return Walk(first - 1, second - 1, start, isNode ? path : path[1..], root1, root2);
    }

    private static bool Walk(ulong fn, ulong sn, Hash32 start, ReadOnlySpan<Hash32> path, Hash32 root1, Hash32 root2)
    {
        while ((fn & 1) == 1)
        {
            fn >>= 1;
            sn >>= 1;
        }

        Hash32 at1 = start;
        Hash32 at2 = start;
        foreach (Hash32 node in path)
        {
            if (sn == 0)
            {
                return false;
            }

            if ((fn & 1) == 1 || fn == sn)
            {
                at1 = Join(node, at1);
                at2 = Join(node, at2);
                Skip(ref fn, ref sn);
            }
            else
            {
                at2 = Join(at2, node);
            }

            fn >>= 1;
            sn >>= 1;
        }

        return sn == 0 && at1 == root1 && at2 == root2;
    }

    /// <summary>Levels on which the node rises alone have no sibling in the path.</summary>
    private static void Skip(ref ulong fn, ref ulong sn)
    {
        while ((fn & 1) == 0 && fn != 0)
        {
            fn >>= 1;
            sn >>= 1;
        }
    }

    private static Hash32 Join(Hash32 left, Hash32 right)
    {
        Span<byte> bytes = stackalloc byte[3 * Hash32.Size];
        left.Write(bytes);
        right.Write(bytes[32..]);
        MerkleTree.Node(bytes[..32], bytes[32..64], bytes[64..]);
        return Hash32.FromBytes(bytes[64..]);
    }
}
