using Appliance.Wire;

namespace Appliance.Lab.Vectors;

/// <summary>
/// Reads a vector as a store would and gives its verdict. Uses the product's own readers and nothing else.
/// </summary>
internal sealed class VectorJudge
{
    private readonly VectorTrust trust;
    private readonly ChainVerifier chain;
    private readonly BatchOpener opener;
    private readonly Id16 device;
    private VerifiedBatch? last;

    private VectorJudge(VectorFile vector)
    {
        trust = vector.Trust;
        device = Id(trust.Device);
        chain = new ChainVerifier(Key(trust.DeviceKey), new ReaderRules(device, Id(trust.Notice), trust.LatestDay));
        IEnumerable<RecipientKey> keys = vector.DayKeys
            .Where(key => key.Private is not null)
            .Select(key => RecipientKey.FromPrivate(
                (byte)key.Section, key.Day, Enum.Parse<KeyRole>(key.Role), Convert.FromHexString(key.Private!)));
        opener = new BatchOpener(keys, VectorRows.Decode);
    }

    /// <summary>"accepted" or "refused: " and the name of the first refusal.</summary>
    public static string Judge(VectorFile vector)
    {
        var judge = new VectorJudge(vector);
        foreach (VectorObject item in vector.Objects)
        {
            Refusal refusal = judge.Take(item.Kind, Convert.FromHexString(item.Hex));
            if (refusal != Refusal.None)
            {
                return refusal.Verdict();
            }
        }

        ChainReport report = judge.chain.Finish();
        return (report.MissingBatches + report.MissingEpochs > 0 ? Refusal.Missing : Refusal.None).Verdict();
    }

    private Refusal Take(string kind, byte[] bytes) => kind switch
    {
        "epoch" => chain.AddEpoch(bytes),
        "batch" => TakeBatch(bytes),
        "head" => chain.AddCheckpoint(bytes),
        "proof" => RecordProof.TryVerify(bytes, last!.Header, out _),
        "receipt" => Receipt.TryVerify(bytes, Key(trust.StoreKey), device, out _),
        "control" => Control.TryVerify(
            bytes,
            new ControlTrust(Key(trust.OperatorKey), Key(trust.CustodianKey)),
            device,
            trust.ControlLast,
            trust.ControlNowUs,
            out _),
        _ => throw new InvalidDataException($"a vector has an object of kind '{kind}'"),
    };

    private Refusal TakeBatch(byte[] bytes)
    {
        Refusal refusal = chain.AddBatch(bytes, out VerifiedBatch? batch);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        last = batch;
        foreach (SectionEntry section in batch!.Manifest.Sections)
        {
            refusal = opener.TryOpen(batch, section.Number, out _);
            if (refusal != Refusal.None)
            {
                return refusal;
            }
        }

        return Refusal.None;
    }

    private static Id16 Id(string hex) => Id16.TryParse(hex, out Id16 id)
        ? id
        : throw new InvalidDataException("a vector has an identity that is not 16 bytes");

    private static PublicKey Key(string hex) =>
        PublicKey.TryFromPoint(Convert.FromHexString(hex), out PublicKey? key)
            ? key
            : throw new InvalidDataException("a vector has a key that is not a point");
}
