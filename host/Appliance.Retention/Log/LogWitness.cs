using Appliance.Retention.Requests;
using Appliance.Retention.Warden;
using Appliance.Wire;

namespace Appliance.Retention.Log;

/// <summary>
/// Has the log cosigned by its witnesses: the warden always, a second one where its key is pinned. Without them no
/// question goes on. What a witness signed is kept beside the log and not asked for twice.
/// </summary>
/// <param name="log">The log.</param>
/// <param name="warden">The first witness.</param>
/// <param name="second">The second; null where none is pinned.</param>
/// <param name="pinned">Key of the second; null where none is pinned.</param>
internal sealed class LogWitness(TransparencyLog log, IWitness warden, IWitness? second, PublicKey? pinned)
    : IDisposable
{
    /// <summary>Every witness signs the log as it stands now.</summary>
    /// <exception cref="WardenException">One refuses, or cannot be reached.</exception>
    public void Attest()
    {
        SignedCheckpoint signed = log.Checkpoint();
        Ask(warden, signed);
        Cosignature(signed);
    }

    /// <summary>What the second witness signed under a checkpoint; empty where none is pinned.</summary>
    /// <exception cref="WardenException">It refuses, or cannot be reached, or signs something else.</exception>
    public byte[] Cosignature(SignedCheckpoint signed)
    {
        if (pinned is null)
        {
            return [];
        }

        foreach (byte[] known in log.Cosignatures(signed.Checkpoint.Size))
        {
            if (IsOf(known, pinned, signed.Checkpoint))
            {
                return known;
            }
        }

        byte[] made = second is null ? [] : Ask(second, signed);
        return IsOf(made, pinned, signed.Checkpoint)
            ? made
            : throw new WardenException(new OrderRefusal(
                "witness.key", "what the witness signed is not of the key that is pinned as witness here"));
    }

    public void Dispose() => second?.Dispose();

    private byte[] Ask(IWitness witness, SignedCheckpoint signed)
    {
        ulong seen = witness.SeenSize();
        ulong size = signed.Checkpoint.Size;
        byte[] made = witness.Cosign(
            signed.Bytes, seen <= size ? LogProofs.Bytes(log.Consistency(seen, size)) : []);
        log.AddCosignature(signed.Bytes, made);
        return made;
    }

    private static bool IsOf(byte[] cosignature, PublicKey key, LogCheckpoint checkpoint) =>
        LogCheckpoint.TryVerify(cosignature, key, out LogCheckpoint? seen) == Refusal.None && seen == checkpoint;
}
