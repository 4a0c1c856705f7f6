using System.Diagnostics;
using System.Text;
using Appliance.TestSupport;

namespace Appliance.SystemTests.Lines;

/// <summary>A FreeRADIUS that passes every accounting request on to a box, as an operator's proxy does.</summary>
internal sealed class FreeRadiusProxy : IDisposable
{
    public const string Secret = "front";
    private readonly Process process;
    private readonly StringBuilder said = new();

    public FreeRadiusProxy(string folder, int boxPort)
    {
        Port = LineBox.FreePort();
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "dictionary"), "$INCLUDE /usr/share/freeradius/dictionary\n");
        File.WriteAllText(Path.Combine(folder, "radiusd.conf"), Configuration(folder, boxPort));
        ProcessStartInfo start = new(
            InstalledPrograms.Find("freeradius")!, ["-f", "-l", "stdout", "-d", folder, "-D", "/usr/share/freeradius"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        process = Process.Start(start)!;
        process.OutputDataReceived += Note;
        process.ErrorDataReceived += Note;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Port { get; }

    /// <summary>What it wrote, for a test that failed.</summary>
    public string Said
    {
        get
        {
            lock (said)
            {
                return said.ToString();
            }
        }
    }

    public void Dispose()
    {
        process.Kill(entireProcessTree: true);
        process.WaitForExit();
        process.Dispose();
    }

    private void Note(object sender, DataReceivedEventArgs line)
    {
        lock (said)
        {
            said.AppendLine(line.Data);
        }
    }

    private string Configuration(string folder, int boxPort) => $$"""
        prefix = /usr
        raddbdir = {{folder}}
        logdir = {{folder}}
        run_dir = {{folder}}
        libdir = /usr/lib/freeradius
        pidfile = {{folder}}/radiusd.pid
        max_requests = 1024
        proxy_requests = yes
        security {
            allow_vulnerable_openssl = yes
        }
        thread pool {
            start_servers = 1
            max_servers = 2
        }
        modules {
            always ok {
                rcode = ok
            }
        }
        home_server box {
            type = acct
            ipaddr = 127.0.0.1
            port = {{boxPort}}
            secret = {{LineBox.Secret}}
            status_check = none
        }
        home_server_pool box {
            home_server = box
        }
        realm box {
            acct_pool = box
            nostrip
        }
        client here {
            ipaddr = 127.0.0.1
            secret = {{Secret}}
        }
        server default {
            listen {
                type = acct
                ipaddr = 127.0.0.1
                port = {{Port}}
            }
            preacct {
                update control {
                    Proxy-To-Realm := box
                }
            }
            accounting {
                ok
            }
        }

        """;
}
