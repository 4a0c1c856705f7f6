using Appliance.Journal;
using Appliance.Wire;

namespace Appliance.Edge.Pipeline;

/// <summary>
/// Begins a run of the device: what recovery found on the flash is told in a new epoch statement, which is durable
/// before the first batch is sealed.
/// </summary>
internal static class EpochOpening
{
    private const int VerdictBytesMax = 256;

    /// <summary>Draws the epoch and writes its statement; the caller disposes the sealer.</summary>
    /// <param name="last">Manifest of the last durable batch; null where there is none.</param>
    public static StartedEpoch Begin(
        JournalWriter journal, JournalReader reader, RecoveryReport found, KeySet keys, SoftwareIdentity software,
        SealingPolicy policy, RandomSource random, out Manifest? last)
    {
        ChainPosition? head = LastDurable(reader, found, keys, out last);
        EpochStatement facts = new()
        {
            Device = keys.Device,
            Epoch = new EpochRef(found.EpochNext, default),
            LastDurable = head,
            LastReceipt = IdOf(SignedType.Receipt, found.LastReceipt),
            RecoveryVerdict = Shorten(found.Verdict),
            SoftwareVersion = software.Version,
            SoftwareHash = software.Hash,
            PreviousStatement = IdOf(SignedType.Epoch, found.LastEpochStatement),
        };
        using SigningKey deviceKey = keys.OpenDeviceKey();
        StartedEpoch epoch = StartedEpoch.Start(facts, policy, deviceKey, random);
        journal.Append(FrameKind.EpochStatement, epoch.Statement.Epoch.Number, 0, epoch.Bytes.Span);
        return epoch;
    }

    // A batch is the head only where it verifies whole under the statement that its own segment begins with. The chain
    // goes on from a notice to the next.
    private static ChainPosition? LastDurable(
        JournalReader reader, RecoveryReport found, KeySet keys, out Manifest? manifest)
    {
        manifest = null;
        if (found.LastBatch is not { } last || BatchClaim.TryRead(last.Payload, out BatchClaim claim) != Refusal.None)
        {
            return null;
        }

        ReaderRules rules = new(keys.Device, claim.Notice, int.MaxValue);
        ChainVerifier chain = new(keys.DeviceKey, rules);
        foreach (JournalFrame frame in reader.Frames(last.Place.Segment))
        {
            if (frame.Verdict == FrameVerdict.Whole && frame.Label.Kind == FrameKind.EpochStatement)
            {
                chain.AddEpoch(frame.Payload);
            }
        }

        if (chain.AddBatch(last.Payload, out VerifiedBatch? batch) != Refusal.None && batch is null)
        {
            return null;
        }

        manifest = batch!.Manifest;
        return new ChainPosition(manifest.Epoch, manifest.Sequence, batch.Id);
    }

    private static Hash32 IdOf(SignedType type, JournalFrame? frame) =>
        frame is not null && SignedObject.TryRead(type, frame.Payload, out SignedObject? signed) == Refusal.None
            ? signed!.Id
            : default;

    private static string Shorten(string verdict) =>
        verdict.Length <= VerdictBytesMax ? verdict : verdict[..(VerdictBytesMax - 3)] + "...";
}
