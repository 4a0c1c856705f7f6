using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Appliance.Retention.Serve;

/// <summary>Makes authenticated streams to the broker: TLS 1.3, certificates both ways, one pinned authority.</summary>
internal sealed class BrokerDial : IDisposable
{
    private readonly BrokerOptions options;
    private readonly X509Certificate2 own;
    private readonly X509Certificate2 authority;

    private BrokerDial(BrokerOptions options, X509Certificate2 own, X509Certificate2 authority)
    {
        this.options = options;
        this.own = own;
        this.authority = authority;
    }

    /// <summary>Reads the files; null and one sentence where one of them cannot be used.</summary>
    public static BrokerDial? TryLoad(BrokerOptions options, out string problem)
    {
        problem = "";
        try
        {
            X509Certificate2 authority = X509Certificate2.CreateFromPem(File.ReadAllText(options.AuthorityFile));
            X509Certificate2 own = X509Certificate2.CreateFromPemFile(options.CertificateFile, options.KeyFile);
            return new BrokerDial(options, own, authority);
        }
        catch (Exception failure) when (failure
            is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            problem = $"--ca, --cert or --key cannot be used: {failure.Message}";
            return null;
        }
    }

    /// <summary>Connects; the exceptions of sockets and TLS say why not.</summary>
    public async Task<Stream> ConnectAsync(CancellationToken cancel)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(options.Host, options.Port, cancel);
            var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
            await tls.AuthenticateAsClientAsync(TlsOptions(), cancel);
            return tls;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        own.Dispose();
        authority.Dispose();
    }

    private SslClientAuthenticationOptions TlsOptions()
    {
        // Revocation: the authority is our own and short; a certificate is withdrawn by the broker's access list.
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.Add(authority);
        return new SslClientAuthenticationOptions
        {
            TargetHost = options.Host,
            EnabledSslProtocols = SslProtocols.Tls13,
            ClientCertificateContext = SslStreamCertificateContext.Create(own, null, offline: true),
            CertificateChainPolicy = policy,
        };
    }
}
