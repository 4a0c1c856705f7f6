using Appliance.Retention.Ingest;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.Store;

/// <summary>
/// The store is killed after every single durable step of a scenario and started again; the device sends again what has
/// no receipt. Nothing is lost, nothing is there twice, and the index is the one of a store that never died.
/// </summary>
public sealed class StoreKillTests
{
    [Fact]
    public void Killed_after_any_step_it_ends_as_if_it_had_never_died()
    {
        using var box = new TestBox();
        Delivery[] scenario = Scenario(box);
        string[] expected = RunWhole(box, scenario, out int steps);
        Assert.True(steps >= 20, $"the scenario has only {steps} durable steps");

        for (int kill = 1; kill <= steps; kill++)
        {
            using var store = new TestStore(box);
            int seen = 0;
            store.After = _ => KillAt(ref seen, kill);
            Dictionary<Hash32, Hash32> receipts = Deliver(store, box, scenario);

            Assert.True(seen >= kill, $"killed at step {kill} of {steps}");
            Assert.Equal(expected, store.Index());
            Assert.Equal(5, receipts.Count);
        }
    }

    private static void KillAt(ref int seen, int kill)
    {
        if (++seen == kill)
        {
            throw new KilledException();
        }
    }

    private static string[] RunWhole(TestBox box, Delivery[] scenario, out int steps)
    {
        using var store = new TestStore(box);
        int seen = 0;
        store.After = _ => seen++;
        Deliver(store, box, scenario);
        steps = seen;
        return store.Index();
    }

    /// <summary>A statement, batches one by one and in groups, one too early, a restart, a fork.</summary>
    private static Delivery[] Scenario(TestBox box)
    {
        StartedEpoch first = box.Start(1);
        var twin = new StartedEpochCopy(box, first);
        SealedBatch fork = twin.Seal(99);
        SealedBatch[] one = [.. Enumerable.Range(0, 3).Select(i => box.Seal(first, i * 5))];
        StartedEpoch second = box.Start(2, TestBox.PositionOf(first, one[2]));
        SealedBatch[] two = [box.Seal(second, 60), box.Seal(second, 65)];
        return
        [
            new(first.Bytes, null),
            new(default, [one[0]]),
            new(default, [one[1], one[2]]),
            new(box.Checkpoint(first, one[2]), null),
            new(default, [two[0]]),
            new(second.Bytes, null),
            new(default, [fork]),
            new(default, [two[1], two[0]]),
        ];
    }

    /// <summary>
    /// Delivers in order as a broker does: what was not committed comes again. Returns the receipts by batch; two for
    /// one batch must be the same.
    /// </summary>
    private static Dictionary<Hash32, Hash32> Deliver(TestStore store, TestBox box, Delivery[] scenario)
    {
        var receipts = new Dictionary<Hash32, Hash32>();
        foreach (Delivery delivery in scenario)
        {
            foreach (Outcome outcome in DeliverUntilTaken(store, delivery))
            {
                if (outcome.Kind is OutcomeKind.Stored or OutcomeKind.Duplicate)
                {
                    Receipt receipt = store.ReadReceipt(outcome, box.Keys.Device);
                    var bytes = Hash32.Of(outcome.Receipt);
                    Assert.True(receipts.TryAdd(receipt.Id, bytes) || receipts[receipt.Id] == bytes);
                }
            }
        }

        return receipts;
    }

    private static IReadOnlyList<Outcome> DeliverUntilTaken(TestStore store, Delivery delivery)
    {
        while (true)
        {
            try
            {
                if (!delivery.Statement.IsEmpty)
                {
                    store.Writer.AddStatement(delivery.Statement, "icr/v1/box/epoch");
                }

                return store.Add(delivery.Batches ?? []);
            }
            catch (KilledException)
            {
                store.Kill();
            }
        }
    }

    private sealed record Delivery(ReadOnlyMemory<byte> Statement, SealedBatch[]? Batches);

    private sealed class KilledException : Exception;
}
