using Appliance.Wire;

namespace Appliance.Lab.Vectors;

/// <summary>Proofs, receipts and control messages: good ones to build on, and those that are refused.</summary>
internal static class BrokenOthers
{
    public static IEnumerable<VectorFile> All()
    {
        yield return WrongProof();
        yield return ForeignReceipt();
        yield return OneControl("control-one-signer", "A policy signed by one role.", Refusal.ControlSigners,
            (world, control) => control.Sign(world.OperatorKey, null));
        yield return OneControl("control-same-signer", "A policy signed twice by the same role.",
            Refusal.ControlSigners, (world, control) => control.Sign(world.OperatorKey, world.OperatorKey));
        yield return OneControl("control-foreign-signer", "A policy signed by a stranger.", Refusal.ForeignKey,
            (world, control) => control.Sign(world.StrangerKey, world.StrangerKey));
        yield return OneControl("control-replayed", "A message with the number of the last one.",
            Refusal.ControlReplayed,
            (world, control) => (control with { Number = 3 }).Sign(world.OperatorKey, world.CustodianKey));
        yield return OneControl("control-expired", "A message that has expired.", Refusal.ControlTime,
            (world, control) => (control with { ExpiresUtcUs = VectorWorld.NowUs })
                .Sign(world.OperatorKey, world.CustodianKey));
        yield return OneControl("control-withdrawal", "The notice is withdrawn, and another one.", Refusal.None,
            (world, control) => Withdrawal(world, control).Sign(world.OperatorKey, world.CustodianKey));
        yield return OneControl("control-withdrawal-one-signer", "One role alone withdraws a notice.",
            Refusal.ControlSigners, (world, control) => Withdrawal(world, control).Sign(world.CustodianKey, null));
    }

    private static Control Withdrawal(VectorWorld world, Control control) => control with
    {
        Kind = ControlKind.Notice,
        BaseConfigHash = default,
        Body = new NoticeWithdrawal([new Id16(0, 1), world.Notice], "withdrawn by order").Encode(),
    };

    public static byte[] Proof(VectorWorld world, VectorRun run, SealedBatch batch)
    {
        var rules = new ReaderRules(world.Device, world.Notice, VectorWorld.Day);
        CertifiedEpoch.TryVerify(run.Started.Bytes, world.DeviceKey.Public, rules, out CertifiedEpoch? epoch);
        BatchCheck.TryVerify(batch.Bytes, _ => epoch, rules, out VerifiedBatch? verified);
        new BatchOpener(world.Recipients, VectorRows.Decode).TryOpen(verified!, 2, out OpenedSection? section);
        return RecordProof.Build(verified!, section!, [1])[0];
    }

    public static Receipt Receipt(VectorWorld world, SealedBatch batch) => new()
    {
        Device = world.Device,
        Epoch = batch.Manifest.Epoch,
        Sequence = batch.Sequence,
        Id = batch.Id,
        Reason = Refusal.None,
        Store = new Id16(5, 6),
        Copies = 2,
        ReceivedUtcUs = VectorWorld.NowUs,
        LedgerIndex = 41,
        ContiguousEpoch = batch.Manifest.Epoch,
        ContiguousSequence = batch.Sequence,
    };

    public static Control Control(VectorWorld world) => new()
    {
        Device = world.Device,
        Number = 4,
        NotBeforeUtcUs = VectorWorld.NowUs - 1_000_000,
        ExpiresUtcUs = VectorWorld.NowUs + 1_000_000,
        BaseConfigHash = Hash32.Of("configuration"u8),
        Kind = ControlKind.Policy,
        Body = "policy"u8.ToArray(),
    };

    private static VectorFile WrongProof()
    {
        var world = new VectorWorld("wrong-proof");
        VectorRun run = world.Start();
        SealedBatch batch = VectorWorld.Seal(run);
        byte[] proof = Proof(world, run, batch);
        proof[^1] ^= 1;
        return world.File(
            "wrong-proof",
            "One bit of the last sibling of a proof is flipped.",
            Refusal.Proof,
            ("epoch", run.Started.Bytes),
            ("batch", batch.Bytes),
            ("proof", proof));
    }

    private static VectorFile ForeignReceipt()
    {
        var world = new VectorWorld("foreign-receipt");
        VectorRun run = world.Start();
        SealedBatch batch = VectorWorld.Seal(run);
        return world.File(
            "foreign-receipt",
            "A receipt that is not signed by the pinned store.",
            Refusal.ForeignKey,
            ("receipt", Receipt(world, batch).Sign(world.StrangerKey).Bytes));
    }

    private static VectorFile OneControl(
        string name, string about, Refusal expect, Func<VectorWorld, Control, byte[]> sign)
    {
        var world = new VectorWorld(name);
        return world.File(name, about, expect, ("control", sign(world, Control(world))));
    }
}
