using Appliance.Wire;

namespace Appliance.Retention.Ingest;

/// <summary>Signs receipts and refusals with the store's key.</summary>
internal sealed class ReceiptMaker(StoreKey store, ChainBook chain, uint copies) : IDisposable
{
    private readonly SigningKey key = store.Open();

    /// <summary>The receipt of a batch that will be durable before it leaves.</summary>
    public byte[] Durable(VerifiedManifest batch, ulong receivedUtcUs, ulong ledgerIndex) => Sign(
        batch.Manifest.Device,
        batch.Manifest.Epoch,
        batch.Manifest.Sequence,
        batch.Id,
        Refusal.None,
        receivedUtcUs,
        ledgerIndex);

    /// <summary>The refusal of a batch; it names what the batch claims to be.</summary>
    public byte[] Refuse(BatchClaim claim, Refusal reason, ulong receivedUtcUs) =>
        Sign(claim.Device, claim.Epoch, claim.Sequence, claim.Id, reason, receivedUtcUs, 0);

    public void Dispose() => key.Dispose();

    private byte[] Sign(
        Id16 device, EpochRef epoch, uint sequence, Hash32 id, Refusal reason, ulong receivedUtcUs, ulong index)
    {
        (EpochRef contiguousEpoch, uint contiguousSequence) = chain.Contiguous(device);
        var receipt = new Receipt
        {
            Device = device,
            Epoch = epoch,
            Sequence = sequence,
            Id = id,
            Reason = reason,
            Store = store.Store,
            Copies = reason == Refusal.None ? copies : 0,
            ReceivedUtcUs = receivedUtcUs,
            LedgerIndex = index,
            ContiguousEpoch = contiguousEpoch,
            ContiguousSequence = contiguousSequence,
        };
        return receipt.Sign(key).Bytes;
    }
}
