using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Appliance.Lab.Bed;

/// <summary>
/// The far side: nginx for HTTP and TLS 1.2 and 1.3, dnsmasq for DNS and the lab's own UDP echo, each on every remote
/// address. Start returns when all of them answer. Subscribers can serve too, but for DNS: their remotes are others
/// of them.
/// </summary>
internal sealed class BedServers : IDisposable
{
    /// <summary>Sizes of the pages /0, /1 and /2: one segment, a few, and enough to open the window.</summary>
    private static readonly int[] PageBytes = [900, 20_000, 50_000];

    private readonly List<BedProcess> _children = [];
    private readonly string _folder;
    private readonly string _space;
    private readonly string[] _addresses;

    private BedServers(string space, string folder, Func<int, string> address)
    {
        _folder = folder;
        _space = space;
        _addresses = [.. Enumerable.Range(0, BedLayout.RemoteCount).Select(address)];
    }

    public static BedServers Start(BedLayout layout, string folder, CancellationToken stop)
    {
        BedServers servers = new(
            layout.ServerNamespace, Path.Combine(folder, "servers"), BedLayout.RemoteAddress);
        return servers.Begun(withResolver: true, stop);
    }

    /// <summary>The same at the first subscribers, who are called by others.</summary>
    public static BedServers StartAtLines(BedLayout layout, string folder, CancellationToken stop)
    {
        BedServers servers = new(
            layout.ClientNamespace, Path.Combine(folder, "lines"), BedLayout.SubscriberAddress);
        return servers.Begun(withResolver: false, stop);
    }

    public void Dispose()
    {
        foreach (BedProcess child in _children)
        {
            child.Stop();
            child.Dispose();
        }

        _children.Clear();
    }

    private BedServers Begun(bool withResolver, CancellationToken stop)
    {
        try
        {
            Prepare();
            StartNginx(stop);
            if (withResolver)
            {
                StartResolver(stop);
            }

            StartEcho(stop);
            return this;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private void Prepare()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "pages"));
        Directory.CreateDirectory(Path.Combine(_folder, "temp"));
        for (int i = 0; i < PageBytes.Length; i++)
        {
            File.WriteAllBytes(Path.Combine(_folder, "pages", $"{i}"), RandomNumberGenerator.GetBytes(PageBytes[i]));
        }

        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=example", key, HashAlgorithmName.SHA256);
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using X509Certificate2 certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(7));
        File.WriteAllText(Path.Combine(_folder, "certificate.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(_folder, "key.pem"), key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(Path.Combine(_folder, "nginx.conf"), NginxConfiguration());
    }

    private string NginxConfiguration()
    {
        StringBuilder listen = new();
        foreach (string address in _addresses)
        {
            listen.AppendLine($"    listen {address}:80 backlog=1024; listen {address}:443 ssl backlog=1024;");
        }

        return $$"""
            daemon off; user root; worker_processes 1; pid nginx.pid; error_log stderr notice;
            events { worker_connections 4096; }
            http {
              access_log off; default_type application/octet-stream; server_tokens off;
              client_body_temp_path temp/a; proxy_temp_path temp/b; fastcgi_temp_path temp/c;
              uwsgi_temp_path temp/d; scgi_temp_path temp/e;
              ssl_certificate {{_folder}}/certificate.pem; ssl_certificate_key {{_folder}}/key.pem;
              ssl_protocols TLSv1.2 TLSv1.3;
              server {
            {{listen}}
                root {{_folder}}/pages;
              }
            }
            """;
    }

    private void StartNginx(CancellationToken stop)
    {
        BedProcess nginx = Child("nginx", "-p", _folder, "-c", Path.Combine(_folder, "nginx.conf"), "-e", "stderr");
        nginx.WaitForError("start worker process ", stop);
    }

    private void StartResolver(CancellationToken stop)
    {
        List<string> command =
        [
            "dnsmasq", "--no-daemon", "--conf-file=/dev/null", "--pid-file=", "--user=root", "--no-resolv",
            "--no-hosts", "--bind-interfaces", "--except-interface=lo", "--log-facility=-", "--address=/#/198.51.100.1",
        ];
        Child([.. command, .. _addresses.Select(a => "--listen-address=" + a)]).WaitForError("started, ", stop);
    }

    private void StartEcho(CancellationToken stop)
    {
        IEnumerable<string> addresses = _addresses.SelectMany(a => new[] { "--address", a });
        Child(BedSelf.Command(["bed", "echo", .. addresses])).WaitForError("ready", stop);
    }

    private BedProcess Child(params string[] command)
    {
        BedProcess child = BedProcess.Start("ip", BedLayout.Inside(_space, command));
        _children.Add(child);
        return child;
    }
}
