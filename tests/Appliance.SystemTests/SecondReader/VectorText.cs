using System.Text;
using Appliance.Lab.Vectors;
using Appliance.Wire;

namespace Appliance.SystemTests.SecondReader;

/// <summary>
/// What the product finds in a vector, in the words in which the second reader prints what it finds: verdict, ids,
/// roots, salts, rows.
/// </summary>
internal sealed class VectorText
{
    private readonly VectorTrust trust;
    private readonly ReaderRules rules;
    private readonly PublicKey deviceKey;
    private readonly ChainVerifier chain;
    private readonly BatchOpener opener;
    private readonly StringBuilder lines = new();
    private VerifiedBatch? last;

    private VectorText(VectorFile vector)
    {
        trust = vector.Trust;
        rules = new ReaderRules(Id(trust.Device), Id(trust.Notice), trust.LatestDay);
        deviceKey = Key(trust.DeviceKey);
        chain = new ChainVerifier(deviceKey, rules);
        opener = new BatchOpener(
            vector.DayKeys.Where(key => key.Private is not null).Select(key => RecipientKey.FromPrivate(
                (byte)key.Section, key.Day, Enum.Parse<KeyRole>(key.Role), Convert.FromHexString(key.Private!))),
            VectorRows.Decode);
    }

    /// <summary>The text of a batch vector.</summary>
    public static string Of(VectorFile vector)
    {
        VectorText text = new(vector);
        string verdict = text.Judge(vector).Verdict();
        return $"{vector.Name}: {verdict}\n{text.lines}";
    }

    /// <summary>The text of a vector of rows.</summary>
    public static string Of(RowVector vector)
    {
        RowBatch batch = new();
        bool taken = new RowDecoder().TryDecode(
            vector.Section, Convert.FromHexString(vector.Columns), batch, out RowFault fault);
        StringBuilder text = new($"{vector.Name}: {(taken ? RowVector.Accepted : RowVector.Refused(fault))}\n");
        CanonRows rows = taken ? new RowCanon().Write(batch, vector.Section) : default;
        for (int i = 0; i < rows.Count; i++)
        {
            text.Append($"  row {i} {Convert.ToHexStringLower(rows[i])}\n");
        }

        return text.ToString();
    }

    private Refusal Judge(VectorFile vector)
    {
        foreach (VectorObject item in vector.Objects)
        {
            byte[] bytes = Convert.FromHexString(item.Hex);
            Refusal refusal = item.Kind switch
            {
                "epoch" => TakeEpoch(bytes),
                "batch" => TakeBatch(bytes),
                "head" => TakeHead(bytes),
                "proof" => TakeProof(bytes),
                "receipt" => TakeReceipt(bytes),
                _ => TakeControl(bytes),
            };
            if (refusal != Refusal.None)
            {
                return refusal;
            }
        }

        ChainReport report = chain.Finish();
        return report.MissingBatches + report.MissingEpochs > 0 ? Refusal.Missing : Refusal.None;
    }

    private Refusal TakeEpoch(byte[] bytes)
    {
        Refusal refusal = chain.AddEpoch(bytes);
        if (CertifiedEpoch.TryVerify(bytes, deviceKey, rules, out CertifiedEpoch? epoch) == Refusal.None)
        {
            Say(refusal, $"epoch {epoch!.Statement.Epoch.Number} {epoch.Id}");
        }

        return refusal;
    }

    private Refusal TakeHead(byte[] bytes)
    {
        Refusal refusal = chain.AddCheckpoint(bytes);
        if (Checkpoint.TryVerify(bytes, deviceKey, rules, out Checkpoint? head) == Refusal.None)
        {
            Say(refusal, $"head {head!.Head.Epoch.Number}/{head.Head.Sequence} {head.Head.Id}");
        }

        return refusal;
    }

    private Refusal TakeBatch(byte[] bytes)
    {
        Refusal refusal = chain.AddBatch(bytes, out VerifiedBatch? batch);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        last = batch;
        Manifest manifest = batch!.Manifest;
        Say(
            refusal,
            $"batch {manifest.Epoch.Number}/{manifest.Sequence} {batch.Id} day {manifest.Day} rows {manifest.Rows}");
        foreach (SectionEntry section in manifest.Sections)
        {
            refusal = opener.TryOpen(batch, section.Number, out OpenedSection? opened);
            if (refusal != Refusal.None)
            {
                return refusal;
            }

            Say(refusal, $"section {section.Number} root {section.Root}");
            SayRows(opened!);
        }

        return refusal;
    }

    private void SayRows(OpenedSection section)
    {
        for (int i = 0; i < section.Rows.Count; i++)
        {
            string salt = Convert.ToHexStringLower(section.Salts.Span.Slice(i * 16, 16));
            string row = Convert.ToHexStringLower(section.Rows[i]);
            Say(Refusal.None, $"row {section.Number}/{i} salt {salt} {row}");
        }
    }

    private Refusal TakeProof(byte[] bytes)
    {
        Refusal refusal = RecordProof.TryVerify(bytes, last!.Header, out RecordProof? proof);
        Say(refusal, $"proof of row {proof?.Section}/{proof?.Row} of {last.Manifest.Rows}");
        return refusal;
    }

    private Refusal TakeReceipt(byte[] bytes)
    {
        Refusal refusal = Receipt.TryVerify(bytes, Key(trust.StoreKey), rules.Device, out Receipt? receipt);
        Say(
            refusal,
            $"receipt {receipt?.Epoch.Number}/{receipt?.Sequence} {receipt?.Id} reason {(int?)receipt?.Reason} "
            + $"copies {receipt?.Copies} ledger {receipt?.LedgerIndex}");
        return refusal;
    }

    private Refusal TakeControl(byte[] bytes)
    {
        ControlTrust roles = new(Key(trust.OperatorKey), Key(trust.CustodianKey));
        Refusal refusal = Control.TryVerify(
            bytes, roles, rules.Device, trust.ControlLast, trust.ControlNowUs, out Control? control);
        Say(refusal, $"control {control?.Number} kind {(int?)control?.Kind}");
        return refusal;
    }

    private void Say(Refusal refusal, string line)
    {
        if (refusal == Refusal.None)
        {
            lines.Append("  ").Append(line).Append('\n');
        }
    }

    private static Id16 Id(string hex) =>
        Id16.TryParse(hex, out Id16 id) ? id : throw new InvalidDataException($"not an identity: {hex}");

    private static PublicKey Key(string hex) =>
        PublicKey.TryFromPoint(Convert.FromHexString(hex), out PublicKey? key)
            ? key
            : throw new InvalidDataException($"not a point: {hex}");
}
