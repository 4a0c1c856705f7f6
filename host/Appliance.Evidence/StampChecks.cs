using Appliance.Wire;

namespace Appliance.Evidence;

/// <summary>Times that somebody outside the house vouches for.</summary>
internal static class StampChecks
{
    // A stamp is asked for after what it stamps was made; two clocks of good standing agree to well within this.
    private static readonly TimeSpan ClocksApart = TimeSpan.FromMinutes(5);

    public static Outcome Checkpoint(PackState state) => state.Checkpoint is { } checkpoint
        ? Stamp(state, PackNames.CheckpointStamp, PackNames.Checkpoint, checkpoint.UtcUs)
        : Outcome.Open("there is no checkpoint that can be relied on");

    /// <summary>The disclosed batches stood in the store's ledger when its head was stamped.</summary>
    public static Outcome Ledger(PackState state)
    {
        if (!state.Files.ContainsKey(PackNames.LedgerHead) || !state.Files.ContainsKey(PackNames.LedgerProofs))
        {
            return Outcome.Open("the store had no stamped head of its ledger");
        }

        if (state.Pins.StoreKey is not { } storeKey)
        {
            return Outcome.Open("no store's key was given");
        }

        Refusal refusal = LogCheckpoint.TryVerify(
            state.Files[PackNames.LedgerHead], storeKey, out LogCheckpoint? head);
        if (refusal != Refusal.None || head!.Log != state.Pins.Store)
        {
            return Outcome.Fail($"the head is not of the pinned store's ledger: {refusal.Sentence()}");
        }

        var proven = new HashSet<Hash32>();
        foreach (ReadOnlyMemory<byte> bytes in state.List(PackNames.LedgerProofs) ?? [])
        {
            if (LedgerProof.TryDecode(bytes, out LedgerProof? proof) != Refusal.None
                || !MerkleCheck.Includes(
                    head.Size, proof!.Index, LedgerLeaf.Hash(proof.Batch, proof.ReceivedUtcUs), [.. proof.Path],
                    head.Root))
            {
                return Outcome.Fail($"a batch is not in the ledger of the head");
            }

            proven.Add(proof.Batch);
        }

        Outcome stamp = Stamp(state, PackNames.LedgerStamp, PackNames.LedgerHead, head.UtcUs);
        int later = state.Rows.Select(row => row.Batch).Distinct().Count(batch => !proven.Contains(batch));
        return stamp.Result != CheckResult.Pass ? stamp : later == 0
            ? Outcome.Pass($"{proven.Count} batches; {stamp.Detail}")
            : Outcome.Open(FormattableString.Invariant($"{later} batches came after the stamped head"));
    }

    private static Outcome Stamp(PackState state, string name, string of, ulong madeUtcUs)
    {
        if (!state.Files.TryGetValue(name, out byte[]? token))
        {
            return Outcome.Open("no time-stamp authority is configured at the store");
        }

        if (state.Pins.StampRoots.Count == 0)
        {
            return Outcome.Open("no root of a time-stamp authority was given");
        }

        if (StampToken.TimeOf(
            token, state.Files[of], state.Pins, out string problem, out StampStanding standing) is not { } time)
        {
            return Outcome.Fail($"the token does not hold: {problem}");
        }

        DateTimeOffset made = DateTimeOffset.UnixEpoch.AddTicks(
            (long)Math.Min(madeUtcUs, 1UL << 57) * TimeSpan.TicksPerMicrosecond);
        bool hasLists = state.Pins.StampCrls.Count > 0;
        return time + ClocksApart < made
            ? Outcome.Fail($"it was stamped at {time:u}, before it was made")
            : hasLists && standing == StampStanding.NotKnown
            ? Outcome.Open("no list of revoked certificates given is of its authority and later than the stamp")
            : hasLists
            ? Outcome.Pass($"stamped at {time:u}, by an authority that was not revoked then")
            : Outcome.Pass($"stamped at {time:u}; whether its authority was revoked is not known: no list was given");
    }
}
