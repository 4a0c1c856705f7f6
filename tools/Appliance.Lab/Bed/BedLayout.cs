using System.Globalization;

namespace Appliance.Lab.Bed;

/// <summary>
/// Three network namespaces in a row: clients (one address a subscriber), the NAT, servers (several remote addresses).
/// <code>
/// clients 100.64.0.10.. | icr0 --- inside0 | NAT, nftables snat | outside0 --- icr0 | servers 198.51.100.1..
/// </code>
/// Names carry the id and the start of the owning process, so that leftovers of dead runs are known for sure.
/// Neighbours are permanent and IPv6 is off: nothing crosses the legs but the traffic of the plan.
/// </summary>
internal sealed class BedLayout : IDisposable
{
    public const string PublicAddress = "203.0.113.1";

    /// <summary>All public addresses of the NAT, and how their text begins.</summary>
    public const string PublicPrefix = "203.0.113.0/29";
    public const string PublicBegin = "203.0.113.";
    public const string InsideInterface = "inside0";
    public const string OutsideInterface = "outside0";
    public const int RemoteCount = 10;

    private const string Prefix = "icrbed-";
    internal const string InsideMac = "02:00:5e:10:00:01";
    internal const string ClientMac = "02:00:5e:10:00:02";
    private const string OutsideMac = "02:00:5e:10:00:03";
    private const string ServerMac = "02:00:5e:10:00:04";

    // Offloads off: with them the capture holds frames larger than the MTU and unfinished checksums, and connection
    // tracking counts one large buffer where a wire carries many packets.
    private static readonly string[] OffloadsOff =
        ["tso", "off", "gso", "off", "gro", "off", "tx", "off", "rx", "off"];

    private readonly string _name;
    private readonly int _subscribers;
    private readonly int _publicPorts;

    private BedLayout(int subscribers, int publicPorts)
    {
        _subscribers = subscribers;
        _publicPorts = publicPorts;
        _name = OwnName();
    }

    public string ClientNamespace => _name + "clients";

    public string NatNamespace => _name + "nat";

    public string ServerNamespace => _name + "servers";

    /// <summary>Where the appliance listens; made by <see cref="BedMirror"/>.</summary>
    public string BoxNamespace => _name + "box";

    /// <summary>Where broker and store run; made by <see cref="BedManagement"/>.</summary>
    public string StoreNamespace => _name + "store";

    public static string SubscriberAddress(int index) =>
        string.Create(CultureInfo.InvariantCulture, $"100.64.0.{10 + index}");

    public static string RemoteAddress(int index) =>
        string.Create(CultureInfo.InvariantCulture, $"198.51.100.{1 + index}");

    /// <summary>
    /// Builds the namespaces; on failure everything made so far is removed. <paramref name="publicPorts"/> is the size
    /// of the one range that some modes have (<see cref="BedNat.PortsFor"/>).
    /// </summary>
    /// <exception cref="BedException">A step failed; the message names it.</exception>
    public static BedLayout Start(int subscribers, BedMode mode, int publicPorts)
    {
        RemoveDead();
        BedLayout layout = new(subscribers, publicPorts);
        try
        {
            layout.Build(mode);
            return layout;
        }
        catch
        {
            layout.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The command line that runs a program inside a namespace; the process id stays that of the program.
    /// </summary>
    public static string[] Inside(string space, params string[] command) => ["netns", "exec", space, .. command];

    /// <summary>Removes namespaces whose process is gone, with the programs that still run in them.</summary>
    public static void RemoveDead()
    {
        foreach (string space in List())
        {
            string[] parts = space[Prefix.Length..].Split('-');
            bool alive = parts.Length == 3 && int.TryParse(parts[0], out int id) && ProcessStart(id) == parts[1];
            if (!alive)
            {
                Remove(space);
            }
        }
    }

    /// <summary>How the namespaces of this process begin.</summary>
    internal static string OwnName() => string.Create(CultureInfo.InvariantCulture,
        $"{Prefix}{Environment.ProcessId}-{ProcessStart(Environment.ProcessId)}-");

    /// <summary>Removes the namespaces of this process, with the programs that still run in them.</summary>
    internal static void RemoveOwn()
    {
        string name = OwnName();
        foreach (string space in List())
        {
            if (space.StartsWith(name, StringComparison.Ordinal))
            {
                Remove(space);
            }
        }
    }

    /// <summary>Names of all namespaces of beds, of this run and of others.</summary>
    public static List<string> List()
    {
        DirectoryInfo folder = new("/run/netns");
        return folder.Exists ? [.. folder.EnumerateFiles(Prefix + "*").Select(f => f.Name)] : [];
    }

    /// <summary>
    /// Packets that connection tracking itself dropped, because their public tuple was taken or its table full.
    /// </summary>
    public long TrackingDrops()
    {
        string[] lines = BedProcess.Run("ip", Inside(NatNamespace, "cat", "/proc/net/stat/nf_conntrack"))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] names = lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        long sum = 0;
        foreach (string line in lines[1..])
        {
            string[] values = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            foreach (string name in new[] { "clashres", "insert_failed", "drop", "early_drop" })
            {
                sum += long.Parse(values[Array.IndexOf(names, name)], NumberStyles.HexNumber, null);
            }
        }

        return sum;
    }

    /// <summary>Makes sure that what connection tracking says is the whole truth of a run.</summary>
    /// <exception cref="BedException">It dropped packets of its own.</exception>
    public void RequireNoTrackingDrops()
    {
        if (TrackingDrops() is > 0 and long drops)
        {
            throw new BedException($"connection tracking dropped {drops} packets: the truth is not whole");
        }
    }

    public void Dispose() => RemoveOwn();

    private static void Remove(string space)
    {
        foreach (string id in BedProcess.Run("ip", "netns", "pids", space).Split('\n', StringSplitOptions.TrimEntries))
        {
            if (int.TryParse(id, out int process))
            {
                BedProcess.Signal("KILL", process);
            }
        }

        BedProcess.Run("ip", "netns", "del", space);
    }

    /// <summary>Start time of a process in clock ticks (field 22 of its stat), or empty when it is gone.</summary>
    private static string ProcessStart(int id)
    {
        try
        {
            string stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/stat"));
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19];
        }
        catch (IOException)
        {
            return "";
        }
    }

    private void Build(BedMode mode)
    {
        foreach (string space in new[] { ClientNamespace, NatNamespace, ServerNamespace })
        {
            BedProcess.Run("ip", "netns", "add", space);
            Shell(space, "echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6; ip link set lo up");
        }

        Link(ClientNamespace, ClientMac, InsideInterface, InsideMac);
        Link(ServerNamespace, ServerMac, OutsideInterface, OutsideMac);
        OneForwarder();
        Addresses();
        Nat(mode);
    }

    private void Link(string space, string mac, string natInterface, string natMac)
    {
        BedProcess.Run("ip", "link", "add", "icr0", "address", mac, "netns", space, "type", "veth",
            "peer", "name", natInterface, "address", natMac, "netns", NatNamespace);
        Ready(space, "icr0");
        Ready(NatNamespace, natInterface);
    }

    internal static void Ready(string space, string name)
    {
        BedProcess.Run("ip", Inside(space, ["ethtool", "-K", name, .. OffloadsOff]));
        BedProcess.Run("ip", "-n", space, "link", "set", name, "up");
    }

    /// <summary>
    /// The NAT forwards on one processor. On two, flows that begin in the same microsecond can be given the same public
    /// tuple; the kernel then drops the packet of one, which the truth of a run would not know.
    /// </summary>
    private void OneForwarder() => Shell(NatNamespace,
        $"for i in {InsideInterface} {OutsideInterface}; do echo 1 > /sys/class/net/$i/queues/rx-0/rps_cpus; done");

    private void Addresses()
    {
        List<string> clients = [];
        List<string> nat = ["addr add 100.64.0.1/24 dev inside0", "addr add 192.0.2.1/30 dev outside0"];
        List<string> servers = ["addr add 192.0.2.2/30 dev icr0"];
        for (int i = 0; i < _subscribers; i++)
        {
            clients.Add($"addr add {SubscriberAddress(i)}/32 dev icr0");
            nat.Add($"neigh add {SubscriberAddress(i)} lladdr {ClientMac} dev inside0 nud permanent");
        }

        for (int i = 0; i < RemoteCount; i++)
        {
            servers.Add($"addr add {RemoteAddress(i)}/32 dev lo");
        }

        clients.AddRange([$"neigh add 100.64.0.1 lladdr {InsideMac} dev icr0 nud permanent",
            "route add 100.64.0.1/32 dev icr0", "route add default via 100.64.0.1"]);
        // The public addresses are on no interface: what belongs to no binding is dropped, not answered.
        nat.AddRange([$"neigh add 192.0.2.2 lladdr {ServerMac} dev outside0 nud permanent",
            "route add 198.51.100.0/24 via 192.0.2.2", $"route add blackhole {PublicPrefix}"]);
        servers.AddRange([$"neigh add 192.0.2.1 lladdr {OutsideMac} dev icr0 nud permanent",
            $"route add {PublicPrefix} via 192.0.2.1"]);
        Batch(ClientNamespace, clients);
        Batch(NatNamespace, nat);
        Batch(ServerNamespace, servers);
    }

    private void Nat(BedMode mode)
    {
        // Timeouts longer than a run: a connection stays in the table with its counters until the table is read. Only
        // a reset in answer to the first packet ends one at once.
        Shell(NatNamespace, "cd /proc/sys/net; echo 1 > ipv4/ip_forward; cd netfilter; " +
            "for f in nf_conntrack_acct nf_conntrack_timestamp nf_conntrack_events; do echo 1 > $f; done; " +
            "for f in udp_timeout udp_timeout_stream icmp_timeout tcp_timeout_close tcp_timeout_close_wait " +
            "tcp_timeout_fin_wait tcp_timeout_last_ack tcp_timeout_time_wait; do echo 900 > nf_conntrack_$f; done");
        BedProcess.Run("ip", Inside(NatNamespace, "nft", "add table ip bed; " +
            "add chain ip bed post { type nat hook postrouting priority srcnat; }; " +
            BedNat.Rules(mode, _subscribers, _publicPorts)));
    }

    private static void Shell(string space, string commands) =>
        BedProcess.Run("ip", Inside(space, "sh", "-ec", commands));

    private static void Batch(string space, List<string> commands) =>
        Shell(space, string.Join('\n', commands.Select(c => "ip " + c)));
}
