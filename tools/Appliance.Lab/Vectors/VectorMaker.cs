using Appliance.Wire;

namespace Appliance.Lab.Vectors;

/// <summary>Every vector of the batch format: what is accepted, and one or more for each way to be refused.</summary>
internal static class VectorMaker
{
    public static List<VectorFile> All() =>
        [.. Accepted(), .. BrokenBytes.All(), .. BrokenBatches.All(), .. BrokenChains.All(), .. BrokenOthers.All()];

    private static IEnumerable<VectorFile> Accepted()
    {
        yield return Chain();
        yield return Empty();
        yield return OneSection();
        yield return LateKeys();
    }

    /// <summary>Two epochs, their batches and checkpoints, a proof, a receipt and a control message.</summary>
    private static VectorFile Chain()
    {
        var world = new VectorWorld("accepted chain");
        VectorRun first = world.Start();
        SealedBatch zero = VectorWorld.Seal(first);
        SealedBatch one = VectorWorld.Seal(first);
        var head = new ChainPosition(first.Started.Statement.Epoch, 1, one.Id);
        VectorRun second = world.Start(8, first.Started.Id, head);
        SealedBatch next = VectorWorld.Seal(second);
        return world.File(
            "accepted-chain",
            "Two epochs with their batches, a checkpoint, a proof of a row, a receipt and a control message.",
            Refusal.None,
            ("epoch", first.Started.Bytes),
            ("batch", zero.Bytes),
            ("batch", one.Bytes),
            ("head", new Checkpoint(world.Device, head).Sign(world.DeviceKey).Bytes),
            ("epoch", second.Started.Bytes),
            ("batch", next.Bytes),
            ("proof", BrokenOthers.Proof(world, second, next)),
            ("receipt", BrokenOthers.Receipt(world, next).Sign(world.StoreKey).Bytes),
            ("control", BrokenOthers.Control(world).Sign(world.OperatorKey, world.CustodianKey)));
    }

    private static VectorFile Empty()
    {
        var world = new VectorWorld("accepted empty");
        VectorRun run = world.Start();
        SealedBatch batch = run.Started.Sealer.Seal(VectorWorld.Day, default, default, [], [], [], default, []);
        return world.File(
            "accepted-empty",
            "A batch without rows has no section, no ciphertext and no recipient.",
            Refusal.None,
            ("epoch", run.Started.Bytes),
            ("batch", batch.Bytes));
    }

    private static VectorFile OneSection()
    {
        var world = new VectorWorld("accepted one section");
        VectorRun run = world.Start();
        SealedBatch batch = VectorWorld.Seal(run, VectorWorld.Day, VectorRows.Section(1, 5, 9));
        return world.File(
            "accepted-one-section",
            "A notice of the profile source-only has no contact section.",
            Refusal.None,
            ("epoch", run.Started.Bytes),
            ("batch", batch.Bytes));
    }

    private static VectorFile LateKeys()
    {
        var world = new VectorWorld("accepted exhausted keys");
        List<RecipientKey> early = [.. world.Recipients];
        world.Recipients.Clear();
        world.Recipients.AddRange(early.Select(key =>
            RecipientKey.FromPrivate(key.Section, VectorWorld.Day - 3, key.Role, key.Private)));
        VectorRun run = world.Start();
        return world.File(
            "accepted-exhausted-keys",
            "The key schedule ended three days before: its last day's keys serve, and the manifest says so.",
            Refusal.None,
            ("epoch", run.Started.Bytes),
            ("batch", VectorWorld.Seal(run).Bytes));
    }
}
