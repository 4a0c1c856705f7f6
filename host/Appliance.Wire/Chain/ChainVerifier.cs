namespace Appliance.Wire;

/// <summary>
/// Follows the chain of one device through whatever arrives: epoch statements, batches, checkpoints, in any order that
/// a broken or hostile path may give them. Each object is accepted or refused with a reason; at the end
/// <see cref="Finish"/> says what never came. Memory: about 100 bytes a batch, at most
/// <see cref="Limits.ChainBatchesMax"/> an epoch.
/// </summary>
public sealed class ChainVerifier
{
    private readonly PublicKey deviceKey;
    private readonly ReaderRules rules;
    private readonly Dictionary<KeyId, ChainEpoch> byKey = [];
    private readonly SortedDictionary<uint, ChainEpoch> byNumber = [];
    private readonly long[] counts = new long[Enum.GetValues<Refusal>().Length];

    public ChainVerifier(PublicKey deviceKey, ReaderRules rules)
    {
        this.deviceKey = deviceKey;
        this.rules = rules;
    }

    /// <summary>The accepted epoch whose key has this id, or null.</summary>
    public CertifiedEpoch? Find(KeyId kid) => byKey.GetValueOrDefault(kid)?.Epoch;

    /// <summary>Takes an epoch statement.</summary>
    public Refusal AddEpoch(ReadOnlyMemory<byte> bytes)
    {
        Refusal refusal = CertifiedEpoch.TryVerify(bytes, deviceKey, rules, out CertifiedEpoch? epoch);
        return Count(refusal != Refusal.None ? refusal : Enter(epoch!));
    }

    /// <summary>Takes a batch; it is only there where the result is None.</summary>
    public Refusal AddBatch(ReadOnlyMemory<byte> bytes, out VerifiedBatch? batch)
    {
        Refusal refusal = BatchCheck.TryVerify(bytes, Find, rules, out batch);
        return AddVerified(refusal, batch?.Header, ref batch);
    }

    /// <summary>Takes the signed object of a batch whose sections have expired.</summary>
    public Refusal AddManifest(ReadOnlyMemory<byte> bytes, out VerifiedManifest? header)
    {
        Refusal refusal = BatchCheck.TryVerifyManifest(bytes, Find, rules, out header);
        return AddVerified(refusal, header, ref header);
    }

    /// <summary>Takes a checkpoint.</summary>
    public Refusal AddCheckpoint(ReadOnlyMemory<byte> bytes)
    {
        Refusal refusal = Checkpoint.TryVerify(bytes, deviceKey, rules, out Checkpoint? checkpoint);
        return Count(refusal != Refusal.None ? refusal : Attest(checkpoint!.Head));
    }

    /// <summary>
    /// What was found so far, with all that is missing now. May be called again after more has arrived.
    /// </summary>
    public ChainReport Finish()
    {
        long accepted = 0;
        long missing = 0;
        long missingEpochs = 0;
        uint? before = null;
        foreach ((uint number, ChainEpoch epoch) in byNumber)
        {
            accepted += epoch.Count;
            missing += epoch.Missing;
            missingEpochs += before is { } last ? number - last - 1 : 0;
            before = number;
        }

        long[] found = (long[])counts.Clone();
        found[(int)Refusal.Missing] = missing;
        return new ChainReport(byNumber.Count, accepted, missing, missingEpochs, found);
    }

    private Refusal AddVerified<T>(Refusal refusal, VerifiedManifest? header, ref T? result)
        where T : class
    {
        if (refusal == Refusal.None)
        {
            // The key id was found by the check, so the epoch's number is known here.
            refusal = byNumber[header!.Manifest.Epoch.Number].Add(header);
        }

        // A batch that came late is whole and in its place: it is said, and it is given.
        result = refusal is Refusal.None or Refusal.Swapped ? result : null;
        return Count(refusal);
    }

    private Refusal Enter(CertifiedEpoch epoch)
    {
        uint number = epoch.Statement.Epoch.Number;
        if (byNumber.TryGetValue(number, out ChainEpoch? known))
        {
            return known.Epoch.Id == epoch.Id ? Refusal.Replayed : Refusal.Fork;
        }

        if (byNumber.Count == Limits.ChainEpochsMax)
        {
            return Refusal.TooLarge;
        }

        Refusal refusal = CheckNeighbours(epoch, number, out bool isLate);
        if (refusal == Refusal.None)
        {
            refusal = CheckLastDurable(epoch.Statement.LastDurable, number);
        }

        if (refusal != Refusal.None)
        {
            return refusal;
        }

        var entered = new ChainEpoch(epoch);
        byNumber.Add(number, entered);
        byKey[epoch.Key.Kid] = entered;
        return isLate ? Refusal.Swapped : Refusal.None;
    }

    /// <summary>The statement before and the one after must name each other.</summary>
    private Refusal CheckNeighbours(CertifiedEpoch epoch, uint number, out bool isLate)
    {
        isLate = byNumber.Count > 0 && number < LastNumber();
        if (number > 0
            && byNumber.TryGetValue(number - 1, out ChainEpoch? before)
            && before.Epoch.Id != epoch.Statement.PreviousStatement)
        {
            return Refusal.Fork;
        }

        return byNumber.TryGetValue(number + 1, out ChainEpoch? after)
            && after.Epoch.Statement.PreviousStatement != epoch.Id ? Refusal.Fork : Refusal.None;
    }

    /// <summary>The batch it continues from must be the last that is known of all epochs before it.</summary>
    private Refusal CheckLastDurable(ChainPosition? last, uint number)
    {
        foreach ((uint earlier, ChainEpoch epoch) in byNumber)
        {
            bool isBehind = last is not { } at || earlier > at.Epoch.Number;
            if (earlier < number && isBehind && epoch.Head is not null)
            {
                return Refusal.Rollback;
            }
        }

        return last is { } position && byNumber.TryGetValue(position.Epoch.Number, out ChainEpoch? named)
            ? named.Continue(position)
            : Refusal.None;
    }

    private Refusal Attest(ChainPosition head) =>
        byNumber.TryGetValue(head.Epoch.Number, out ChainEpoch? epoch) && epoch.Epoch.Statement.Epoch == head.Epoch
            ? epoch.Attest(head)
            : Refusal.UnknownEpoch;

    private uint LastNumber()
    {
        uint last = 0;
        foreach (uint number in byNumber.Keys)
        {
            last = number;
        }

        return last;
    }

    private Refusal Count(Refusal refusal)
    {
        counts[(int)refusal]++;
        return refusal;
    }
}

/// <summary>What a <see cref="ChainVerifier"/> found.</summary>
/// <param name="Epochs">Epoch statements accepted.</param>
/// <param name="Batches">Batches accepted, late ones included.</param>
/// <param name="MissingBatches">Batches that must exist, by number, checkpoint or epoch statement, and are not
/// here.</param>
/// <param name="MissingEpochs">Epochs that must exist by their number and are not here.</param>
/// <param name="Counts">Objects by <see cref="Refusal"/>; under Missing the number of missing batches.</param>
public sealed record ChainReport(
    int Epochs, long Batches, long MissingBatches, long MissingEpochs, IReadOnlyList<long> Counts)
{
    /// <summary>True where nothing is missing and nothing but late or repeated objects was refused.</summary>
    public bool IsWhole
    {
        get
        {
            bool whole = MissingBatches == 0 && MissingEpochs == 0;
            for (int i = 1; i < Counts.Count; i++)
            {
                whole &= Counts[i] == 0 || (Refusal)i is Refusal.Swapped or Refusal.Replayed;
            }

            return whole;
        }
    }
}
