using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Appliance.Linux;
using Appliance.Retention.Archive;

namespace Appliance.Retention.Evidence;

/// <summary>
/// A time-stamp authority for the lab, run by <c>openssl ts</c> from the store's own folder. It shows that the format
/// works; it proves no time, for who has the store has its key.
/// </summary>
internal static class LabAuthority
{
    private const string RootName = "root.pem";

    // A lab's records may be of any year.
    private static readonly DateTimeOffset From = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Until = new(2099, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Makes keys, certificates and configuration; nothing is overwritten.</summary>
    /// <returns>File of the root's certificate.</returns>
    /// <exception cref="ArchiveException">There is an authority already.</exception>
    public static string Make(StoreFolder folder)
    {
        string room = folder.Stamps;
        if (File.Exists(Path.Combine(room, StampAuthority.FileName)))
        {
            throw new ArchiveException($"{room} has an authority already; remove it first");
        }

        DurableFile.MakeFolder(room);
        using ECDsa rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 root = Root(rootKey);
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 signer = Signer(root, key);
        Put(room, RootName, root.ExportCertificatePem());
        Put(room, "signer.crt", signer.ExportCertificatePem());
        Put(room, "signer.key", key.ExportPkcs8PrivateKeyPem());
        Put(room, "serial", "01\n");
        Put(room, "authority.cnf", Configuration(room));
        string[] command =
        [
            "openssl", "ts", "-reply", "-config", Path.Combine(room, "authority.cnf"), "-queryfile", "{query}", "-out",
            "{reply}",
        ];
        Put(room, StampAuthority.FileName, new StampAuthority(null, command).ToJson());
        return Path.Combine(room, RootName);
    }

    private static X509Certificate2 Root(ECDsa key)
    {
        var request = new CertificateRequest("CN=Lab time-stamp root", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(
            X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        return request.CreateSelfSigned(From, Until);
    }

    private static X509Certificate2 Signer(X509Certificate2 root, ECDsa key)
    {
        var request = new CertificateRequest("CN=Lab time-stamp authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(
            new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.8")], critical: true));
        byte[] serial = RandomNumberGenerator.GetBytes(8);
        serial[0] = (byte)((serial[0] & 0x7F) | 1);
        return request.Create(root, From, Until, serial);
    }

    private static string Configuration(string room) => $"""
        [tsa]
        default_tsa = lab

        [lab]
        serial = {room}/serial
        signer_cert = {room}/signer.crt
        signer_key = {room}/signer.key
        signer_digest = sha256
        default_policy = 1.3.6.1.4.1.13762.3
        digests = sha256
        accuracy = secs:1
        ordering = no
        ess_cert_id_alg = sha256

        """;

    private static void Put(string room, string name, string text)
    {
        string file = Path.Combine(room, name);
        DurableFile.Put(file, file + ".part", Encoding.UTF8.GetBytes(text));
        if (name.EndsWith(".key", StringComparison.Ordinal))
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }
}
