namespace Appliance.Wire;

/// <summary>An epoch statement that the trusted device signed: it certifies the key of its epoch.</summary>
public sealed class CertifiedEpoch
{
    private CertifiedEpoch(EpochStatement statement, Hash32 id)
    {
        Statement = statement;
        Id = id;
    }

    public EpochStatement Statement { get; }

    /// <summary>Id of the statement: what batch 0 names as its previous.</summary>
    public Hash32 Id { get; }

    /// <summary>Key that signs the batches.</summary>
    public PublicKey Key => Statement.Key!;

    /// <summary>
    /// Checks a statement against the device's key; the epoch is only there where the result is None.
    /// </summary>
    public static Refusal TryVerify(
        ReadOnlyMemory<byte> bytes, PublicKey deviceKey, ReaderRules rules, out CertifiedEpoch? epoch)
    {
        epoch = null;
        Refusal refusal = Payload.TryVerify(
            SignedType.Epoch, bytes, deviceKey, Refusal.ForeignDevice, out SignedObject? signed);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        refusal = EpochStatement.TryDecode(signed!.Payload, out EpochStatement? statement);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        if (statement!.Device != rules.Device)
        {
            return Refusal.WrongDevice;
        }

        epoch = new CertifiedEpoch(statement, signed.Id);
        return Refusal.None;
    }
}

/// <summary>
/// A run of the device that has just begun: its statement to be written first, and the maker of its batches.
/// </summary>
/// <param name="Bytes">The signed statement; durable before the first batch is.</param>
/// <param name="Id">Id of the statement.</param>
/// <param name="Statement">What was signed.</param>
/// <param name="Sealer">Makes the batches; holds the epoch's key in memory only.</param>
public sealed record StartedEpoch(
    ReadOnlyMemory<byte> Bytes, Hash32 Id, EpochStatement Statement, BatchSealer Sealer)
{
    /// <summary>
    /// Begins an epoch: draws its id, key and secret, and signs the statement with the device key. The id and the key
    /// of <paramref name="facts"/> are replaced. The caller disposes the sealer.
    /// </summary>
    public static StartedEpoch Start(
        EpochStatement facts, SealingPolicy policy, SigningKey deviceKey, RandomSource random)
    {
        SigningKey epochKey = SigningKey.New(random);
        return Start(facts, policy, deviceKey, epochKey, random);
    }

    /// <summary>As above with an epoch key that is handed in; the vectors sign repeatably with one.</summary>
    internal static StartedEpoch Start(
        EpochStatement facts, SealingPolicy policy, SigningKey deviceKey, SigningKey epochKey, RandomSource random)
    {
        var epoch = new EpochRef(facts.Epoch.Number, Id16.New(random));
        EpochStatement statement = facts with { Epoch = epoch, Key = epochKey.Public };
        (byte[] bytes, Hash32 id) = SignedObject.Sign(SignedType.Epoch, statement.Encode(), deviceKey);
        var sealer = new BatchSealer(facts.Device, epoch, id, epochKey, policy, random);
        return new StartedEpoch(bytes, id, statement, sealer);
    }
}
