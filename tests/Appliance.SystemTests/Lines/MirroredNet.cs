using Appliance.Lab.Bed;

namespace Appliance.SystemTests.Lines;

/// <summary>
/// An access network that knows nothing of the box: a client behind a DHCP relay, an access server that accounts, and
/// the servers of both. What crosses the servers' link is copied to the box, which has no address anywhere.
/// <code>
/// client c0 --- l0 relay l1 --- s0 servers (FreeRADIUS, dnsmasq) --dup--> copy0 | aaa0 box
/// </code>
/// </summary>
internal sealed class MirroredNet : IDisposable
{
    public const string BoxInterface = "aaa0";
    public const string ServerAddress = "10.77.0.2";
    private const string RelayAddress = "10.77.0.1";
    private readonly string _name = $"icrlines-{Environment.ProcessId}-";
    private readonly string _folder;
    private readonly List<BedProcess> _children = [];

    public MirroredNet(string folder)
    {
        _folder = folder;
        try
        {
            Build();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Box => _name + "box";

    public string Relay => _name + "relay";

    private string Client => _name + "client";

    private string Servers => _name + "servers";

    private string Leases => Path.Combine(_folder, "leases");

    /// <summary>FreeRADIUS and dnsmasq at their link, dhcrelay between; all say that they are ready.</summary>
    public void StartServers(CancellationToken stop)
    {
        File.WriteAllText(Leases, "");
        Directory.CreateDirectory(Path.Combine(_folder, "raddb"));
        File.WriteAllText(Path.Combine(_folder, "raddb", "dictionary"), "$INCLUDE /usr/share/freeradius/dictionary\n");
        File.WriteAllText(Path.Combine(_folder, "raddb", "radiusd.conf"), RadiusConfiguration());
        Child(Servers, "sh", "-c", $"exec freeradius -f -l stdout -d '{_folder}/raddb' -D /usr/share/freeradius 1>&2")
            .WaitForError("Ready to process requests", stop);
        Child(Servers, "dnsmasq", "--no-daemon", "--conf-file=/dev/null", "--pid-file=", "--user=root", "--port=0",
            "--log-facility=-", "--interface=s0", "--bind-interfaces", $"--dhcp-leasefile={Leases}", "--no-ping",
            "--dhcp-range=100.64.9.10,100.64.9.50,255.255.255.0,1h").WaitForError("DHCP, IP range", stop);
        Child(Relay, "dhcrelay", "-4", "-d", "-a", "--no-pid", "-id", "l0", "-iu", "l1", ServerAddress)
            .WaitForError("Sending on   Socket", stop);
    }

    /// <summary>One client asks for an address until it has one; which, as the server wrote it down.</summary>
    public string Lease()
    {
        BedProcess.Run("ip", BedLayout.Inside(Client, "udhcpc", "-i", "c0", "-f", "-q", "-n", "-t", "10", "-s",
            "/bin/true"));
        return File.ReadAllLines(Leases)[0].Split(' ')[2];
    }

    /// <summary>A program in the access server's place, towards the servers.</summary>
    public string[] AtRelay(params string[] command) => BedLayout.Inside(Relay, command);

    public void Dispose()
    {
        _children.ForEach(c => c.Dispose());
        DirectoryInfo all = new("/run/netns");
        foreach (FileInfo space in all.Exists ? all.GetFiles(_name + "*") : [])
        {
            BedProcess.Run("ip", "netns", "del", space.Name);
        }
    }

    private BedProcess Child(string space, params string[] command)
    {
        BedProcess child = BedProcess.Start("ip", BedLayout.Inside(space, command));
        _children.Add(child);
        return child;
    }

    private void Build()
    {
        foreach (string space in new[] { Client, Relay, Servers, Box })
        {
            BedProcess.Run("ip", "netns", "add", space);
            BedProcess.Run("ip", "-n", space, "link", "set", "lo", "up");
        }

        Link(Client, "c0", Relay, "l0");
        Link(Relay, "l1", Servers, "s0");
        Link(Servers, "copy0", Box, BoxInterface);
        BedProcess.Run("ip", "-n", Relay, "address", "add", "100.64.9.1/24", "dev", "l0");
        BedProcess.Run("ip", "-n", Relay, "address", "add", $"{RelayAddress}/30", "dev", "l1");
        BedProcess.Run("ip", "-n", Servers, "address", "add", $"{ServerAddress}/30", "dev", "s0");
        BedProcess.Run("ip", "-n", Servers, "route", "add", "100.64.9.0/24", "via", RelayAddress);
        BedProcess.Run("ip", BedLayout.Inside(Servers, "nft", "add table netdev mirror; " +
            "add chain netdev mirror in { type filter hook ingress device s0 priority -500; }; " +
            "add rule netdev mirror in dup to copy0; " +
            "add chain netdev mirror out { type filter hook egress device s0 priority 500; }; " +
            "add rule netdev mirror out dup to copy0; "));
    }

    private static void Link(string space, string name, string otherSpace, string other)
    {
        BedProcess.Run("ip", "link", "add", name, "netns", space, "type", "veth", "peer", "name", other, "netns",
            otherSpace);
        BedLayout.Ready(space, name);
        BedLayout.Ready(otherSpace, other);
    }

    private string RadiusConfiguration() => $$"""
        prefix = /usr
        raddbdir = {{_folder}}/raddb
        logdir = {{_folder}}
        run_dir = {{_folder}}
        libdir = /usr/lib/freeradius
        pidfile = {{_folder}}/radiusd.pid
        max_requests = 1024
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
        client access {
            ipaddr = {{RelayAddress}}
            secret = {{LineBox.Secret}}
        }
        server default {
            listen {
                type = acct
                ipaddr = {{ServerAddress}}
                port = 1813
            }
            preacct {
                ok
            }
            accounting {
                ok
            }
        }

        """;
}
