using System.Security.Cryptography;
using System.Text.Json;
using Appliance.TestSupport;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Wire;

public sealed class MerkleTests
{
    [SharedFact("merkle")]
    public void Every_inclusion_vector_is_judged_as_it_says()
    {
        int ran = 0;
        int good = 0;
        foreach (JsonElement vector in Vectors("inclusion"))
        {
            bool fits = TryHashes(vector, out Hash32[] path, out Hash32 leaf, out Hash32 root, "leafHash", "root")
                && MerkleCheck.Includes(
                    vector.GetProperty("treeSize").GetUInt64(),
                    vector.GetProperty("leafIdx").GetUInt64(),
                    leaf,
                    path,
                    root);
            Assert.True(fits == !vector.GetProperty("wantErr").GetBoolean(), vector.Str("desc"));
            ran++;
            good += fits ? 1 : 0;
        }

        Assert.Equal((98, 6), (ran, good));
    }

    [SharedFact("merkle")]
    public void Every_consistency_vector_is_judged_as_it_says()
    {
        int ran = 0;
        int good = 0;
        foreach (JsonElement vector in Vectors("consistency"))
        {
            bool read = TryHashes(vector, out Hash32[] path, out Hash32 root1, out Hash32 root2, "root1", "root2");
            bool fits = read && MerkleCheck.Extends(
                vector.GetProperty("size1").GetUInt64(), vector.GetProperty("size2").GetUInt64(), root1, root2, path);
            if (read || vector.GetProperty("wantErr").GetBoolean())
            {
                Assert.True(fits == !vector.GetProperty("wantErr").GetBoolean(), vector.Str("desc"));
            }

            ran++;
            good += fits ? 1 : 0;
        }

        Assert.Equal((98, 5), (ran, good));
    }

    [Fact]
    public void Every_proof_of_every_tree_up_to_70_leaves_verifies_and_no_changed_one_does()
    {
        int proofs = 0;
        for (int n = 1; n <= 70; n++)
        {
            byte[] leaves = LeavesOf(n);
            var tree = new MerkleTree(leaves);
            Hash32 root = tree.Root();
            Assert.Equal(Slow(leaves), root);
            Assert.Equal(root, MerkleTree.RootInPlace((byte[])leaves.Clone()));
            for (int i = 0; i < n; i++)
            {
                Hash32[] path = tree.Inclusion(i);
                Hash32 leaf = Hash32.FromBytes(leaves.AsSpan(i * 32));
                Assert.True(MerkleCheck.Includes((ulong)n, (ulong)i, leaf, path, root), $"{i} of {n}");
                Assert.False(MerkleCheck.Includes((ulong)n, (ulong)i, root with { A = ~leaf.A }, path, root));
                Hash32 earlier = new MerkleTree(leaves.AsSpan(0, (i + 1) * 32)).Root();
                Hash32[] growth = tree.Consistency(i + 1);
                Assert.True(MerkleCheck.Extends((ulong)i + 1, (ulong)n, earlier, root, growth), $"{i + 1} to {n}");
                Hash32 changed = earlier with { B = ~earlier.B };
                Assert.False(MerkleCheck.Extends((ulong)i + 1, (ulong)n, changed, root, growth));
                proofs++;
            }
        }

        Assert.Equal(70 * 71 / 2, proofs);
    }

    [Fact]
    public void The_empty_tree_has_the_hash_of_nothing()
    {
        Assert.Equal(Hash32.FromBytes(SHA256.HashData([])), new MerkleTree([]).Root());
        Assert.Equal(Hash32.FromBytes(SHA256.HashData([])), MerkleTree.RootInPlace([]));
    }

    /// <summary>MTH of RFC 9162 section 2.1.1 as it is written there.</summary>
    private static Hash32 Slow(ReadOnlySpan<byte> leaves)
    {
        int n = leaves.Length / 32;
        if (n == 1)
        {
            return Hash32.FromBytes(leaves);
        }

        int k = 1;
        while (2 * k < n)
        {
            k *= 2;
        }

        byte[] node = [1, .. Slow(leaves[..(k * 32)]).ToArray(), .. Slow(leaves[(k * 32)..]).ToArray()];
        return Hash32.Of(node);
    }

    private static byte[] LeavesOf(int n)
    {
        byte[] leaves = new byte[n * 32];
        for (int i = 0; i < n; i++)
        {
            SHA256.HashData([0, (byte)i], leaves.AsSpan(i * 32));
        }

        return leaves;
    }

    private static IEnumerable<JsonElement> Vectors(string kind)
    {
        string folder = Path.Combine(Checkout.Data("merkle")!, "testdata", kind);
        foreach (string file in Directory.EnumerateFiles(folder, "*.json", SearchOption.AllDirectories).Order())
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file));
            yield return document.RootElement.Clone();
        }
    }

    /// <summary>False where a hash is not 32 bytes long: no call of ours can be made with it.</summary>
    private static bool TryHashes(
        JsonElement vector, out Hash32[] path, out Hash32 first, out Hash32 second, string firstName, string secondName)
    {
        JsonElement proof = vector.GetProperty("proof");
        List<byte[]> all = proof.ValueKind == JsonValueKind.Null
            ? []
            : [.. proof.EnumerateArray().Select(p => Convert.FromBase64String(p.GetString()!))];
        byte[] one = Base64(vector, firstName);
        byte[] two = Base64(vector, secondName);
        bool good = all.Append(one).Append(two).All(h => h.Length == 32);
        path = good ? [.. all.Select(h => Hash32.FromBytes(h))] : [];
        first = good ? Hash32.FromBytes(one) : default;
        second = good ? Hash32.FromBytes(two) : default;
        return good;
    }

    private static byte[] Base64(JsonElement vector, string name) =>
        Convert.FromBase64String(vector.GetProperty(name).GetString() ?? "");
}
