using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Appliance.Evidence;

/// <summary>What lists of revoked certificates say of a token's authority.</summary>
internal enum StampStanding
{
    /// <summary>No list that was brought is of its authority and later than the token.</summary>
    NotKnown,

    /// <summary>A later list does not have it, or from a later time on for no fault of its key.</summary>
    Good,

    /// <summary>It is revoked, and the token with it.</summary>
    Revoked,
}

/// <summary>
/// A list of revoked certificates (RFC 5280 section 5), complete and of the issuer itself: what is a delta, of part of
/// the certificates, or has another critical extension cannot be relied on, and is no list here.
/// </summary>
public sealed class StampCrl
{
    private const string Pem = "X509 CRL";
    private const string ReasonCode = "2.5.29.21";
    private const string InvalidityDate = "2.5.29.24";
    private static readonly Asn1Tag Context0 = new(TagClass.ContextSpecific, 0, isConstructed: true);

    private readonly Dictionary<string, (DateTimeOffset From, int? Reason)> revoked = [];
    private readonly byte[] signed;
    private readonly byte[] signature;
    private readonly string algorithm;
    private readonly byte[] der;
    private byte[] issuer = [];
    private bool hasUnknown;

    private StampCrl(byte[] der)
    {
        this.der = der;
        var outer = new AsnReader(der, AsnEncodingRules.DER);
        AsnReader parts = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        signed = parts.ReadEncodedValue().ToArray();
        algorithm = parts.ReadSequence().ReadObjectIdentifier();
        signature = parts.ReadBitString(out _);
        Read(new AsnReader(signed, AsnEncodingRules.DER).ReadSequence());
    }

    /// <summary>When it was made.</summary>
    public DateTimeOffset ThisUpdate { get; private set; }

    /// <summary>Reads one in PEM; <see cref="CryptographicException"/> where it is none.</summary>
    public static StampCrl FromPem(string text)
    {
        try
        {
            PemFields fields = PemEncoding.Find(text);
            return text[fields.Label] == Pem
                ? new StampCrl(Convert.FromBase64String(text[fields.Base64Data]))
                : throw new CryptographicException($"it is no list of revoked certificates: {text[fields.Label]}");
        }
        catch (Exception wrong) when (wrong is AsnContentException or ArgumentException or FormatException)
        {
            throw new CryptographicException("it is no list of revoked certificates in PEM", wrong);
        }
    }

    /// <summary>The same in PEM.</summary>
    public string ToPem() => PemEncoding.WriteString(Pem, der) + "\n";

    /// <summary>
    /// What it says of a certificate at the time of a token. RFC 3161 section 4: revoked for a reason that is no fault
    /// of the key (0, 3, 4, 5), what was stamped before stays good; for another, or none said, nothing does.
    /// </summary>
    internal StampStanding Of(X509Certificate2 certificate, X509Certificate2 by, DateTimeOffset time)
    {
        if (!issuer.AsSpan().SequenceEqual(certificate.IssuerName.RawData) || hasUnknown || !IsSignedBy(by))
        {
            return StampStanding.NotKnown;
        }

        string serial = Serial(certificate.SerialNumberBytes.Span);
        if (!revoked.TryGetValue(serial, out (DateTimeOffset From, int? Reason) one))
        {
            return ThisUpdate >= time ? StampStanding.Good : StampStanding.NotKnown;
        }

        bool isNoFault = one.Reason is 0 or 3 or 4 or 5;
        return !isNoFault || time >= one.From ? StampStanding.Revoked
            : ThisUpdate >= time ? StampStanding.Good : StampStanding.NotKnown;
    }

    private static string Serial(ReadOnlySpan<byte> bytes) => Convert.ToHexString(bytes);

    private static DateTimeOffset Time(AsnReader parts) => parts.PeekTag().HasSameClassAndValue(Asn1Tag.UtcTime)
        ? parts.ReadUtcTime() : parts.ReadGeneralizedTime();

    private static bool IsTime(AsnReader parts) => parts.HasData
        && (parts.PeekTag().HasSameClassAndValue(Asn1Tag.UtcTime)
            || parts.PeekTag().HasSameClassAndValue(Asn1Tag.GeneralizedTime));

    private void Read(AsnReader parts)
    {
        if (parts.PeekTag().HasSameClassAndValue(Asn1Tag.Integer))
        {
            parts.ReadInteger();
        }

        parts.ReadSequence();
        issuer = parts.ReadEncodedValue().ToArray();
        ThisUpdate = Time(parts);
        if (IsTime(parts))
        {
            Time(parts);
        }

        if (parts.HasData && parts.PeekTag().HasSameClassAndValue(Asn1Tag.Sequence))
        {
            AsnReader entries = parts.ReadSequence();
            while (entries.HasData)
            {
                ReadEntry(entries.ReadSequence());
            }
        }

        if (parts.HasData)
        {
            ReadExtensions(parts.ReadSequence(Context0).ReadSequence(), static (_, _) => false);
        }
    }

    private void ReadEntry(AsnReader entry)
    {
        string serial = Serial(entry.ReadIntegerBytes().Span);
        DateTimeOffset from = Time(entry);
        int? reason = null;
        if (entry.HasData)
        {
            ReadExtensions(entry.ReadSequence(), (name, value) =>
            {
                if (name == ReasonCode)
                {
                    reason = (int)value.ReadEnumeratedBytes().Span[^1];
                }
                else if (name == InvalidityDate)
                {
                    DateTimeOffset since = value.ReadGeneralizedTime();
                    from = since < from ? since : from;
                }

                return name is ReasonCode or InvalidityDate;
            });
        }

        revoked[serial] = (from, reason);
    }

    // RFC 5280 section 5.2: a list with a critical extension that is not understood says nothing of any certificate.
    private void ReadExtensions(AsnReader extensions, Func<string, AsnReader, bool> take)
    {
        while (extensions.HasData)
        {
            AsnReader extension = extensions.ReadSequence();
            string name = extension.ReadObjectIdentifier();
            bool isCritical = extension.PeekTag().HasSameClassAndValue(Asn1Tag.Boolean) && extension.ReadBoolean();
            var value = new AsnReader(extension.ReadOctetString(), AsnEncodingRules.DER);
            hasUnknown |= !take(name, value) && isCritical;
        }
    }

    private bool IsSignedBy(X509Certificate2 by)
    {
        X509KeyUsageExtension? usage = by.Extensions.OfType<X509KeyUsageExtension>().FirstOrDefault();
        if (usage is not null && (usage.KeyUsages & X509KeyUsageFlags.CrlSign) == 0)
        {
            return false;
        }

        using RSA? rsa = by.GetRSAPublicKey();
        using ECDsa? ecdsa = by.GetECDsaPublicKey();
        return algorithm switch
        {
            "1.2.840.10045.4.3.2" => ecdsa?.VerifyData(
                signed, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence) == true,
            "1.2.840.113549.1.1.11" => rsa?.VerifyData(
                signed, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1) == true,
            _ => false,
        };
    }
}
