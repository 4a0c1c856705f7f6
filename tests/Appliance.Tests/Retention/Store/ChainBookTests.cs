using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.Store;

/// <summary>The chain rules over the index, held against those of Wire in memory, on disorderly deliveries.</summary>
public sealed class ChainBookTests
{
    private const int Deliveries = 150;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void The_index_judges_as_the_verifier_in_memory_does(int seed)
    {
        using var box = new TestBox(seed);
        using var store = new TestStore(box);
        var random = new Random(seed);
        var oracle = new ChainVerifier(
            box.Keys.DeviceKey, new ReaderRules(box.Keys.Device, box.Keys.Notice, TestBox.Day + 1));
        (bool IsBatch, ReadOnlyMemory<byte> Bytes)[] objects = Objects(box, random);
        int compared = 0;
        for (int i = 0; i < Deliveries; i++)
        {
            (bool isBatch, ReadOnlyMemory<byte> bytes) = objects[Pick(random, objects.Length, i)];
            Refusal expected = isBatch ? oracle.AddBatch(bytes, out _) : AddStatement(oracle, bytes);
            // What has no accepted statement yet would wait at the store and come out of turn.
            if (expected != Refusal.ForeignKey)
            {
                Refusal found = Deliver(store, isBatch, bytes);
                Assert.True(Same(expected, found), $"seed {seed}, delivery {i}: expected {expected}, found {found}");
                compared++;
            }
        }

        Assert.InRange(compared, Deliveries / 2, Deliveries);
        Assert.Equal(oracle.Finish().Batches, store.Index().Count(line => line.StartsWith("batch ")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_batch_that_continues_another_than_the_attested_one_is_a_fork_and_not_a_missing_batch(bool headFirst)
    {
        using var box = new TestBox();
        using var store = new TestStore(box);
        StartedEpoch run = box.Start(1);
        store.State(box.LastStatement);
        var twin = new StartedEpochCopy(box, run);
        SealedBatch attested = box.Seal(run, 0);
        byte[] head = box.Checkpoint(run, attested);
        twin.Seal(10);
        SealedBatch forked = twin.Seal(20);

        // What the device attested never came itself: only its place and id are known.
        Refusal first = Deliver(store, !headFirst, headFirst ? head : forked.Bytes);
        Refusal second = Deliver(store, headFirst, headFirst ? forked.Bytes : head);

        Assert.Equal((Refusal.None, Refusal.Fork), (first, second));
        Assert.Contains(store.Index(), line => line.StartsWith("alarm fork", StringComparison.Ordinal));
    }

    // The store does not say of a batch that it came late.
    private static bool Same(Refusal expected, Refusal found) =>
        expected == Refusal.Swapped ? found is Refusal.None or Refusal.Swapped : found == expected;

    /// <summary>Mostly in order, with jumps ahead and back and repetitions.</summary>
    private static int Pick(Random random, int count, int step) =>
        Math.Clamp((step * count / Deliveries) + random.Next(-4, 5), 0, count - 1);

    private static Refusal AddStatement(ChainVerifier oracle, ReadOnlyMemory<byte> bytes)
    {
        StatementClaim.TryRead(bytes, out StatementClaim claim);
        return claim.Type == SignedType.Epoch ? oracle.AddEpoch(bytes) : oracle.AddCheckpoint(bytes);
    }

    private static Refusal Deliver(TestStore store, bool isBatch, ReadOnlyMemory<byte> bytes)
    {
        if (isBatch)
        {
            store.Writer.AddBatch(bytes, "batch");
        }
        else
        {
            store.Writer.AddStatement(bytes, "epoch");
        }

        return store.Writer.Commit()[0].Reason;
    }

    /// <summary>Four runs with batches and checkpoints, a clone of one, and a run that forgot the others.</summary>
    private static (bool, ReadOnlyMemory<byte>)[] Objects(TestBox box, Random random)
    {
        var objects = new List<(bool, ReadOnlyMemory<byte>)>();
        ChainPosition? last = null;
        Hash32 previous = default;
        for (uint number = 1; number <= 4; number++)
        {
            StartedEpoch run = box.Start(number, last, previous);
            objects.Add((false, run.Bytes));
            var twin = new StartedEpochCopy(box, run);
            for (int i = random.Next(2, 7); i > 0; i--)
            {
                SealedBatch batch = box.Seal(run, (number * 100) + i);
                objects.Add((true, batch.Bytes));
                last = TestBox.PositionOf(run, batch);
                if (random.Next(3) == 0)
                {
                    objects.Add((false, box.Checkpoint(run, batch)));
                }

                if (number == 2)
                {
                    objects.Add((true, twin.Seal(500 + i).Bytes));
                }
            }

            if (number == 3)
            {
                StartedEpoch forgetful = box.Start(4, null, previous);
                objects.Add((false, forgetful.Bytes));
                objects.Add((true, box.Seal(forgetful, 700).Bytes));
            }

            previous = run.Id;
        }

        return [.. objects];
    }
}
