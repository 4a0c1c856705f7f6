using System.Globalization;

namespace Appliance.Lab.Bed;

/// <summary>How the kernel's source NAT chooses public addresses and ports.</summary>
internal enum BedMode
{
    /// <summary>Keeps the subscriber's port unless another flow towards the same remote holds it.</summary>
    Preserving,

    /// <summary>Begins its search for a free port at a random one.</summary>
    Random,

    /// <summary>Draws each port from a small range, so ports repeat towards different remotes.</summary>
    FullyRandom,

    /// <summary>Four public addresses, of which a subscriber keeps one for all remotes; ports are kept.</summary>
    Persistent,

    /// <summary>
    /// Far fewer ports than flows: each port is lent to many subscribers at once, towards different remotes.
    /// </summary>
    Overloaded,

    /// <summary>A range of ports for each subscriber, from a map.</summary>
    PortRanges,

    /// <summary>
    /// Ports are kept; subscribers also call others by public ports, and the NAT turns those flows round.
    /// </summary>
    Hairpin,

    /// <summary>Subscribers have IPv6 only, tayga translates them; ports at random behind it.</summary>
    Nat64,
}

/// <summary>The rules of the kernel's NAT in each mode, and what the plan must keep to for them.</summary>
internal static class BedNat
{
    /// <summary>Words of the command line, in the order of <see cref="BedMode"/>.</summary>
    public static readonly string[] Words =
        ["preserving", "random", "fully-random", "persistent", "overloaded", "port-ranges", "hairpin", "nat64"];

    private const string PersistentPool = "203.0.113.1-203.0.113.4";

    // What lines serve, and the public port of the first line that does; the next line's is the next port.
    private static readonly (string Protocol, int Port, int PublicFirst)[] Served =
    [
        ("tcp", 443, BedLimits.CalledPortFirst),
        ("tcp", 80, BedLimits.CalledPortFirst + BedLayout.RemoteCount),
        ("udp", BedPlan.EchoPort, BedLimits.CalledPortFirst + (2 * BedLayout.RemoteCount)),
    ];

    public static BedMode ModeOf(string word) => (BedMode)Array.IndexOf(Words, word);

    /// <summary>Size of the range of public ports for so many flows; it bounds the modes that have one range.</summary>
    public static int PortsFor(BedMode mode, int flows) => mode == BedMode.Overloaded
        ? BedLimits.OverloadedPorts
        : Math.Max(BedLimits.PublicPortsMin, BedLimits.PublicPortsPerFlow * flows);

    /// <summary>
    /// Share of the flows that go to one remote. A port is lent once towards each, so few ports need many remotes.
    /// </summary>
    public static int HotPercent(BedMode mode) => mode == BedMode.Overloaded ? 0 : 40;

    /// <summary>Where a line's service is called from anywhere; null where lines do not serve that port.</summary>
    public static int? CalledPort(int port, int line)
    {
        foreach ((_, int served, int first) in Served)
        {
            if (served == port)
            {
                return first + line;
            }
        }

        return null;
    }

    /// <summary>First and last public port of a subscriber under <see cref="BedMode.PortRanges"/>.</summary>
    public static (int First, int Last) RangeOf(int subscriber)
    {
        int first = BedLimits.PublicPortFirst + (subscriber * BedLimits.PortsPerLine);
        return (first, first + BedLimits.PortsPerLine - 1);
    }

    /// <summary>Commands of nft for the chain <c>post</c> of the table <c>ip bed</c>, and for more chains.</summary>
    public static string Rules(BedMode mode, int subscribers, int ports)
    {
        string range = Text($"{BedLimits.PublicPortFirst}-{BedLimits.PublicPortFirst + ports - 1}");
        return mode switch
        {
            BedMode.Preserving => Others(""),
            BedMode.Random => Ports($"to {BedLayout.PublicAddress}:{range} random") + Others("random"),
            BedMode.FullyRandom or BedMode.Nat64 =>
                Ports($"to {BedLayout.PublicAddress}:{range} fully-random") + Others("fully-random"),
            BedMode.Persistent => Rule($"snat to {PersistentPool} persistent"),
            BedMode.Overloaded => Ports($"to {BedLayout.PublicAddress}:{range} random") + Others(""),
            BedMode.PortRanges => Ports($"ip addr . port to ip saddr map {{ {Ranges(subscribers)} }}") + Others(""),
            _ => Others("") + Turned(),
        };
    }

    private static string Rule(string rule) => $"add rule ip bed post oifname outside0 {rule}; ";

    private static string Ports(string target) => Rule($"meta l4proto {{ tcp, udp }} snat {target}");

    private static string Others(string flags) => Rule($"snat to {BedLayout.PublicAddress} {flags}");

    private static string Ranges(int subscribers) => string.Join(", ", Enumerable.Range(0, subscribers).Select(i =>
        Text($"{BedLayout.SubscriberAddress(i)} : {BedLayout.PublicAddress} . {RangeOf(i).First}-{RangeOf(i).Last}")));

    /// <summary>Both sides are translated: the called end to the line's own, the calling end to a public one.</summary>
    private static string Turned()
    {
        string rules = "add chain ip bed pre { type nat hook prerouting priority dstnat; }; ";
        foreach ((string protocol, int port, int first) in Served)
        {
            IEnumerable<string> lines = Enumerable.Range(0, BedLayout.RemoteCount)
                .Select(i => Text($"{first + i} : {BedLayout.SubscriberAddress(i)} . {port}"));
            rules += $"add rule ip bed pre iifname inside0 ip daddr {BedLayout.PublicAddress} dnat ip addr . port " +
                $"to {protocol} dport map {{ {string.Join(", ", lines)} }}; ";
        }

        return rules + $"add rule ip bed post oifname inside0 ct status dnat snat to {BedLayout.PublicAddress}; ";
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
