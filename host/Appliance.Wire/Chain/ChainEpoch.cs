namespace Appliance.Wire;

/// <summary>What a <see cref="ChainVerifier"/> knows of one epoch.</summary>
internal sealed class ChainEpoch(CertifiedEpoch epoch)
{
    private readonly Dictionary<uint, (Hash32 Id, Hash32 Previous)> batches = [];

    /// <summary>Positions that the device signed elsewhere: in checkpoints and in later epoch statements.</summary>
    private readonly Dictionary<uint, Hash32> attested = [];

    private uint? highestSeen;

    public CertifiedEpoch Epoch { get; } = epoch;

    public long Count => batches.Count;

    /// <summary>Highest number that is known to exist; null where none is.</summary>
    public uint? Head { get; private set; }

    public long Missing => Head is { } head ? head + 1L - batches.Count : 0;

    public Refusal Add(VerifiedManifest header)
    {
        uint sequence = header.Manifest.Sequence;
        if (batches.TryGetValue(sequence, out (Hash32 Id, Hash32 Previous) known))
        {
            return known.Id == header.Id ? Refusal.Replayed : Refusal.Fork;
        }

        if (batches.Count == Limits.ChainBatchesMax)
        {
            return Refusal.TooLarge;
        }

        if (!Fits(sequence, header.Id, header.Manifest.Previous))
        {
            return Refusal.Fork;
        }

        bool isLate = highestSeen > sequence;
        highestSeen = isLate ? highestSeen : sequence;
        batches.Add(sequence, (header.Id, header.Manifest.Previous));
        Raise(sequence);
        return isLate ? Refusal.Swapped : Refusal.None;
    }

    /// <summary>The device signed that its chain has this batch.</summary>
    public Refusal Attest(ChainPosition position)
    {
        if ((batches.TryGetValue(position.Sequence, out (Hash32 Id, Hash32 Previous) known) && known.Id != position.Id)
            || (attested.TryGetValue(position.Sequence, out Hash32 other) && other != position.Id)
            || !FitsAfter(position.Sequence, position.Id))
        {
            return Refusal.Fork;
        }

        if (attested.Count == Limits.ChainBatchesMax)
        {
            return Refusal.TooLarge;
        }

        attested[position.Sequence] = position.Id;
        Raise(position.Sequence);
        return Refusal.None;
    }

    /// <summary>A later epoch says that it continues from here.</summary>
    public Refusal Continue(ChainPosition position)
    {
        if (position.Epoch != Epoch.Statement.Epoch)
        {
            return Refusal.Fork;
        }

        return Head > position.Sequence ? Refusal.Rollback : Attest(position);
    }

    private bool Fits(uint sequence, Hash32 id, Hash32 previous)
    {
        if (attested.TryGetValue(sequence, out Hash32 signed) && signed != id)
        {
            return false;
        }

        // A batch that never came, but that the device attested, has its place in the chain all the same.
        Hash32? before = sequence == 0 ? Epoch.Id
            : batches.TryGetValue(sequence - 1, out (Hash32 Id, Hash32 Previous) earlier) ? earlier.Id
            : attested.TryGetValue(sequence - 1, out Hash32 told) ? told : null;
        return (before is not { } expected || expected == previous) && FitsAfter(sequence, id);
    }

    private bool FitsAfter(uint sequence, Hash32 id)
    {
        // Past the last number nothing follows; the sum must not begin at 0 again.
        bool isKnown = batches.TryGetValue(unchecked(sequence + 1), out (Hash32 Id, Hash32 Previous) later);
        return sequence == uint.MaxValue || !isKnown || later.Previous == id;
    }

    private void Raise(uint sequence) => Head = Head is { } head && head >= sequence ? head : sequence;
}
