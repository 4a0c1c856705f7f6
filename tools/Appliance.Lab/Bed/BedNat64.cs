using System.Globalization;
using System.Net;

namespace Appliance.Lab.Bed;

/// <summary>
/// Subscribers with IPv6 only: tayga translates them to IPv4 addresses of its own (RFC 7915, one to one), and the
/// kernel's NAT shares the public address behind it.
/// <code>
/// clients 2001:db8:64::a.. | inside0 --- tayga on tun nat64 --- 192.168.255.x, snat --- outside0 | servers
/// </code>
/// tayga keeps a file of who has which IPv4 address; with connection tracking that is the truth. No message of IPv6
/// itself (neighbours, listeners) leaves either end: the legs carry the traffic of the plan alone.
/// </summary>
internal sealed class BedNat64 : IDisposable
{
    /// <summary>How the text of every subscriber's address begins.</summary>
    public const string SubscriberBegin = "2001:db8:64:";

    /// <summary>By which subscribers address IPv4.</summary>
    public const string Nat64Prefix = Prefix + "/96";

    // RFC 7915: the IPv6 header is 20 bytes longer than an IPv4 header without options.
    private const int HeaderDifference = 20;
    private const string Device = "nat64";

    // Not the well-known prefix: tayga does not translate it with addresses that are set aside for documentation.
    private const string Prefix = "2001:db8:6464::";

    private readonly BedProcess _tayga;
    private readonly string _folder;

    private BedNat64(BedLayout layout, string folder)
    {
        _folder = Path.Combine(folder, "tayga");
        Directory.CreateDirectory(_folder);
        string configuration = Path.Combine(_folder, "tayga.conf");
        File.WriteAllText(configuration, $"""
            tun-device {Device}
            ipv4-addr 192.168.255.1
            ipv6-addr 2001:db8:65::1
            prefix {Nat64Prefix}
            dynamic-pool 192.168.255.0/24
            data-dir {_folder}

            """);
        string[] command = ["tayga", "--nodetach", "--config", configuration];
        BedProcess.Run("ip", BedLayout.Inside(layout.NatNamespace, ["tayga", "--mktun", "--config", configuration]));
        Shell(layout.NatNamespace, $"echo 0 > /proc/sys/net/ipv6/conf/{Device}/disable_ipv6; " +
            $"ip link set {Device} up; ip route add 192.168.255.0/24 dev {Device}; " +
            $"ip -6 route add {Nat64Prefix} dev {Device}");
        _tayga = BedProcess.Start("ip", BedLayout.Inside(layout.NatNamespace, command));
    }

    public static string SubscriberAddress(int index) =>
        string.Create(CultureInfo.InvariantCulture, $"{SubscriberBegin}:{10 + index:x}");

    /// <summary>RFC 6052: the IPv4 address behind the prefix.</summary>
    public static string Embed(string address)
    {
        byte[] bytes = [.. IPAddress.Parse(Prefix).GetAddressBytes().AsSpan(0, 12), .. IPAddress.Parse(address)
            .GetAddressBytes()];
        return new IPAddress(bytes).ToString();
    }

    /// <summary>The IPv4 address behind a prefix of 96 bits.</summary>
    public static string Extract(string address) =>
        new IPAddress(IPAddress.Parse(address).GetAddressBytes().AsSpan(12)).ToString();

    /// <summary>Gives both ends IPv6 and starts the translator; the tunnel goes with the NAT's namespace.</summary>
    /// <exception cref="BedException">A step failed; the message names it.</exception>
    public static BedNat64 Start(BedLayout layout, int subscribers, string folder)
    {
        Quiet(layout.ClientNamespace, "icr0");
        Quiet(layout.NatNamespace, BedLayout.InsideInterface);
        List<string> clients = [];
        List<string> nat = ["addr add 2001:db8:64::1/64 dev inside0 nodad"];
        for (int i = 0; i < subscribers; i++)
        {
            clients.Add($"addr add {SubscriberAddress(i)}/128 dev icr0 nodad");
            nat.Add($"neigh add {SubscriberAddress(i)} lladdr {BedLayout.ClientMac} dev inside0 nud permanent");
        }

        clients.AddRange([$"neigh add 2001:db8:64::1 lladdr {BedLayout.InsideMac} dev icr0 nud permanent",
            "route add 2001:db8:64::1/128 dev icr0", "route add default via 2001:db8:64::1"]);
        Shell(layout.ClientNamespace, string.Join('\n', clients.Select(c => "ip -6 " + c)));
        Shell(layout.NatNamespace, string.Join('\n', nat.Select(c => "ip -6 " + c)));
        Shell(layout.NatNamespace, "echo 1 > /proc/sys/net/ipv6/conf/all/forwarding");
        return new BedNat64(layout, folder);
    }

    /// <summary>The flows as connection tracking and records name their remotes: by IPv4.</summary>
    public static List<BedFlow> Named(IEnumerable<BedFlow> made) =>
        [.. made.Select(f => f with { Remote = Extract(f.Remote) })];

    /// <summary>Ends the translator and puts its subscribers in the place of their IPv4 addresses.</summary>
    /// <exception cref="BedException">It failed, or has no subscriber for an address.</exception>
    public List<ConntrackEntry> Untranslate(IEnumerable<ConntrackEntry> entries)
    {
        bool early = _tayga.HasExited;
        BedProcess.Signal("TERM", _tayga.Id);
        if (early || !_tayga.Wait(BedLimits.Stop))
        {
            throw new BedException($"tayga ended early or does not end: {_tayga.Errors.Trim()}");
        }

        Dictionary<string, string> subscribers = File.ReadLines(Path.Combine(_folder, "dynamic.map"))
            .Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words.Length >= 2 && IPAddress.TryParse(words[0], out _))
            .ToDictionary(words => words[0], words => words[1]);
        return [.. entries.Select(e => Untranslated(e, subscribers))];
    }

    public void Dispose() => _tayga.Dispose();

    private static ConntrackEntry Untranslated(ConntrackEntry entry, Dictionary<string, string> subscribers) =>
        subscribers.TryGetValue(entry.Source, out string? subscriber)
            ? entry with
            {
                Source = subscriber,
                BytesUp = entry.BytesUp + (HeaderDifference * entry.PacketsUp),
                BytesDown = entry.BytesDown + (HeaderDifference * entry.PacketsDown),
            }
            : throw new BedException($"tayga's map has nobody with {entry.Source}");

    private static void Quiet(string space, string device)
    {
        BedProcess.Run("ip", BedLayout.Inside(space, "nft", "add table netdev quiet; " +
            $"add chain netdev quiet out {{ type filter hook egress device {device} priority 0; }}; " +
            "add rule netdev quiet out icmpv6 type 130-143 drop"));
        Shell(space, $"echo 1 > /proc/sys/net/ipv6/conf/{device}/addr_gen_mode; " +
            $"echo 0 > /proc/sys/net/ipv6/conf/{device}/disable_ipv6");
    }

    private static void Shell(string space, string commands) =>
        BedProcess.Run("ip", BedLayout.Inside(space, "sh", "-ec", commands));
}
