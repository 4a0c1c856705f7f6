using System.Text.RegularExpressions;
using Appliance.TestSupport;
using Appliance.Wire;
using Xunit;
using Xunit.Abstractions;

namespace Appliance.Tests.Flow;

/// <summary>
/// Names against an independent decoder: what nDPI's own expected outputs list for the same captures. Left out, because
/// there is no name to agree on: IP literals, and Google's QUIC before the standard (versions Q and T).
/// </summary>
public sealed partial class NdpiNamesTests(ITestOutputHelper output)
{
    /// <summary>nDPI cuts names at about 70 characters; a longer one is compared as far as it goes.</summary>
    private const int CutAt = 60;

    /// <summary>Where the two differ, and why.</summary>
    private static readonly Dictionary<string, string> Exceptions = new()
    {
        ["capwap_data.pcapng"] = "CAPWAP is not a tunnel that is opened",
        ["bad-dns-traffic.pcap"] = "many questions in one flow: the first is its name, nDPI lists a later one",
        ["dns_exfiltration.pcap"] = "many questions in one flow: the first is its name, nDPI lists a later one",
        ["dns-invalid-chars.pcap"] = "bytes that no host name has: not a name here",
        ["dns_ambiguous_names.pcap"] = "bytes that no host name has: not a name here",
    };

    /// <summary>Where more is found than nDPI lists, and what it is; anywhere else it would be an invention.</summary>
    private static readonly Dictionary<string, string> Extras = new()
    {
        ["badpackets.pcap"] = "questions repeated in DNS responses of an amplification attack",
        ["KakaoTalk_talk.pcap"] = "a request behind the packets that nDPI looks at",
        ["ossfuzz_seed_fake_traces_3.pcapng"] = "HTTP with a length that nDPI rejects",
        ["pops.pcapng"] = "TLS under POP3, which nDPI lists as mail",
        ["smtp-starttls.pcap"] = "TLS behind STARTTLS, which nDPI lists as mail",
    };

    private readonly Dictionary<ServiceSource, (int Agreed, int Expected)> score = [];
    private readonly List<string> misses = [];

    [SharedFact("ndpi")]
    public void Names_agree_with_ndpi_and_none_is_invented()
    {
        string results = Path.Combine(Checkout.Data("ndpi")!, "tests", "cfgs", "default", "result");
        foreach (string path in Corpus.Files("ndpi"))
        {
            string expected = Path.Combine(results, Path.GetFileName(path) + ".out");
            if (File.Exists(expected))
            {
                Compare(Path.GetFileName(path), NameProbe.Run(Corpus.Bytes(path)), expected);
            }
        }

        foreach ((ServiceSource source, (int agreed, int all)) in score)
        {
            output.WriteLine($"{source}: {agreed} of {all} ({100.0 * agreed / all:F1} %)");
        }

        Assert.True(misses.Count == 0, string.Join('\n', misses));
        Assert.Equal((true, true), (score[ServiceSource.Tls].Expected > 130, score[ServiceSource.Quic].Expected > 9));
    }

    private void Compare(string file, List<NamedFlow> flows, string expected)
    {
        var listed = new HashSet<NamedFlow>();
        foreach (string line in File.ReadLines(expected))
        {
            Match match = Line().Match(line);
            ServiceSource source = match.Success ? SourceOf(match.Groups["proto"].Value) : ServiceSource.None;
            string name = match.Groups["name"].Value.ToLowerInvariant().TrimEnd('.');
            if (source == ServiceSource.None || Ip.TryParse(name, out _) || line.Contains("[QUIC ver: Q")
                || line.Contains("[QUIC ver: T"))
            {
                continue;
            }

            NamedFlow? flow = Find(flows, match);
            listed.Add(flow!);
            Note(file, source, name, flow);
        }

        foreach (NamedFlow flow in flows.Where(f => f.Names.Count > 0 && !listed.Contains(f)))
        {
            if (!Extras.ContainsKey(file))
            {
                misses.Add($"+ {file}: {string.Join(",", flow.Names)} {flow.ClientPort} {flow.ServerPort}");
            }
        }
    }

    private void Note(string file, ServiceSource source, string name, NamedFlow? flow)
    {
        bool agrees = flow is not null && flow.Names.Exists(n => n.Source == source && Agrees(n.Name, name));
        if (!agrees && Exceptions.ContainsKey(file))
        {
            return;
        }

        (int agreed, int all) = score.GetValueOrDefault(source);
        score[source] = (agreed + (agrees ? 1 : 0), all + 1);
        if (!agrees)
        {
            string ours = flow is null ? "no flow" : string.Join(",", flow.Names);
            misses.Add($"- {file}: {source} expected {name}, ours: {ours}");
        }
    }

    private static NamedFlow? Find(List<NamedFlow> flows, Match match)
    {
        string client = match.Groups["client"].Value;
        string server = match.Groups["server"].Value;
        byte protocol = (byte)(match.Groups["l4"].Value == "TCP" ? 6 : 17);
        int clientPort = int.Parse(match.Groups["cport"].Value);
        int serverPort = int.Parse(match.Groups["sport"].Value);
        return flows.Find(f => f.Protocol == protocol
            && ((Text(f.Client) == client && f.ClientPort == clientPort
                    && Text(f.Server) == server && f.ServerPort == serverPort)
                || (Text(f.Client) == server && f.ClientPort == serverPort
                    && Text(f.Server) == client && f.ServerPort == clientPort)));
    }

    // nDPI shortens the first ":0:" of an IPv6 address even where another run of zeros was shortened already.
    private static string Text(Ip address)
    {
        string text = address.ToString();
        int at = text.IndexOf(":0:", StringComparison.Ordinal);
        return at < 0 ? text : $"{text[..at]}::{text[(at + 3)..]}";
    }

    private static bool Agrees(string ours, string theirs) =>
        ours == theirs || (theirs.Length >= CutAt && ours.StartsWith(theirs, StringComparison.Ordinal));

    private static ServiceSource SourceOf(string proto)
    {
        string[] parts = proto.Split('/')[0].Split(':')[^1].Split('.');
        return parts[0] switch
        {
            "91" => ServiceSource.Tls,
            "188" => ServiceSource.Quic,
            "7" => ServiceSource.Http,
            "5" => ServiceSource.Dns,
            _ => ServiceSource.None,
        };
    }

    [GeneratedRegex(@"^\s*\d+\s+(?<l4>TCP|UDP) \[?(?<client>[^\]\s]+?)\]?:(?<cport>\d+) (<->|->) "
        + @"\[?(?<server>[^\]\s]+?)\]?:(?<sport>\d+) .*?\[proto: (?<proto>[^\]]*)\].*"
        + @"\[Hostname/SNI: (?<name>[^\]]*)\]")]
    private static partial Regex Line();
}
