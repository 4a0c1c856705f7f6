using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Appliance.Evidence;

/// <summary>
/// Time-stamp tokens (RFC 3161): CMS SignedData (RFC 5652) over a TSTInfo. Taken are one signer, SHA-2, RSA with PKCS
/// #1 v1.5 and ECDSA, and a signer's certificate that leads to a root which was given, and that no list of revoked
/// certificates which was given takes.
/// </summary>
public static class StampToken
{
    private const string SignedData = "1.2.840.113549.1.7.2";
    private const string TstInfo = "1.2.840.113549.1.9.16.1.4";
    private const string ContentType = "1.2.840.113549.1.9.3";
    private const string MessageDigest = "1.2.840.113549.1.9.4";
    private const string SigningCertificate = "1.2.840.113549.1.9.16.2.12";
    private const string SigningCertificateV2 = "1.2.840.113549.1.9.16.2.47";
    private const string TimeStamping = "1.3.6.1.5.5.7.3.8";
    private const string Sha256 = "2.16.840.1.101.3.4.2.1";
    private const int RsaBitsMin = 2048;

    private static readonly Asn1Tag Context0 = new(TagClass.ContextSpecific, 0, isConstructed: true);
    private static readonly Asn1Tag Context1 = new(TagClass.ContextSpecific, 1, isConstructed: true);

    /// <summary>A query for a token over these bytes (section 2.4.1), with the authority's certificate.</summary>
    public static byte[] Query(ReadOnlySpan<byte> stamped, ReadOnlySpan<byte> nonce)
    {
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(1);
            using (writer.PushSequence())
            {
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(Sha256);
                    writer.WriteNull();
                }

                writer.WriteOctetString(SHA256.HashData(stamped));
            }

            writer.WriteIntegerUnsigned(nonce);
            writer.WriteBoolean(true);
        }

        return writer.Encode();
    }

    /// <summary>The token of a response; null where the authority refused, or it is no response.</summary>
    public static byte[]? OfResponse(ReadOnlyMemory<byte> response)
    {
        try
        {
            AsnReader parts = new AsnReader(response, AsnEncodingRules.DER).ReadSequence();
            bool granted = parts.ReadSequence().TryReadInt32(out int status) && status is 0 or 1;
            return granted && parts.HasData ? parts.ReadEncodedValue().ToArray() : null;
        }
        catch (AsnContentException)
        {
            return null;
        }
    }

    /// <summary>The time of the token; null where it is of other bytes, or not of a trusted authority.</summary>
    /// <param name="token">DER of the token.</param>
    /// <param name="stamped">What it is of.</param>
    /// <param name="pins">Certificates that the authority must lead to, and lists of revoked ones.</param>
    /// <param name="problem">Why there is none.</param>
    /// <param name="standing">What the lists say of the authority.</param>
    internal static DateTimeOffset? TimeOf(
        ReadOnlyMemory<byte> token,
        ReadOnlySpan<byte> stamped,
        Pins pins,
        out string problem,
        out StampStanding standing)
    {
        standing = StampStanding.NotKnown;
        try
        {
            byte[] digest = SHA256.HashData(stamped);
            DateTimeOffset? time = Read(token, digest, pins, out problem, out standing);
            return problem.Length == 0 ? time : null;
        }
        catch (Exception broken) when (broken is AsnContentException or CryptographicException)
        {
            problem = "it is no time-stamp token that can be read";
            return null;
        }
    }

    private static DateTimeOffset? Read(
        ReadOnlyMemory<byte> token, byte[] digest, Pins pins, out string problem, out StampStanding standing)
    {
        standing = StampStanding.NotKnown;
        var outer = new AsnReader(token, AsnEncodingRules.DER);
        AsnReader info = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        if (info.ReadObjectIdentifier() != SignedData)
        {
            problem = "it is no SignedData";
            return null;
        }

        AsnReader parts = info.ReadSequence(Context0).ReadSequence();
        parts.ReadInteger();
        parts.ReadSetOf();
        AsnReader encapsulated = parts.ReadSequence();
        bool isTst = encapsulated.ReadObjectIdentifier() == TstInfo;
        byte[] content = encapsulated.ReadSequence(Context0).ReadOctetString();
        List<X509Certificate2> certificates = Certificates(parts);
        if (parts.HasData && parts.PeekTag().HasSameClassAndValue(Context1))
        {
            parts.ReadEncodedValue();
        }

        AsnReader signers = parts.ReadSetOf();
        AsnReader signer = signers.ReadSequence();
        signers.ThrowIfNotEmpty();
        DateTimeOffset time = TimeIn(content, digest, out bool isOfDigest);
        X509Certificate2? certificate = Verified(signer, content, certificates);
        problem = !isTst || !isOfDigest ? "it is of other bytes"
            : certificate is null ? "its signature does not hold"
            : !LeadsTo(certificate, certificates, pins, time, out standing)
                ? "its authority does not lead to a root that was given"
            : standing == StampStanding.Revoked ? "its authority's certificate was revoked"
            : "";
        return time;
    }

    private static List<X509Certificate2> Certificates(AsnReader parts)
    {
        var certificates = new List<X509Certificate2>();
        if (parts.PeekTag().HasSameClassAndValue(Context0))
        {
            AsnReader list = parts.ReadSetOf(Context0);
            while (list.HasData)
            {
                certificates.Add(X509CertificateLoader.LoadCertificate(list.ReadEncodedValue().Span));
            }
        }

        return certificates;
    }

    private static DateTimeOffset TimeIn(byte[] content, byte[] digest, out bool isOfDigest)
    {
        AsnReader info = new AsnReader(content, AsnEncodingRules.DER).ReadSequence();
        bool isVersion = info.ReadInteger() == 1;
        info.ReadObjectIdentifier();
        AsnReader imprint = info.ReadSequence();
        bool isSha = imprint.ReadSequence().ReadObjectIdentifier() == Sha256;
        isOfDigest = imprint.ReadOctetString().AsSpan().SequenceEqual(digest) && isSha && isVersion;
        info.ReadInteger();
        return info.ReadGeneralizedTime();
    }

    /// <summary>The certificate whose key signed the content, bound to it by the signed attributes; or null.</summary>
    private static X509Certificate2? Verified(AsnReader signer, byte[] content, List<X509Certificate2> certificates)
    {
        signer.ReadInteger();
        AsnReader name = signer.ReadSequence();
        byte[] issuer = name.ReadEncodedValue().ToArray();
        byte[] serial = name.ReadIntegerBytes().ToArray();
        HashAlgorithmName? hash = HashOf(signer.ReadSequence().ReadObjectIdentifier());
        byte[] attributes = signer.ReadEncodedValue().ToArray();
        signer.ReadSequence();
        byte[] signature = signer.ReadOctetString();
        X509Certificate2? certificate = certificates.Find(one =>
            one.IssuerName.RawData.AsSpan().SequenceEqual(issuer)
            && one.SerialNumberBytes.Span.SequenceEqual(serial));
        if (certificate is null || hash is not { } algorithm)
        {
            return null;
        }

        // RFC 5652 section 5.4: signed is the attributes' own encoding as a SET, not the tag in the message.
        attributes[0] = 0x31;
        return AttributesHold(attributes, content, certificate, algorithm)
            && IsSigned(certificate, attributes, signature, algorithm) ? certificate : null;
    }

    private static bool AttributesHold(
        byte[] attributes, byte[] content, X509Certificate2 certificate, HashAlgorithmName hash)
    {
        bool type = false;
        bool digest = false;
        bool bound = false;
        AsnReader list = new AsnReader(attributes, AsnEncodingRules.DER).ReadSetOf();
        while (list.HasData)
        {
            AsnReader attribute = list.ReadSequence();
            string name = attribute.ReadObjectIdentifier();
            AsnReader value = attribute.ReadSetOf();
            switch (name)
            {
                case ContentType:
                    type = value.ReadObjectIdentifier() == TstInfo;
                    break;
                case MessageDigest:
                    byte[] wanted = CryptographicOperations.HashData(hash, content);
                    digest = value.ReadOctetString().AsSpan().SequenceEqual(wanted);
                    break;
                case SigningCertificate or SigningCertificateV2:
                    bound |= IsOfCertificate(value, certificate, name == SigningCertificateV2);
                    break;
            }
        }

        return type && digest && bound;
    }

    /// <summary>RFC 3161 section 2.4.1, RFC 5816: the attribute that ties the signature to one certificate.</summary>
    private static bool IsOfCertificate(AsnReader value, X509Certificate2 certificate, bool isV2)
    {
        AsnReader id = value.ReadSequence().ReadSequence().ReadSequence();
        HashAlgorithmName hash = isV2 ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA1;
        if (isV2 && id.PeekTag().HasSameClassAndValue(Asn1Tag.Sequence))
        {
            hash = HashOf(id.ReadSequence().ReadObjectIdentifier()) ?? HashAlgorithmName.SHA256;
        }

        return id.ReadOctetString().AsSpan().SequenceEqual(certificate.GetCertHash(hash));
    }

    private static bool IsSigned(
        X509Certificate2 certificate, byte[] signed, byte[] signature, HashAlgorithmName hash)
    {
        using RSA? rsa = certificate.GetRSAPublicKey();
        using ECDsa? ecdsa = certificate.GetECDsaPublicKey();
        return rsa is not null
            ? rsa.KeySize >= RsaBitsMin && rsa.VerifyData(signed, signature, hash, RSASignaturePadding.Pkcs1)
            : ecdsa is not null
                && ecdsa.VerifyData(signed, signature, hash, DSASignatureFormat.Rfc3279DerSequence);
    }

    private static HashAlgorithmName? HashOf(string algorithm) => algorithm switch
    {
        Sha256 => HashAlgorithmName.SHA256,
        "2.16.840.1.101.3.4.2.2" => HashAlgorithmName.SHA384,
        "2.16.840.1.101.3.4.2.3" => HashAlgorithmName.SHA512,
        _ => null,
    };

    private static bool LeadsTo(
        X509Certificate2 signer,
        List<X509Certificate2> others,
        Pins pins,
        DateTimeOffset time,
        out StampStanding standing)
    {
        standing = StampStanding.NotKnown;
        // Section 2.3: the key signs time stamps and nothing else, and the extension that says so is critical.
        X509EnhancedKeyUsageExtension? usage =
            signer.Extensions.OfType<X509EnhancedKeyUsageExtension>().FirstOrDefault();
        if (usage is not { Critical: true } || usage.EnhancedKeyUsages.Count != 1
            || usage.EnhancedKeyUsages[0].Value != TimeStamping)
        {
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        foreach (X509Certificate2 root in pins.StampRoots)
        {
            chain.ChainPolicy.CustomTrustStore.Add(root);
        }

        foreach (X509Certificate2 other in others)
        {
            chain.ChainPolicy.ExtraStore.Add(other);
        }

        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = time.UtcDateTime;
        bool leads = chain.Build(signer);
        standing = leads ? StandingOf(chain, pins.StampCrls, time) : standing;
        return leads;
    }

    // The worst of the chain's certificates: a root stands by itself.
    private static StampStanding StandingOf(X509Chain chain, IReadOnlyList<StampCrl> lists, DateTimeOffset time)
    {
        StampStanding worst = StampStanding.Good;
        for (int i = 0; i + 1 < chain.ChainElements.Count; i++)
        {
            X509Certificate2 own = chain.ChainElements[i].Certificate;
            X509Certificate2 issuer = chain.ChainElements[i + 1].Certificate;
            StampStanding[] said = [.. lists.Select(list => list.Of(own, issuer, time))];
            worst = said.Contains(StampStanding.Revoked) || worst == StampStanding.Revoked ? StampStanding.Revoked
                : said.Contains(StampStanding.Good) ? worst
                : StampStanding.NotKnown;
        }

        return worst;
    }
}
