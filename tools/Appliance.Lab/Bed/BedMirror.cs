using System.Text.Json;

namespace Appliance.Lab.Bed;

/// <summary>
/// Mirror ports: every frame of both legs, both ways, is copied into a namespace of its own, where an appliance listens
/// as it would on the mirror of a carrier's NAT. The copies cross a pair of virtual links.
/// <code>
/// NAT: inside0 in and out --dup--> port0 | legin | box
///      outside0 in and out -dup--> port1 | legout | box
/// </code>
/// </summary>
internal static class BedMirror
{
    public const string InsidePort = "legin";
    public const string OutsidePort = "legout";

    /// <summary>Makes the namespace and starts copying; the layout removes it with its own.</summary>
    /// <param name="layout">The bed.</param>
    /// <param name="insideLost">Of a thousand packets of the inside leg, how many are not copied, by chance.</param>
    /// <param name="outsideLost">The same of the outside leg.</param>
    /// <exception cref="BedException">A step failed; the message names it.</exception>
    public static void Start(BedLayout layout, int insideLost = 0, int outsideLost = 0)
    {
        BedProcess.Run("ip", "netns", "add", layout.BoxNamespace);
        Shell(layout.BoxNamespace, "echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6; ip link set lo up");
        Port(layout, "port0", InsidePort);
        Port(layout, "port1", OutsidePort);
        string rules = string.Concat(
            Copy(BedLayout.InsideInterface, "port0", insideLost),
            Copy(BedLayout.OutsideInterface, "port1", outsideLost));
        BedProcess.Run("ip", BedLayout.Inside(layout.NatNamespace, "nft", "add table netdev mirror; " + rules));
    }

    /// <summary>Packets of each leg that were not copied, as the kernel counted them.</summary>
    public static (long Inside, long Outside) Lost(BedLayout layout)
    {
        string text = BedProcess.Run(
            "ip", BedLayout.Inside(layout.NatNamespace, "nft", "-j", "list", "counters", "table", "netdev", "mirror"));
        Dictionary<string, long> counters = [];
        foreach (JsonElement entry in JsonDocument.Parse(text).RootElement.GetProperty("nftables").EnumerateArray())
        {
            if (entry.TryGetProperty("counter", out JsonElement counter))
            {
                counters[counter.GetProperty("name").GetString()!] = counter.GetProperty("packets").GetInt64();
            }
        }

        return (counters["port0"], counters["port1"]);
    }

    // What is not to be copied leaves the chain before the copying rule; the counter is the truth of a loss.
    private static string Copy(string from, string to, int lost) =>
        $"add counter netdev mirror {to}; " +
        $"add chain netdev mirror {from}in {{ type filter hook ingress device {from} priority -500; }}; " +
        Leave(from + "in", to, lost) +
        $"add rule netdev mirror {from}in dup to {to}; " +
        $"add chain netdev mirror {from}out {{ type filter hook egress device {from} priority 500; }}; " +
        Leave(from + "out", to, lost) +
        $"add rule netdev mirror {from}out dup to {to}; ";

    private static string Leave(string chain, string counter, int lost) => lost == 0
        ? ""
        : $"add rule netdev mirror {chain} numgen random mod 1000 < {lost} counter name {counter} accept; ";

    private static void Port(BedLayout layout, string natEnd, string boxEnd)
    {
        BedProcess.Run("ip", "link", "add", natEnd, "netns", layout.NatNamespace, "type", "veth",
            "peer", "name", boxEnd, "netns", layout.BoxNamespace);
        BedLayout.Ready(layout.NatNamespace, natEnd);
        BedLayout.Ready(layout.BoxNamespace, boxEnd);
    }

    private static void Shell(string space, string commands) =>
        BedProcess.Run("ip", BedLayout.Inside(space, "sh", "-ec", commands));
}
