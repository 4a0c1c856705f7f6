using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Appliance.Icrctl.Provisioning;

/// <summary>A certificate and its private key, both as PEM.</summary>
internal sealed record IssuedCertificate(string CertificatePem, string KeyPem);

/// <summary>
/// A certificate authority for the lab and for small installations: P-256 throughout, one level, certificates for the
/// broker (server), and for devices and stores (clients). The common name of a client is the name that the broker's
/// access list knows it by, so names that could be read as topic wildcards or levels are refused.
/// </summary>
internal sealed class LabAuthority : IDisposable
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    /// <summary>Longest common name (RFC 5280, ub-common-name).</summary>
    private const int NameLengthMax = 64;

    private readonly X509Certificate2 certificate;

    private LabAuthority(X509Certificate2 certificate)
    {
        this.certificate = certificate;
    }

    /// <summary>The authority's certificate, to be given to everyone.</summary>
    public string CertificatePem => certificate.ExportCertificatePem();

    /// <summary>The authority's private key, to be kept by whoever provisions.</summary>
    public string KeyPem
    {
        get
        {
            using ECDsa key = certificate.GetECDsaPrivateKey()!;
            return key.ExportPkcs8PrivateKeyPem();
        }
    }

    /// <summary>
    /// Whether a name may be a common name: letters, digits, <c>-</c>, <c>_</c> and <c>.</c>, beginning with a letter
    /// or digit, at most 64.
    /// </summary>
    public static bool IsName(string name) =>
        name.Length is > 0 and <= NameLengthMax && char.IsAsciiLetterOrDigit(name[0])
        && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    /// <summary>The same name, when it may be a common name.</summary>
    /// <exception cref="ArgumentException">It may not.</exception>
    public static string Checked(string name) => IsName(name)
        ? name
        : throw new ArgumentException($"'{name}' is not a name of letters, digits, '-', '_' and '.'", nameof(name));

    /// <summary>Makes a new authority with a key of its own.</summary>
    public static LabAuthority Create(string name, DateTimeOffset notBefore, DateTimeOffset notAfter)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = Request(name, key);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return new(request.CreateSelfSigned(notBefore, notAfter));
    }

    /// <summary>Takes up an authority that was made before.</summary>
    /// <exception cref="CryptographicException">The texts are not a certificate and its key.</exception>
    public static LabAuthority Load(string certificatePem, string keyPem) =>
        new(X509Certificate2.CreateFromPem(certificatePem, keyPem));

    /// <summary>A certificate for the broker, for the host names and addresses by which it is reached.</summary>
    public IssuedCertificate IssueServer(
        string name, IEnumerable<string> hosts, IEnumerable<IPAddress> addresses, DateTimeOffset notBefore,
        DateTimeOffset notAfter)
    {
        SubjectAlternativeNameBuilder names = new();
        foreach (string host in hosts)
        {
            names.AddDnsName(host);
        }

        foreach (IPAddress address in addresses)
        {
            names.AddIpAddress(address);
        }

        return Issue(name, ServerAuthentication, names, notBefore, notAfter);
    }

    /// <summary>
    /// A certificate for a device or a store; <paramref name="name"/> is its name towards the broker.
    /// </summary>
    /// <exception cref="ArgumentException">The name is not one that <see cref="IsName"/> allows.</exception>
    public IssuedCertificate IssueClient(string name, DateTimeOffset notBefore, DateTimeOffset notAfter)
    {
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName(Checked(name));
        return Issue(name, ClientAuthentication, names, notBefore, notAfter);
    }

    /// <inheritdoc/>
    public void Dispose() => certificate.Dispose();

    private static CertificateRequest Request(string name, ECDsa key) =>
        new($"CN={Checked(name)}", key, HashAlgorithmName.SHA256);

    private IssuedCertificate Issue(
        string name, string use, SubjectAlternativeNameBuilder names, DateTimeOffset notBefore, DateTimeOffset notAfter)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = Request(name, key);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(use)], false));
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        request.CertificateExtensions.Add(
            X509AuthorityKeyIdentifierExtension.CreateFromCertificate(certificate, true, false));
        byte[] serial = RandomNumberGenerator.GetBytes(16);
        serial[0] &= 0x7F; // a serial number is positive (RFC 5280, 4.1.2.2)
        using X509Certificate2 issued = request.Create(certificate, notBefore, notAfter, serial);
        return new(issued.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }
}
