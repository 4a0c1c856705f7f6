using Appliance.Wire;

namespace Appliance.Lab.Vectors;

/// <summary>Good objects that are missing, repeated, out of order, or of two histories.</summary>
internal static class BrokenChains
{
    public static IEnumerable<VectorFile> All() => Batches().Concat(Epochs());

    private static IEnumerable<VectorFile> Batches()
    {
        yield return Order("missing-batch", "The batch in the middle never comes.", Refusal.Missing, 0, 2);
        yield return Order("missing-first", "The first batch never comes.", Refusal.Missing, 1, 2);
        yield return Order("swapped-batches", "Two batches have changed places.", Refusal.Swapped, 0, 2, 1);
        yield return Order("replayed-batch", "A batch comes again.", Refusal.Replayed, 0, 1, 0);
        yield return MissingTail();
        yield return Fork();
        yield return ForkByLink();
        yield return CheckpointFork();
        yield return ForkByCheckpointLink();
        yield return CheckpointForkByLink();
    }

    private static IEnumerable<VectorFile> Epochs()
    {
        yield return ForeignDevice();
        yield return WrongDevice();
        yield return ReplayedEpoch();
        yield return Clone();
        yield return Rollback();
        yield return MissingEpoch();
        yield return UnknownEpoch();
    }

    private static VectorFile Order(string name, string about, Refusal expect, params int[] order)
    {
        var world = new VectorWorld(name);
        VectorRun run = world.Start();
        SealedBatch[] batches = [VectorWorld.Seal(run), VectorWorld.Seal(run), VectorWorld.Seal(run)];
        return world.File(
            name,
            about,
            expect,
            [("epoch", run.Started.Bytes), .. order.Select(i => ("batch", batches[i].Bytes))]);
    }

    private static VectorFile MissingTail()
    {
        var world = new VectorWorld("missing-tail");
        VectorRun run = world.Start();
        SealedBatch zero = VectorWorld.Seal(run);
        SealedBatch one = VectorWorld.Seal(run);
        return world.File(
            "missing-tail",
            "A checkpoint names a batch that never comes.",
            Refusal.Missing,
            ("epoch", run.Started.Bytes),
            ("batch", zero.Bytes),
            ("head", Head(world, run, 1, one.Id)));
    }

    private static VectorFile Fork()
    {
        var world = new VectorWorld("fork");
        VectorRun run = world.Start();
        SealedBatch batch = VectorWorld.Seal(run);
        BatchParts parts = VectorWorld.Parts(batch);
        byte[] other = VectorWorld.Resign(
            run, batch.Manifest with { LastControl = 99 }, parts.Recipients, BrokenBytes.Bytes(parts));
        return world.File(
            "fork",
            "Two batches with the same position, both signed.",
            Refusal.Fork,
            ("epoch", run.Started.Bytes),
            ("batch", batch.Bytes),
            ("batch", other));
    }

    private static VectorFile ForkByLink()
    {
        var world = new VectorWorld("fork-by-link");
        VectorRun run = world.Start();
        SealedBatch zero = VectorWorld.Seal(run);
        SealedBatch one = VectorWorld.Seal(run);
        BatchParts parts = VectorWorld.Parts(one);
        byte[] other = VectorWorld.Resign(
            run, one.Manifest with { Previous = Hash32.Of("other"u8) }, parts.Recipients, BrokenBytes.Bytes(parts));
        return world.File(
            "fork-by-link",
            "A batch that follows another one than the one that is here.",
            Refusal.Fork,
            ("epoch", run.Started.Bytes),
            ("batch", zero.Bytes),
            ("batch", other));
    }

    private static VectorFile CheckpointFork()
    {
        var world = new VectorWorld("checkpoint-fork");
        VectorRun run = world.Start();
        return world.File(
            "checkpoint-fork",
            "The checkpoint names another batch at the position of the one that is here.",
            Refusal.Fork,
            ("epoch", run.Started.Bytes),
            ("batch", VectorWorld.Seal(run).Bytes),
            ("head", Head(world, run, 0, Hash32.Of("other"u8))));
    }

    private static VectorFile ForkByCheckpointLink()
    {
        var world = new VectorWorld("fork-by-checkpoint-link");
        VectorRun run = world.Start();
        VectorWorld.Seal(run);
        return world.File(
            "fork-by-checkpoint-link",
            "A batch that follows another one than the checkpoint named, which never came.",
            Refusal.Fork,
            ("epoch", run.Started.Bytes),
            ("head", Head(world, run, 0, Hash32.Of("other"u8))),
            ("batch", VectorWorld.Seal(run).Bytes));
    }

    private static VectorFile CheckpointForkByLink()
    {
        var world = new VectorWorld("checkpoint-fork-by-link");
        VectorRun run = world.Start();
        VectorWorld.Seal(run);
        return world.File(
            "checkpoint-fork-by-link",
            "The checkpoint names another batch than the one that the batch after it follows.",
            Refusal.Fork,
            ("epoch", run.Started.Bytes),
            ("batch", VectorWorld.Seal(run).Bytes),
            ("head", Head(world, run, 0, Hash32.Of("other"u8))));
    }

    private static VectorFile ForeignDevice()
    {
        var world = new VectorWorld("foreign-device");
        VectorRun run = world.Start(signer: world.StrangerKey);
        return world.File(
            "foreign-device",
            "The epoch statement is signed by another device's key.",
            Refusal.ForeignDevice,
            ("epoch", run.Started.Bytes));
    }

    private static VectorFile WrongDevice()
    {
        var world = new VectorWorld("statement-of-other-device");
        Id16 own = world.Device;
        world.Device = new Id16(1, 2);
        VectorRun run = world.Start();
        world.Device = own;
        return world.File(
            "statement-of-other-device",
            "The epoch statement is signed with the right key and names another device.",
            Refusal.WrongDevice,
            ("epoch", run.Started.Bytes));
    }

    private static VectorFile ReplayedEpoch()
    {
        var world = new VectorWorld("replayed-epoch");
        VectorRun run = world.Start();
        return world.File(
            "replayed-epoch",
            "An epoch statement comes again.",
            Refusal.Replayed,
            ("epoch", run.Started.Bytes),
            ("epoch", run.Started.Bytes));
    }

    private static VectorFile Clone()
    {
        var world = new VectorWorld("cloned-epoch");
        VectorRun run = world.Start();
        VectorRun clone = world.Start();
        return world.File(
            "cloned-epoch",
            "Two runs with the same number: the disk was copied.",
            Refusal.Fork,
            ("epoch", run.Started.Bytes),
            ("epoch", clone.Started.Bytes));
    }

    private static VectorFile Rollback()
    {
        var world = new VectorWorld("rollback");
        VectorRun first = world.Start();
        SealedBatch zero = VectorWorld.Seal(first);
        SealedBatch one = VectorWorld.Seal(first);
        var behind = new ChainPosition(first.Started.Statement.Epoch, 0, zero.Id);
        VectorRun second = world.Start(8, first.Started.Id, behind);
        return world.File(
            "rollback",
            "The next epoch continues from before the head that is known.",
            Refusal.Rollback,
            ("epoch", first.Started.Bytes),
            ("batch", zero.Bytes),
            ("batch", one.Bytes),
            ("epoch", second.Started.Bytes));
    }

    private static VectorFile MissingEpoch()
    {
        var world = new VectorWorld("missing-epoch");
        VectorRun first = world.Start();
        VectorRun second = world.Start(8, first.Started.Id);
        VectorRun third = world.Start(9, second.Started.Id);
        return world.File(
            "missing-epoch",
            "The epoch in the middle never comes.",
            Refusal.Missing,
            ("epoch", first.Started.Bytes),
            ("epoch", third.Started.Bytes));
    }

    private static VectorFile UnknownEpoch()
    {
        var world = new VectorWorld("unknown-epoch");
        VectorRun run = world.Start();
        VectorRun other = world.Start(8, run.Started.Id);
        return world.File(
            "unknown-epoch",
            "A checkpoint of an epoch whose statement never came.",
            Refusal.UnknownEpoch,
            ("epoch", run.Started.Bytes),
            ("head", Head(world, other, 0, Hash32.Of("batch"u8))));
    }

    private static byte[] Head(VectorWorld world, VectorRun run, uint sequence, Hash32 id)
    {
        var position = new ChainPosition(run.Started.Statement.Epoch, sequence, id);
        return new Checkpoint(world.Device, position).Sign(world.DeviceKey).Bytes;
    }
}
