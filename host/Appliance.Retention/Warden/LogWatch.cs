using Appliance.Retention.Requests;
using Appliance.Wire;

namespace Appliance.Retention.Warden;

/// <summary>The log that is watched, by its pinned keys.</summary>
/// <param name="Log">Its identity.</param>
/// <param name="Key">Key of its checkpoints.</param>
/// <param name="Witness">Key of another witness who must have signed as well; null where there is none.</param>
internal sealed record WatchedLog(Id16 Log, PublicKey Key, PublicKey? Witness);

/// <summary>
/// A warden, or another, as a witness: believes nothing of the log but what is proven to be in it, and that it only
/// ever grew.
/// </summary>
internal sealed class LogWatch(WatchedLog trust, WardenState state, StoreKey identity)
{
    /// <summary>Entries of the log as it was seen last.</summary>
    public ulong SeenSize => state.SeenSize;

    /// <summary>
    /// Checks that an entry with this content stands in a log that extends the one seen last; then remembers that log.
    /// The entry is only there where the result is null.
    /// </summary>
    public OrderRefusal? Check(LogProof proof, ReadOnlySpan<byte> content, LogKind kind, out LogEntry? entry)
    {
        entry = null;
        OrderRefusal? wrong = CheckGrowth(proof.Checkpoint, proof.Consistency, out LogCheckpoint? log);
        wrong ??= CheckWitness(proof.Cosignature, log!);
        if (wrong is not null)
        {
            return wrong;
        }

        if (!TryPath(proof.Inclusion, out Hash32[] path)
            || !MerkleCheck.Includes(log!.Size, proof.Index, LogEntry.LeafOf(proof.Entry), path, log.Root))
        {
            return new OrderRefusal("log.not-included", "the entry is not in the log that it claims to be in");
        }

        if (LogEntry.TryDecode(proof.Entry, out LogEntry? read) != Refusal.None || read!.Kind != kind)
        {
            return new OrderRefusal("log.kind", $"the entry records no {kind.ToString().ToLowerInvariant()}");
        }

        if (proof.Nonce.Length != LogEntry.NonceSize
            || LogEntry.CommitmentOf(proof.Nonce, content) != read.Commitment)
        {
            return new OrderRefusal("log.commitment", "the entry commits to something else");
        }

        state.See(log.Size, log.Root);
        entry = read;
        return null;
    }

    /// <summary>Checks that the log only grew, remembers it, and signs the same checkpoint.</summary>
    public OrderRefusal? Cosign(byte[] checkpoint, byte[][] consistency, out byte[] cosignature)
    {
        cosignature = [];
        OrderRefusal? wrong = CheckGrowth(checkpoint, consistency, out LogCheckpoint? log);
        if (wrong is null)
        {
            state.See(log!.Size, log.Root);
            cosignature = Sign(log);
        }

        return wrong;
    }

    /// <summary>Signs a checkpoint that was checked.</summary>
    public byte[] Sign(byte[] checkpoint) =>
        LogCheckpoint.TryVerify(checkpoint, trust.Key, out LogCheckpoint? log) == Refusal.None
            && log!.Size == state.SeenSize && log.Root == state.SeenRoot
                ? Sign(log)
                : throw new InvalidOperationException("a checkpoint is cosigned after it was checked");

    /// <summary>32 bytes each; false where one has another length.</summary>
    public static bool TryPath(byte[][] bytes, out Hash32[] path)
    {
        path = new Hash32[bytes.Length];
        for (int i = 0; i < bytes.Length; i++)
        {
            if (bytes[i].Length != Hash32.Size)
            {
                return false;
            }

            path[i] = Hash32.FromBytes(bytes[i]);
        }

        return true;
    }

    /// <summary>Where a second witness is pinned it must have signed this very checkpoint.</summary>
    private OrderRefusal? CheckWitness(byte[] cosignature, LogCheckpoint log) =>
        trust.Witness is null
            || (LogCheckpoint.TryVerify(cosignature, trust.Witness, out LogCheckpoint? seen) == Refusal.None
                && seen == log)
            ? null
            : new OrderRefusal("log.witness", "the log's second witness has not signed this checkpoint");

    private byte[] Sign(LogCheckpoint log)
    {
        using SigningKey key = identity.Open();
        return log.Sign(key).Bytes;
    }

    private OrderRefusal? CheckGrowth(byte[] checkpoint, byte[][] consistency, out LogCheckpoint? log)
    {
        if (LogCheckpoint.TryVerify(checkpoint, trust.Key, out log) != Refusal.None || log!.Log != trust.Log)
        {
            return new OrderRefusal("log.checkpoint", "the checkpoint is not signed by the log that is trusted here");
        }

        ulong seen = state.SeenSize;
        if (log.Size < seen)
        {
            return new OrderRefusal("log.rolled-back", $"the log has {log.Size} entries and had {seen}");
        }

        bool grew = seen == 0
            || (TryPath(consistency, out Hash32[] path)
                && MerkleCheck.Extends(seen, log.Size, state.SeenRoot, log.Root, path));
        return grew
            ? null
            : new OrderRefusal(
                "log.forked", $"the log of {log.Size} entries does not continue the one of {seen} that was seen");
    }
}
