using Appliance.Retention.Warden;
using Appliance.Wire;

namespace Appliance.Retention.Log;

/// <summary>Makes the proofs that a warden asks for, from the log as it stands.</summary>
internal static class LogProofs
{
    /// <summary>That the entry is in the log, and that the log extends the size that the warden saw last.</summary>
    /// <param name="log">The log.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="seen">Size that the warden saw last.</param>
    /// <param name="witness">Has the checkpoint signed by the second witness, where one is pinned.</param>
    public static LogProof Of(TransparencyLog log, LoggedEntry entry, ulong seen, LogWitness witness)
    {
        SignedCheckpoint signed = log.Checkpoint();
        ulong size = signed.Checkpoint.Size;
        LogContent content = log.Content(entry.Index)
            ?? throw new InvalidOperationException("an entry is proven while its content is still here");
        return new LogProof(
            entry.Index,
            entry.Bytes,
            content.Nonce,
            signed.Bytes,
            Bytes(log.Inclusion(entry.Index, size)),
            seen <= size ? Bytes(log.Consistency(seen, size)) : [],
            witness.Cosignature(signed));
    }

    /// <summary>32 bytes each.</summary>
    public static byte[][] Bytes(Hash32[] path) => Array.ConvertAll(path, node => node.ToArray());
}
