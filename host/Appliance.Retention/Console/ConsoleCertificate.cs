using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Appliance.Linux;
using Appliance.Retention.Archive;

namespace Appliance.Retention.WebConsole;

/// <summary>The certificate of the console: given, or in the lab made by itself and kept.</summary>
internal static class ConsoleCertificate
{
    // A lab's certificate is made again long before browsers call it too old.
    private const int LabDays = 90;
    private const int RenewDays = 7;

    /// <summary>Reads what an operator gave.</summary>
    /// <exception cref="ArchiveException">A file is missing, or they do not belong together.</exception>
    public static X509Certificate2 Read(string certificate, string key)
    {
        foreach (string file in new[] { certificate, key })
        {
            if (!File.Exists(file))
            {
                throw new ArchiveException($"{file} is not there; --cert and --key name files in PEM");
            }
        }

        try
        {
            return X509Certificate2.CreateFromPemFile(certificate, key);
        }
        catch (CryptographicException wrong)
        {
            throw new ArchiveException($"{certificate} and {key} are no certificate and key: {wrong.Message}", wrong);
        }
    }

    /// <summary>The lab's own; made where there is none that is good for the host.</summary>
    public static X509Certificate2 OfLab(string folder, string host, DateTimeOffset now)
    {
        string certificate = Path.Combine(folder, "lab-certificate.pem");
        string key = Path.Combine(folder, "lab-key.pem");
        if (File.Exists(certificate) && File.Exists(key))
        {
            X509Certificate2 kept = Read(certificate, key);
            if (kept.MatchesHostname(host) && kept.NotAfter.ToUniversalTime() > now.UtcDateTime.AddDays(RenewDays)
                && kept.NotBefore.ToUniversalTime() <= now.UtcDateTime)
            {
                return kept;
            }

            kept.Dispose();
        }

        DurableFile.MakeFolder(folder);
        using var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 own = Make(made, host, now);
        Put(key, made.ExportPkcs8PrivateKeyPem());
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Put(certificate, own.ExportCertificatePem());
        return Read(certificate, key);
    }

    private static X509Certificate2 Make(ECDsa key, string host, DateTimeOffset now)
    {
        var wanted = new CertificateRequest($"CN={host} (lab)", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        names.AddIpAddress(IPAddress.Loopback);
        wanted.CertificateExtensions.Add(names.Build());
        wanted.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        wanted.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(
            new OidCollection { new("1.3.6.1.5.5.7.3.1") }, critical: false));
        return wanted.CreateSelfSigned(now.AddHours(-1), now.AddDays(LabDays));
    }

    private static void Put(string file, string pem) =>
        DurableFile.Put(file, file + ".part", Encoding.ASCII.GetBytes(pem + "\n"));
}
