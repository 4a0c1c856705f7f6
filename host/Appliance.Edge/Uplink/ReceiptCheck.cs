using Appliance.Wire;

namespace Appliance.Edge.Uplink;

/// <summary>Is this the word of a store that the configuration trusts, about this device.</summary>
internal sealed class ReceiptCheck(Id16 device, IReadOnlyList<PublicKey> storeKeys)
{
    /// <summary>Checks signature and device; the receipt is only there where the result is None.</summary>
    public Refusal TryVerify(ReadOnlyMemory<byte> bytes, out Receipt? receipt)
    {
        receipt = null;
        Refusal refusal = Refusal.ForeignKey;
        for (int i = 0; i < storeKeys.Count && refusal == Refusal.ForeignKey; i++)
        {
            refusal = Receipt.TryVerify(bytes, storeKeys[i], device, out receipt);
        }

        return refusal;
    }
}
