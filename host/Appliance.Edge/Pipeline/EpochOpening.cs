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
    /// <param name="lastTime">Latest time that the durable rows have; null where there are none.</param>
    public static StartedEpoch Begin(
        JournalWriter journal, JournalReader reader, RecoveryReport found, KeySet keys, SoftwareIdentity software,
        Hash32 policyHash, RandomSource random, out TaiTime? lastTime)
    {
        ChainPosition? head = LastDurable(reader, found, keys, out lastTime);
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
        SealingPolicy policy = new(keys.Notice, policyHash, LastControl: 0, keys.Schedule());
        using SigningKey deviceKey = keys.OpenDeviceKey();
        StartedEpoch epoch = StartedEpoch.Start(facts, policy, deviceKey, random);
        journal.Append(FrameKind.EpochStatement, epoch.Statement.Epoch.Number, 0, epoch.Bytes.Span);
        return epoch;
    }

    // A batch is the head only where it verifies whole under the statement that its own segment begins with.
    private static ChainPosition? LastDurable(
        JournalReader reader, RecoveryReport found, KeySet keys, out TaiTime? lastTime)
    {
        lastTime = null;
        if (found.LastBatch is not { } last)
        {
            return null;
        }

        ReaderRules rules = new(keys.Device, keys.Notice, int.MaxValue);
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

        lastTime = batch!.Manifest.Last;
        return new ChainPosition(batch.Manifest.Epoch, batch.Manifest.Sequence, batch.Id);
    }

    private static Hash32 IdOf(SignedType type, JournalFrame? frame) =>
        frame is not null && SignedObject.TryRead(type, frame.Payload, out SignedObject? signed) == Refusal.None
            ? signed!.Id
            : default;

    private static string Shorten(string verdict) =>
        verdict.Length <= VerdictBytesMax ? verdict : verdict[..(VerdictBytesMax - 3)] + "...";
}
