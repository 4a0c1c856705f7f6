namespace Appliance.Wire;

/// <summary>What a reader knows and holds a batch against.</summary>
/// <param name="Device">Device that is trusted here.</param>
/// <param name="Notice">Notice in force; the default accepts any.</param>
/// <param name="LatestDay">Latest UTC day since 1970 that can be true now; int.MaxValue accepts any.</param>
public sealed record ReaderRules(Id16 Device, Id16 Notice, int LatestDay);

/// <summary>Finds the certified epoch of a key; null where none was accepted.</summary>
public delegate CertifiedEpoch? EpochLookup(KeyId kid);

/// <summary>A manifest whose signature and certificate were checked.</summary>
/// <param name="Id">Id of the batch.</param>
/// <param name="Manifest">What was signed.</param>
/// <param name="Bytes">The signed object alone, as evidence carries it.</param>
public sealed record VerifiedManifest(Hash32 Id, Manifest Manifest, ReadOnlyMemory<byte> Bytes);

/// <summary>
/// A batch of which all that can be checked without a key was: it is whole and as signed, still sealed.
/// </summary>
public sealed class VerifiedBatch
{
    internal VerifiedBatch(VerifiedManifest header, RecipientEntry[] recipients, ReadOnlyMemory<byte>[] ciphertexts)
    {
        Header = header;
        Recipients = recipients;
        Ciphertexts = ciphertexts;
    }

    public VerifiedManifest Header { get; }

    public Hash32 Id => Header.Id;

    public Manifest Manifest => Header.Manifest;

    internal RecipientEntry[] Recipients { get; }

    internal ReadOnlyMemory<byte>[] Ciphertexts { get; }
}

/// <summary>
/// Checks a batch as far as that goes without keys, in this order: shape, signature, epoch certificate, recipients'
/// hash, ciphertexts' lengths and hashes. The first thing that is wrong is the answer. Never throws on bad input.
/// </summary>
public static class BatchCheck
{
    /// <summary>Checks a whole batch; the batch is only there where the result is None.</summary>
    public static Refusal TryVerify(
        ReadOnlyMemory<byte> bytes, EpochLookup epochs, ReaderRules rules, out VerifiedBatch? batch)
    {
        batch = null;
        Refusal refusal = BatchBytes.TryDecode(bytes, out BatchParts? parts);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        refusal = TryVerify(parts!.Signed, parts.Header, epochs, rules, out VerifiedManifest? header);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        refusal = CheckContent(header!.Manifest, parts, out RecipientEntry[] recipients);
        if (refusal == Refusal.None)
        {
            batch = new VerifiedBatch(header, recipients, parts.Ciphertexts);
        }

        return refusal;
    }

    /// <summary>Checks the signed object of a batch alone, as an evidence pack carries it.</summary>
    public static Refusal TryVerifyManifest(
        ReadOnlyMemory<byte> bytes, EpochLookup epochs, ReaderRules rules, out VerifiedManifest? header)
    {
        header = null;
        Refusal refusal = SignedObject.TryRead(SignedType.Batch, bytes, out SignedObject? signed);
        return refusal != Refusal.None ? refusal : TryVerify(signed!, bytes, epochs, rules, out header);
    }

    private static Refusal TryVerify(
        SignedObject signed,
        ReadOnlyMemory<byte> bytes,
        EpochLookup epochs,
        ReaderRules rules,
        out VerifiedManifest? header)
    {
        header = null;
        if (epochs(signed.Kid) is not { } epoch)
        {
            return Refusal.ForeignKey;
        }

        if (!signed.IsSignedBy(epoch.Key))
        {
            return Refusal.Signature;
        }

        Refusal refusal = Manifest.TryDecode(signed.Payload, out Manifest? manifest);
        refusal = refusal != Refusal.None ? refusal : CheckRules(manifest!, epoch, rules);
        if (refusal == Refusal.None)
        {
            header = new VerifiedManifest(signed.Id, manifest!, bytes);
        }

        return refusal;
    }

    private static Refusal CheckRules(Manifest manifest, CertifiedEpoch epoch, ReaderRules rules)
    {
        if (manifest.Device != rules.Device)
        {
            return Refusal.WrongDevice;
        }

        if (manifest.Device != epoch.Statement.Device || manifest.Epoch != epoch.Statement.Epoch)
        {
            return Refusal.WrongEpoch;
        }

        if (!rules.Notice.Equals(default) && manifest.Notice != rules.Notice)
        {
            return Refusal.WrongNotice;
        }

        return manifest.Day > rules.LatestDay ? Refusal.FutureDay : Refusal.None;
    }

    private static Refusal CheckContent(Manifest manifest, BatchParts parts, out RecipientEntry[] recipients)
    {
        recipients = [];
        if (Hash32.Of(parts.Recipients.Span) != manifest.RecipientsHash)
        {
            return Refusal.RecipientsHash;
        }

        if (parts.Ciphertexts.Length != manifest.Sections.Count)
        {
            return Refusal.SectionList;
        }

        for (int i = 0; i < parts.Ciphertexts.Length; i++)
        {
            SectionEntry entry = manifest.Sections[i];
            if (parts.Ciphertexts[i].Length != entry.SealedLength || entry.SealedLength < Gcm.TagSize)
            {
                return Refusal.CiphertextLength;
            }

            if (Hash32.Of(parts.Ciphertexts[i].Span) != entry.SealedHash)
            {
                return Refusal.CiphertextHash;
            }
        }

        Refusal refusal = RecipientEntry.TryDecodeAll(parts.Recipients, out recipients);
        return refusal != Refusal.None ? refusal : CheckSections(manifest, recipients);
    }

    /// <summary>Every recipient is of a section that the batch has; an absent section has none.</summary>
    private static Refusal CheckSections(Manifest manifest, RecipientEntry[] recipients)
    {
        foreach (RecipientEntry recipient in recipients)
        {
            bool known = false;
            foreach (SectionEntry section in manifest.Sections)
            {
                known |= section.Number == recipient.Section;
            }

            if (!known)
            {
                return Refusal.RecipientsList;
            }
        }

        return Refusal.None;
    }
}
