using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Appliance.Mqtt;

/// <summary>
/// What became of an attempt to reach the broker: a stream for <see cref="MqttLink.Start"/>, or one sentence that says
/// what is wrong and what to look at. <see cref="Stream"/> is null exactly when <see cref="Problem"/> is not.
/// </summary>
public readonly record struct DialOutcome(Stream? Stream, string? Problem);

/// <summary>
/// Reaches the broker: one TCP connection, TLS 1.3, a client certificate, one pinned authority, the host name checked.
/// Box and store dial alike, so this stands here beside the driver of streams; the rest of the project has no sockets.
/// </summary>
public static class MqttDialer
{
    /// <summary>
    /// What both sides ask of TLS, from PEM texts. The certificate may be followed by those above it.
    /// </summary>
    /// <param name="host">Name or address that the broker's certificate must carry.</param>
    /// <param name="authorityPem">The authority that the broker must be certified by; no other is believed.</param>
    /// <param name="certificatePem">Own certificate.</param>
    /// <param name="keyPem">Its private key.</param>
    /// <exception cref="CryptographicException">A text is not what it should be, or the two do not belong.</exception>
    public static SslClientAuthenticationOptions Tls(
        string host, string authorityPem, string certificatePem, string keyPem)
    {
        X509ChainPolicy policy = new()
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.ImportFromPem(authorityPem);
        X509Certificate2Collection above = [];
        above.ImportFromPem(certificatePem);
        if (policy.CustomTrustStore.Count == 0)
        {
            throw new CryptographicException("the authority's file holds no certificate");
        }

        X509Certificate2 own = X509Certificate2.CreateFromPem(certificatePem, keyPem);
        return new SslClientAuthenticationOptions
        {
            TargetHost = host,
            EnabledSslProtocols = SslProtocols.Tls13,
            CertificateChainPolicy = policy,
            ClientCertificateContext = SslStreamCertificateContext.Create(own, above, offline: true),
        };
    }

    /// <summary>
    /// One attempt, ended after <see cref="Limits.DialTimeoutMs"/>. TLS 1.3 lets a client believe that it is connected
    /// before the broker has looked at its certificate: a refusal of it shows as the end of the stream after CONNECT.
    /// </summary>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> asked for the end.</exception>
    public static async Task<DialOutcome> DialAsync(
        string host, int port, SslClientAuthenticationOptions tls, CancellationToken cancel)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(Limits.DialTimeoutMs);
        SslStream? stream = null;
        try
        {
            stream = new SslStream(await ConnectAsync(host, port, limit.Token));
            await stream.AuthenticateAsClientAsync(tls, limit.Token);
            return new DialOutcome(stream, null);
        }
        catch (Exception failure)
        {
            await (stream?.DisposeAsync() ?? ValueTask.CompletedTask);
            bool isOperating = failure is SocketException or IOException or AuthenticationException
                || (failure is OperationCanceledException && !cancel.IsCancellationRequested);
            if (!isOperating)
            {
                throw;
            }

            return new DialOutcome(null, $"{host}:{port}: {Sentence(failure)}");
        }
    }

#pragma warning disable RS0030 // The one place of this project that opens a socket; all else is given a stream.
    private static async Task<NetworkStream> ConnectAsync(string host, int port, CancellationToken cancel)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(host, port, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
#pragma warning restore RS0030

    private static string Sentence(Exception failure) => failure switch
    {
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } =>
            "nothing listens there; is the broker running, and is this its port?",
        SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData } =>
            "the name cannot be resolved; check the name and the resolver",
        SocketException { SocketErrorCode: SocketError.NetworkUnreachable or SocketError.HostUnreachable } =>
            "there is no route; check cable, address and gateway",
        SocketException other => $"no connection ({other.SocketErrorCode}); check the path to the broker",
        AuthenticationException => $"TLS: {Flat(failure)}; check the broker's certificate against the authority's "
            + "file, the name it is reached by, and the clock",
        OperationCanceledException => $"no answer within {Limits.DialTimeoutMs / 1000} s; check firewalls on the path",
        _ => $"the connection ended before TLS was up ({Flat(failure)}); does the broker expect TLS 1.3 on this port?",
    };

    private static string Flat(Exception failure) => failure.Message.ReplaceLineEndings(" ").TrimEnd('.');
}
