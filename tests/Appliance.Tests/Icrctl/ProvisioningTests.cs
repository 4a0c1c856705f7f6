using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Appliance.Icrctl.Provisioning;
using Xunit;

namespace Appliance.Tests.Icrctl;

/// <summary>Certificates for one use each, and an access list without a name that could widen it.</summary>
public sealed class ProvisioningTests
{
    private static readonly DateTimeOffset From = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_client_certificate_is_P256_names_the_device_and_cannot_serve_or_sign_others()
    {
        using LabAuthority authority = LabAuthority.Create("lab", From, From.AddYears(10));
        IssuedCertificate issued = authority.IssueClient("box-1", From, From.AddYears(1));
        using X509Certificate2 client = X509Certificate2.CreateFromPem(issued.CertificatePem, issued.KeyPem);
        using ECDsa key = client.GetECDsaPrivateKey()!;
        Assert.Equal("1.2.840.10045.3.1.7", key.ExportParameters(false).Curve.Oid.Value);
        Assert.Equal("CN=box-1", client.Subject);
        Assert.Equal("CN=lab", client.Issuer);
        var names = client.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single();
        Assert.Equal(["box-1"], names.EnumerateDnsNames());
        Assert.Equal(["1.3.6.1.5.5.7.3.2"], Uses(client));
        Assert.False(client.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority);
        Assert.True(Builds(authority, client, From.AddDays(2)));
        Assert.False(Builds(authority, client, From.AddYears(2)));
        using LabAuthority other = LabAuthority.Create("lab", From, From.AddYears(10));
        Assert.False(Builds(other, client, From.AddDays(2)));
    }

    [Fact]
    public void An_authority_that_is_loaded_again_issues_what_the_first_one_vouches_for()
    {
        using LabAuthority first = LabAuthority.Create("lab", From, From.AddYears(10));
        using LabAuthority again = LabAuthority.Load(first.CertificatePem, first.KeyPem);
        IssuedCertificate issued = again.IssueServer(
            "broker", ["broker.example"], [IPAddress.Loopback], From, From.AddYears(1));
        using X509Certificate2 server = X509Certificate2.CreateFromPem(issued.CertificatePem);
        Assert.True(Builds(first, server, From.AddDays(2)));
        Assert.Equal(["1.3.6.1.5.5.7.3.1"], Uses(server));
        Assert.True(server.MatchesHostname("broker.example") && server.MatchesHostname("127.0.0.1"));
        Assert.False(server.MatchesHostname("broker"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("+")]
    [InlineData("a/b")]
    [InlineData("#")]
    [InlineData("a b")]
    [InlineData("a\ntopic #")]
    [InlineData("-a")]
    [InlineData("b\u00f6x")]
    [InlineData("a,O=b")]
    public void A_name_that_could_be_read_as_more_than_a_name_is_refused(string name)
    {
        using LabAuthority authority = LabAuthority.Create("lab", From, From.AddYears(10));
        Assert.Throws<ArgumentException>(() => authority.IssueClient(name, From, From.AddYears(1)));
        Assert.Throws<ArgumentException>(() => BrokerConfiguration.AccessText([name], []));
        Assert.Throws<ArgumentException>(() => BrokerConfiguration.AccessText([], [name]));
    }

    [Fact]
    public void No_store_may_write_control_and_no_operator_may_read_batches()
    {
        string[] sections = BrokerConfiguration.AccessText(["store-1"], ["operator"]).Split("user ");
        Assert.Equal(3, sections.Length);
        Assert.StartsWith("store-1\n", sections[1]);
        Assert.DoesNotContain("control", sections[1]);
        Assert.StartsWith("operator\n", sections[2]);
        Assert.DoesNotContain("batch", sections[2]);
    }

    private static List<string?> Uses(X509Certificate2 certificate) =>
        [.. certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().Single().EnhancedKeyUsages.Cast<Oid>()
            .Select(static use => use.Value)];

    private static bool Builds(LabAuthority authority, X509Certificate2 certificate, DateTimeOffset at)
    {
        using X509Certificate2 root = X509Certificate2.CreateFromPem(authority.CertificatePem);
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(root);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = at.UtcDateTime;
        return chain.Build(certificate);
    }
}
