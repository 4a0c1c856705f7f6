using System.Numerics;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Wire;

/// <summary>A tree over kept nodes gives what the whole tree gives, at the cost of its height.</summary>
public sealed class MerkleNodesTests
{
    private readonly Dictionary<(int, ulong), Hash32> kept = [];
    private readonly MerkleNodes nodes;
    private readonly List<byte> leaves = [];
    private ulong count;
    private long reads;

    public MerkleNodesTests() => nodes = new MerkleNodes((height, index) =>
    {
        reads++;
        return kept[(height, index)];
    });

    [Fact]
    public void Root_and_proofs_are_those_of_the_whole_tree_at_every_size()
    {
        Assert.Equal(Hash32.Of([]), nodes.Root(0));
        for (int size = 1; size <= 40; size++)
        {
            Append();
            var whole = new MerkleTree(leaves.ToArray());
            Assert.Equal(whole.Root(), nodes.Root((ulong)size));
            for (int i = 0; i < size; i++)
            {
                Assert.Equal(whole.Inclusion(i), nodes.Inclusion((ulong)i, (ulong)size));
                Assert.Equal(whole.Consistency(i + 1), nodes.Consistency((ulong)i + 1, (ulong)size));
            }
        }
    }

    [Fact]
    public void At_a_hundred_thousand_entries_each_step_costs_no_more_than_the_height_of_the_tree()
    {
        const int entries = 100_000;
        int height = BitOperations.Log2(entries) + 1;
        for (int i = 0; i < entries; i++)
        {
            Append();
        }

        // Two nodes a leaf: what appending costs altogether.
        Assert.InRange(nodes.Hashes, entries - height, entries);
        for (ulong at = 1; at < entries; at += 997)
        {
            AssertCheap(height, () => nodes.Inclusion(at, entries));
            AssertCheap(height, () => nodes.Consistency(at, entries));
            AssertCheap(height, () => [nodes.Root(entries)]);
        }

        AssertCheap(height, () =>
        {
            Append();
            return [];
        });
    }

    private void AssertCheap(int height, Func<Hash32[]> step)
    {
        (long hashes, reads) = (nodes.Hashes, 0);
        Hash32[] made = step();
        Assert.InRange(nodes.Hashes - hashes, 0, height);
        Assert.InRange(reads, 0, 2 * height);
        Assert.InRange(made.Length, 0, height + 1);
    }

    private void Append()
    {
        var leaf = Hash32.Of(BitConverter.GetBytes(count));
        leaves.AddRange(leaf.ToArray());
        nodes.Append(count++, leaf, (height, index, node) => kept[(height, index)] = node);
    }
}
