using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Appliance.Icrctl.Provisioning;
using Appliance.Mqtt;
using Xunit;

namespace Appliance.SystemTests.Mqtt;

/// <summary>Whom the dialler believes: one authority, one name, TLS 1.3; and what it says when it does not.</summary>
public sealed class MqttDialerTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly LabAuthority authority = MosquittoBroker.NewAuthority();

    [Fact]
    public async Task A_server_of_the_authority_with_the_right_name_is_believed_and_sees_the_client()
    {
        (DialOutcome outcome, string? client) = await DialAsync(authority, "localhost", SslProtocols.Tls13);
        Assert.Null(outcome.Problem);
        await using (outcome.Stream)
        {
            Assert.Equal("CN=box-1", client);
            Assert.Equal(SslProtocols.Tls13, ((SslStream)outcome.Stream!).SslProtocol);
        }
    }

    [Fact]
    public async Task A_certificate_for_another_name_is_not_believed()
    {
        (DialOutcome outcome, _) = await DialAsync(authority, "other.example", SslProtocols.Tls13);
        Assert.Null(outcome.Stream);
        Assert.Contains("RemoteCertificateNameMismatch", outcome.Problem);
        Assert.Contains("the name it is reached by", outcome.Problem);
    }

    [Fact]
    public async Task Another_authority_of_the_same_name_is_not_believed()
    {
        using LabAuthority other = MosquittoBroker.NewAuthority();
        (DialOutcome outcome, _) = await DialAsync(other, "localhost", SslProtocols.Tls13);
        Assert.Null(outcome.Stream);
        Assert.Contains("check the broker's certificate against the authority's file", outcome.Problem);
    }

    [Fact]
    public async Task An_older_protocol_is_not_spoken()
    {
        (DialOutcome outcome, _) = await DialAsync(authority, "localhost", SslProtocols.Tls12);
        Assert.Null(outcome.Stream);
        Assert.Contains("TLS", outcome.Problem);
    }

    public void Dispose() => authority.Dispose();

    /// <summary>Dials a server with such a certificate; returns the outcome and whom the server saw.</summary>
    private async Task<(DialOutcome Outcome, string? Client)> DialAsync(
        LabAuthority issuer, string name, SslProtocols protocols)
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        Task<string?> serving = ServeAsync(listener, issuer, name, protocols);
        DateTimeOffset now = DateTimeOffset.UtcNow;
        IssuedCertificate own = authority.IssueClient("box-1", now.AddHours(-1), now.AddDays(1));
        SslClientAuthenticationOptions tls = MqttDialer.Tls(
            "localhost", authority.CertificatePem, own.CertificatePem, own.KeyPem);
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        DialOutcome outcome = await MqttDialer.DialAsync("localhost", port, tls, CancellationToken.None);
        return (outcome, await serving.WaitAsync(Patience));
    }

    private static async Task<string?> ServeAsync(
        TcpListener listener, LabAuthority issuer, string name, SslProtocols protocols)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        IssuedCertificate issued = issuer.IssueServer("broker", [name], [], now.AddHours(-1), now.AddDays(1));
        using X509Certificate2 certificate = X509Certificate2.CreateFromPem(issued.CertificatePem, issued.KeyPem);
        using Socket socket = await listener.AcceptSocketAsync();
        using SslStream stream = new(new NetworkStream(socket));
        try
        {
            await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
            {
                ServerCertificate = certificate,
                EnabledSslProtocols = protocols,
                ClientCertificateRequired = true,
                RemoteCertificateValidationCallback = static (_, given, _, _) => given is not null,
            });
            return stream.RemoteCertificate?.Subject;
        }
        catch (Exception failure) when (failure is AuthenticationException or IOException)
        {
            return null;
        }
    }
}
