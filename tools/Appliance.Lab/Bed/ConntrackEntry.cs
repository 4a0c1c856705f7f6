using System.Globalization;

namespace Appliance.Lab.Bed;

/// <summary>
/// One connection as the kernel tracked it. Ports are the echo id for ICMP, with remote port 0. The times are those at
/// which the listener read the kernel's events; a connection alive at the end has no stop time (0).
/// </summary>
internal sealed record ConntrackEntry(
    byte Protocol, string Source, int SourcePort, string PublicAddress, int PublicPort, string Remote, int RemotePort,
    ulong PacketsUp, ulong BytesUp, ulong PacketsDown, ulong BytesDown, long StartUs, long StopUs, string Name)
{
    /// <summary>Who answers, where the NAT has turned the flow to another subscriber; empty elsewhere.</summary>
    public string Called { get; init; } = "";

    public int CalledPort { get; init; }

    /// <summary>One half of a flow between subscribers: its remote is the other's public end.</summary>
    public bool IsTurned => Remote.StartsWith(BedLayout.PublicBegin, StringComparison.Ordinal);

    /// <summary>The halves that the legs show of the tracked flow: one, or the calling and the called one.</summary>
    public IEnumerable<ConntrackEntry> Halves()
    {
        yield return this with { Called = "", CalledPort = 0 };
        if (Called.Length > 0)
        {
            yield return this with
            {
                Source = Called, SourcePort = CalledPort, PublicAddress = Remote, PublicPort = RemotePort,
                Remote = PublicAddress, RemotePort = PublicPort, PacketsUp = PacketsDown, BytesUp = BytesDown,
                PacketsDown = PacketsUp, BytesDown = BytesUp, Called = "", CalledPort = 0,
            };
        }
    }

    /// <summary>
    /// Reads a line of <c>conntrack -E</c> (NEW or DESTROY) or <c>-L</c> in extended format. The first src, dst, sport,
    /// dport, id, packets and bytes belong to the original direction, the second to the reply; a third id is the
    /// entry's own. Both times are that of the event, 0 in a listing.
    /// </summary>
    public static bool TryParse(string line, out ConntrackEntry entry)
    {
        entry = null!;
        string[] words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        int family = Array.IndexOf(words, "ipv4");
        if (family < 0 || family + 3 >= words.Length)
        {
            return false;
        }

        int end = line.IndexOf(']', StringComparison.Ordinal);
        long timeUs = family == 0 ? 0 : (long)(decimal.Parse(line.AsSpan(1, end - 1)) * 1_000_000);
        byte protocol = byte.Parse(words[family + 3], CultureInfo.InvariantCulture);
        bool echo = protocol == 1;
        string[] up = Both(words, echo ? "id=" : "sport=");
        string[] down = Both(words, echo ? "id=" : "dport=");
        string remote = Both(words, "src=")[1];
        bool isTurned = remote != Both(words, "dst=")[0];
        string[] packets = Both(words, "packets=");
        string[] bytes = Both(words, "bytes=");
        entry = new ConntrackEntry(protocol, Both(words, "src=")[0], Port(up[0]), Both(words, "dst=")[1], Port(down[1]),
            Both(words, "dst=")[0], echo ? 0 : Port(down[0]), Count(packets[0]), Count(bytes[0]), Count(packets[1]),
            Count(bytes[1]), timeUs, timeUs, "")
        {
            Called = isTurned ? remote : "",
            CalledPort = isTurned ? Port(Both(words, "sport=")[1]) : 0,
        };
        return true;
    }

    /// <summary>What both ends of the inside leg agree on: unique among the connections of one run.</summary>
    public string InsideKey => string.Create(CultureInfo.InvariantCulture,
        $"{Protocol} {Source}:{SourcePort} > {Remote}:{RemotePort}");

    /// <summary>The same connection as the outside leg shows it.</summary>
    public string OutsideKey => string.Create(CultureInfo.InvariantCulture,
        $"{Protocol} {PublicAddress}:{PublicPort} > {Remote}:{RemotePort}");

    private static string[] Both(string[] words, string key)
    {
        string[] found =
            [.. words.Where(w => w.StartsWith(key, StringComparison.Ordinal)).Select(w => w[key.Length..])];
        return [found.Length > 0 ? found[0] : "0", found.Length > 1 ? found[1] : "0"];
    }

    private static int Port(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static ulong Count(string text) => ulong.Parse(text, CultureInfo.InvariantCulture);
}
