using System.Text.Json;
using Appliance.Lab.Bed;
using Appliance.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace Appliance.SystemTests;

/// <summary>
/// The kernel's NAT in its other ways to choose public ends. In each the kernel's tracking first equals the frames of
/// both legs, then the product's records equal the tracking, connection by connection and in every field.
/// </summary>
[Collection(KernelNat.Name)]
public sealed class KernelNatModesTests(ITestOutputHelper output) : IDisposable
{
    private const int Subscribers = 24;
    private const int Flows = 600;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bed-");

    public void Dispose() => _folder.Delete(recursive: true);

    [RootFact("ip", "nft", "conntrack", "tcpdump", "curl", "nginx", "dnsmasq", "ping", "ethtool")]
    public void Ports_at_random()
    {
        List<ConntrackEntry> truth = RunAndCheck("random");

        Assert.True(truth.Count(e => e.SourcePort == e.PublicPort) < 20, "ports are not kept");
    }

    [RootFact("ip", "nft", "conntrack", "tcpdump", "curl", "nginx", "dnsmasq", "ping", "ethtool")]
    public void A_pool_of_addresses_of_which_a_subscriber_keeps_one()
    {
        List<ConntrackEntry> truth = RunAndCheck("persistent");

        Assert.All(truth.GroupBy(e => e.Source), g => Assert.Single(g.Select(e => e.PublicAddress).Distinct()));
        Assert.True(truth.Select(e => e.PublicAddress).Distinct().Count() > 1, "the pool is used");
    }

    [RootFact("ip", "nft", "conntrack", "tcpdump", "curl", "nginx", "dnsmasq", "ping", "ethtool")]
    public void Each_port_lent_to_many_subscribers_towards_different_remotes()
    {
        List<ConntrackEntry> truth = RunAndCheck("overloaded");

        List<ConntrackEntry> ported = [.. truth.Where(e => e.Protocol != 1)];
        int ports = ported.Select(e => e.PublicPort).Distinct().Count();
        Assert.InRange(ports, 1, BedLimits.OverloadedPorts);
        Assert.True(ported.Count > 6 * ports, $"{ported.Count} flows by {ports} ports");
    }

    [RootFact("ip", "nft", "conntrack", "tcpdump", "curl", "nginx", "dnsmasq", "ping", "ethtool")]
    public void A_range_of_ports_for_each_subscriber()
    {
        List<ConntrackEntry> truth = RunAndCheck("port-ranges");

        Assert.All(truth.Where(e => e.Protocol != 1), e =>
        {
            int line = Enumerable.Range(0, Subscribers).Single(i => BedLayout.SubscriberAddress(i) == e.Source);
            (int first, int last) = BedNat.RangeOf(line);
            Assert.InRange(e.PublicPort, first, last);
        });
        RulesAloneNameTheLine(truth);
    }

    [RootFact("ip", "nft", "conntrack", "tcpdump", "curl", "nginx", "dnsmasq", "ping", "ethtool")]
    public void Subscribers_that_call_each_other_by_public_ports()
    {
        List<ConntrackEntry> truth = RunAndCheck("hairpin");

        int turned = truth.Count(e => e.IsTurned);
        Assert.InRange(turned, Flows / 4, truth.Count - 1);
        Assert.Equal(turned, Merged(In("out")).Count(r => r["translation"] == "hairpin"));
    }

    [RootFact("ip", "nft", "conntrack", "tcpdump", "curl", "nginx", "dnsmasq", "ping", "ethtool", "tayga")]
    public void Subscribers_with_IPv6_only_behind_tayga()
    {
        List<ConntrackEntry> truth = RunAndCheck("nat64");

        Assert.All(truth, e => Assert.StartsWith(BedNat64.SubscriberBegin, e.Source, StringComparison.Ordinal));
        List<CsvRow> records = Merged(In("out"));
        Assert.All(records.Where(r => r["attribution"] == "mirror"), r => Assert.Equal("nat64", r["translation"]));

        // One SYN and its reset: a sequence number and a time stamp are 48 bits, and IPv6 has no identification.
        Assert.Equal(truth.Count(IsRefused), records.Count(r => r["attribution"] == "none" && r["sub_ip"].Length > 0));
        Assert.All(records.Where(r => r["attribution"] == "none"), r => Assert.Equal(
            ("0", true), (r["candidates"], r["sub_ip"].Length == 0 || r["pub_ip"].Length == 0)));
    }

    private static bool IsRefused(ConntrackEntry entry) => entry.RemotePort == BedPlan.RefusedPort;

    /// <summary>The outside leg and the operator's rule, without the inside leg and without any log.</summary>
    private void RulesAloneNameTheLine(List<ConntrackEntry> truth)
    {
        string box = In("by-rules");
        (int first, _) = BedNat.RangeOf(0);
        (_, int last) = BedNat.RangeOf(Subscribers - 1);
        var rule = new
        {
            inside = $"{BedLayout.SubscriberAddress(0)}-{BedLayout.SubscriberAddress(Subscribers - 1)}",
            @public = $"{BedLayout.PublicAddress}-{BedLayout.PublicAddress}",
            firstPort = first,
            lastPort = last,
            portsPerLine = BedLimits.PortsPerLine,
        };
        string configuration = Configuration(new { rules = new[] { rule } });
        Require(Programs.Icrctl(
            "replay", "--config", configuration, "--outside", In("outside.pcap"), "--out", box));

        Dictionary<string, string> lines = truth.Where(e => e.Protocol != 1)
            .GroupBy(e => e.OutsideKey).Where(g => g.Count() == 1).ToDictionary(g => g.Key, g => g.First().Source);
        int named = 0;
        foreach (CsvRow row in Merged(box))
        {
            string key = BedCheck.Flow.From(row).OutsideKey;
            if (lines.TryGetValue(key, out string? line))
            {
                Assert.Equal((line, "deterministic"), (row["sub_ip"], row["attribution"]));
                named++;
            }
        }

        output.WriteLine($"by rules alone: {named} of {lines.Count} named, wrong 0");
        Assert.Equal(lines.Count, named);
    }

    private List<ConntrackEntry> RunAndCheck(string mode)
    {
        Outcome run = Programs.Lab("bed", "run", "--subscribers", $"{Subscribers}", "--flows", $"{Flows}",
            "--mode", mode, "--seed", "1", "--out", _folder.FullName, "--json");
        Require(run);
        output.WriteLine(run.Output);
        Assert.Equal(0, JsonDocument.Parse(run.Output).RootElement.GetProperty("differences").GetInt32());
        string box = In("out");
        Require(Programs.Icrctl("replay", "--config", Configuration(new { }), "--inside", In("inside.pcap"),
            "--outside", In("outside.pcap"), "--out", box));
        bool isNat64 = mode == "nat64";
        List<BedCheck.Flow> records =
            [.. Merged(box).Where(r => !isNat64 || r["attribution"] != "none").Select(BedCheck.Flow.From)];
        List<ConntrackEntry> truth = BedTruth.Read(In("truth.csv"));
        List<ConntrackEntry> expected = [.. truth.Where(e => !isNat64 || !IsRefused(e))];
        BedCheck check = BedCheck.Run(expected, records);
        string said = $"{mode}, seed 1: {check.Matched} of {expected.Count} right, "
            + $"{truth.Count - expected.Count} too short to tell; "
            + string.Join('\n', check.Mismatches.Select(m => $"{m.Key} {m.Value.Count}: {m.Value[0]}"));
        output.WriteLine(said);
        Assert.True(check.IsRight && check.Matched == expected.Count && truth.Count >= Flows, said);
        string[] two = [.. expected.Select(e => e.Source).Distinct().Take(2)];
        BedCheck swapped = BedCheck.Run(BedCheckTests.Swapped(expected, two[0], two[1]), records);
        Assert.False(swapped.IsRight, "two swapped subscribers are not noticed");
        return truth;
    }

    private List<CsvRow> Merged(string box)
    {
        Outcome records = Programs.Retention("records", "--in", box, "--keys", Path.Combine(box, "keys"),
            "--format", "csv", "--merged");
        Require(records);
        File.WriteAllText(In("records.csv"), records.Output);
        return [.. CsvRow.ReadFile(In("records.csv"))];
    }

    private string Configuration(object natLog)
    {
        File.WriteAllText(In("appliance.json"), JsonSerializer.Serialize(new
        {
            traffic = new
            {
                publicPrefixes = new[] { BedLayout.PublicPrefix },
                nat64Prefixes = new[] { BedNat64.Nat64Prefix },
            },
            notice = new { profile = "uk-icr" },
            natLog,
        }));
        return In("appliance.json");
    }

    private string In(string name) => Path.Combine(_folder.FullName, name);

    private static void Require(Outcome outcome) =>
        Assert.True(outcome.Code == 0, $"exit code {outcome.Code}: {outcome.Error}");
}
