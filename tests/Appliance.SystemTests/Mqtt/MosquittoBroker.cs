using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Appliance.Icrctl.Provisioning;
using Appliance.Mqtt;
using Appliance.TestSupport;

namespace Appliance.SystemTests.Mqtt;

/// <summary>
/// A real mosquitto on loopback, provisioned by the product's own code: lab authority, certificates, access list. It
/// can be killed, started again and frozen. Everything lies in one temporary folder that is removed at the end.
/// </summary>
internal sealed class MosquittoBroker : IAsyncDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("icr-broker-");
    private readonly LabAuthority authority = NewAuthority();
    private readonly int port;
    private Process? process;

    public MosquittoBroker(params string[] stores)
    {
        using (TcpListener free = new(IPAddress.Loopback, 0))
        {
            free.Start();
            port = ((IPEndPoint)free.LocalEndpoint).Port;
        }

        DateTimeOffset now = DateTimeOffset.UtcNow;
        IssuedCertificate server = authority.IssueServer(
            "broker", ["localhost"], [IPAddress.Loopback], now.AddHours(-1), now.AddDays(1));
        BrokerConfiguration configuration = new()
        {
            Address = "127.0.0.1",
            Port = port,
            AuthorityFile = Write("ca.pem", authority.CertificatePem),
            CertificateFile = Write("broker.pem", server.CertificatePem),
            KeyFile = Write("broker.key", server.KeyPem),
            AccessFile = Write("access.txt", BrokerConfiguration.AccessText(stores, ["operator"])),
            User = Environment.UserName,
        };
        Write("mosquitto.conf", configuration.ToText());
        Start();
    }

    /// <summary>Where it listens, on loopback.</summary>
    public int Port => port;

    /// <summary>What a client holds the broker against.</summary>
    public string AuthorityPem => authority.CertificatePem;

    public static LabAuthority NewAuthority()
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        return LabAuthority.Create("lab", now.AddDays(-1), now.AddDays(10));
    }

    /// <summary>Path of the authority's certificate.</summary>
    public string AuthorityFile => Path.Combine(folder.FullName, "ca.pem");

    /// <summary>Issues a certificate and leaves it in files.</summary>
    public (string Certificate, string Key) IssueFiles(string name)
    {
        IssuedCertificate issued = Issue(name);
        return (Write($"{name}.pem", issued.CertificatePem), Write($"{name}.key", issued.KeyPem));
    }

    public IssuedCertificate Issue(string name)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        return authority.IssueClient(name, now.AddHours(-1), now.AddDays(1));
    }

    public IssuedCertificate IssueExpired(string name)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        return authority.IssueClient(name, now.AddHours(-2), now.AddHours(-1));
    }

    /// <summary>Starts the broker and returns when it listens: mosquitto says so on standard error.</summary>
    public void Start()
    {
        process = Process.Start(new ProcessStartInfo(
            InstalledPrograms.Find("mosquitto")!, ["-c", Path.Combine(folder.FullName, "mosquitto.conf")])
        {
            RedirectStandardError = true,
        })!;
        List<string> said = [];
        while (process.StandardError.ReadLine() is { } line)
        {
            said.Add(line);
            if (line.Contains(" running"))
            {
                // Read on, or the pipe fills and the broker stops.
                said.Clear();
                _ = process.StandardError.BaseStream.CopyToAsync(Stream.Null);
                return;
            }
        }

        throw new InvalidOperationException("mosquitto did not start: " + string.Join('\n', said));
    }

    public void Kill()
    {
        process!.Kill();
        process.WaitForExit();
        process.Dispose();
        process = null;
    }

    /// <summary>Stops the broker's process without closing anything: a black hole for whoever is connected.</summary>
    public void Freeze() => Signal("-STOP");

    public void Thaw() => Signal("-CONT");

    /// <summary>A TLS 1.3 stream to the broker; fails as SslStream does when either side refuses the other.</summary>
    public async Task<SslStream> DialAsync(IssuedCertificate? own, string? authorityPem = null)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port);
        SslStream stream = new(new NetworkStream(socket, ownsSocket: true));
        X509ChainPolicy policy = new()
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.Add(X509Certificate2.CreateFromPem(authorityPem ?? authority.CertificatePem));
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            EnabledSslProtocols = SslProtocols.Tls13,
            CertificateChainPolicy = policy,
            ClientCertificateContext = own is null ? null : SslStreamCertificateContext.Create(
                X509Certificate2.CreateFromPem(own.CertificatePem, own.KeyPem), null, offline: true),
        });
        return stream;
    }

    /// <summary>A link with the certificate and client identifier of that name.</summary>
    public async Task<MqttLink> OpenAsync(string name, Func<MqttOptions, MqttOptions>? change = null)
    {
        MqttOptions options = new() { ClientId = name };
        return MqttLink.Start(
            await DialAsync(Issue(name)), change is null ? options : change(options), TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
        {
            Kill();
        }

        authority.Dispose();
        await Task.CompletedTask;
        folder.Delete(recursive: true);
    }

    private void Signal(string signal)
    {
        using Process kill = Process.Start("/bin/kill", [signal, process!.Id.ToString()]);
        kill.WaitForExit();
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }
}
