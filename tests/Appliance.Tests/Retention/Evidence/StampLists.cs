using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Appliance.Evidence;

namespace Appliance.Tests.Retention.Evidence;

/// <summary>A time-stamp authority of the test, whose root makes lists of revoked certificates.</summary>
internal sealed class StampLists : IDisposable
{
    private static readonly DateTimeOffset Begin = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Before = new(2001, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset After = new(2097, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Later = new(2098, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset End = new(2099, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly X509Certificate2 root = Root("CN=Lab time-stamp root");
    private readonly X509Certificate2 other = Root("CN=Lab time-stamp root");
    private readonly byte[] serial = [0x4D, 1, 2, 3];

    /// <summary>Takes the place of the lab's authority of a store, and stamps from then on.</summary>
    public void Serve(EvidenceWorld world)
    {
        world.Succeed("evidence", "lab-authority", "--data", world.Orders.Data);
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Lab time-stamp authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(
            new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.8")], critical: true));
        using X509Certificate2 signer = request.Create(root, Begin, End, serial);
        string stamps = world.Orders.Store.Stamps;
        File.WriteAllText(Path.Combine(stamps, "root.pem"), root.ExportCertificatePem());
        File.WriteAllText(Path.Combine(stamps, "signer.crt"), signer.ExportCertificatePem());
        File.WriteAllText(Path.Combine(stamps, "signer.key"), key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>Lists, and what becomes of the stamps where they are brought.</summary>
    public IEnumerable<(string What, string[] Lists, CheckResult Result)> Cases() => new Case[]
    {
        new("none", [], CheckResult.Pass),
        new("a later list without it", [List(Later, null, null)], CheckResult.Pass),
        new("a list of before without it", [List(Before, null, null)], CheckResult.NotCheckable),
        new("another root's list",
            [List(Later, Before, X509RevocationReason.KeyCompromise, other)], CheckResult.NotCheckable),
        new("closed before the stamp",
            [List(Later, Before, X509RevocationReason.CessationOfOperation)], CheckResult.Fail),
        new("closed after it", [List(Later, After, X509RevocationReason.CessationOfOperation)], CheckResult.Pass),
        new("replaced after it", [List(Later, After, X509RevocationReason.Superseded)], CheckResult.Pass),
        new("its key lost after it", [List(Later, After, X509RevocationReason.KeyCompromise)], CheckResult.Fail),
        new("held after it", [List(Later, After, X509RevocationReason.CertificateHold)], CheckResult.Fail),
        new("no reason said", [List(Later, After, null)], CheckResult.Fail),
        new("an older list has it, a later one not",
            [List(Before, Before, X509RevocationReason.Superseded), List(Later, null, null)], CheckResult.Fail),
    }.Select(one => (one.What, one.Lists, one.Result));

    /// <summary>A list that says the authority is revoked, as it lies at a store.</summary>
    public string Revoking() => List(Later, Before, X509RevocationReason.CessationOfOperation);

    public void Dispose()
    {
        root.Dispose();
        other.Dispose();
    }

    private static X509Certificate2 Root(string name)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        return request.CreateSelfSigned(Begin, End);
    }

    private string List(
        DateTimeOffset made, DateTimeOffset? revoked, X509RevocationReason? reason, X509Certificate2? by = null)
    {
        var list = new CertificateRevocationListBuilder();
        if (revoked is { } from)
        {
            list.AddEntry(serial, from, reason);
        }

        byte[] der = list.Build(by ?? root, BigInteger.One, End, HashAlgorithmName.SHA256, null, made);
        return PemEncoding.WriteString("X509 CRL", der) + "\n";
    }

    private sealed record Case(string What, string[] Lists, CheckResult Result);
}
