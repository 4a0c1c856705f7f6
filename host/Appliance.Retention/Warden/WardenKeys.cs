using Appliance.Retention.Archive;
using Appliance.Retention.Requests;
using Appliance.Wire;

namespace Appliance.Retention.Warden;

/// <summary>
/// The warden's day keys: unwraps content keys and makes filter tokens; no private key leaves. One thread.
/// </summary>
internal sealed class WardenKeys(KeyRing ring)
{
    /// <summary>
    /// Verifies what a batch says of itself with the pinned device key; the manifest is only there where the result is
    /// null.
    /// </summary>
    public OrderRefusal? Check(AskedBatch asked, out VerifiedManifest? header)
    {
        header = null;
        if (BatchClaim.TryReadDevice(asked.Manifest, out Id16 device) != Refusal.None
            || ring.Find(device) is not { } keys)
        {
            return new OrderRefusal("batch.device", "a batch is of a device whose keys are not here");
        }

        ReaderRules rules = EpochBook.RulesOf(keys);
        Refusal refusal = CertifiedEpoch.TryVerify(
            asked.Statement, keys.DeviceKey, rules, out CertifiedEpoch? epoch);
        refusal = refusal != Refusal.None
            ? refusal
            : BatchCheck.TryVerifyManifest(
                asked.Manifest, kid => kid == epoch!.Key.Kid ? epoch : null, rules, out header);
        return refusal == Refusal.None
            ? null
            : new OrderRefusal("batch.signature", $"a batch cannot be verified: {refusal.Sentence()}");
    }

    /// <summary>Unwraps a content key; the caller clears it.</summary>
    public OrderRefusal? Unwrap(VerifiedManifest header, byte[] recipients, byte section, Span<byte> contentKey)
    {
        DeviceKeys keys = ring.Find(header.Manifest.Device)!;
        Refusal refusal = ContentKeys.TryUnwrap(header, recipients, section, keys.WardenKey, contentKey);
        return refusal switch
        {
            Refusal.None => null,
            Refusal.NoKey => new OrderRefusal(
                "batch.day-key", "the day key of a batch is not here: destroyed in time, or never given"),
            _ => new OrderRefusal("batch.recipients", $"a content key cannot be had: {refusal.Sentence()}"),
        };
    }

    /// <summary>Key of a batch's filter for a section; null where the day's key is gone.</summary>
    public byte[]? FilterKey(Id16 device, Id16 notice, int day, Hash32 batch, byte section)
    {
        if (ring.Find(device)?.IndexKey(notice, section, day) is not { } index)
        {
            return null;
        }

        byte[] key = new byte[Hash32.Size];
        FilterTokens.KeyOf(index, batch, key);
        return key;
    }
}
