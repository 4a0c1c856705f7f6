using System.Text.Json;
using Appliance.Lab.Bed;
using Appliance.TestSupport;
using Appliance.Wire;
using Xunit;
using Xunit.Abstractions;

namespace Appliance.SystemTests.NatLogs;

/// <summary>
/// The daemon's listeners for logs, fed live by programs that nobody here wrote: what the kernel translates is told by
/// conntrack or ulogd2 and carried by logger or rsyslog, in both formats of syslog over both transports.
/// </summary>
[Collection(KernelNat.Name)]
public sealed class LiveNatLogTests(ITestOutputHelper output) : IDisposable
{
    private const int Subscribers = 24;
    private const int Flows = 400;

    /// <summary>
    /// A log line that a busy machine holds up for longer than the box waits is no witness any more; nothing else may
    /// keep a flow from being named.
    /// </summary>
    private const double LeastNamed = 0.95;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("natlog-");
    private List<ConntrackEntry> _truth = [];
    private List<CsvRow> _records = [];
    private JsonElement _status;
    private long _conflicts;

    public void Dispose() => _folder.Delete(recursive: true);

    [RootFact("ip", "nft", "conntrack", "tcpdump", "curl", "nginx", "dnsmasq", "ping", "ethtool", "logger")]
    public void The_outside_leg_and_the_kernels_events_by_logger_name_every_line_and_so_do_files_of_both()
    {
        Run(hasInside: false, senders => senders.StartConntrack("--udp --rfc5424"));

        RequireNamed(_truth, Flows);
        TheSameFromFiles();
    }

    [RootFact("ip", "nft", "conntrack", "curl", "nginx", "dnsmasq", "ping", "ethtool", "ulogd", "rsyslogd")]
    public void The_outside_leg_and_ulogd_through_rsyslog_name_every_line()
    {
        Run(hasInside: false, senders => senders.StartUlogd(
            "protocol=\"tcp\" TCP_Framing=\"octet-counted\" template=\"RSYSLOG_SyslogProtocol23Format\""));

        // ulogd2 does not write which echo it was.
        List<ConntrackEntry> echoes = [.. _truth.Where(e => e.Protocol == 1)];
        RequireNamed([.. _truth.Except(echoes)], Flows - echoes.Count);
        HashSet<string> keys = [.. echoes.Select(e => e.OutsideKey)];
        Assert.All(_records.Where(r => keys.Contains(KeyOf(r))), r => Assert.Equal("none", r["attribution"]));
    }

    [RootFact("ip", "nft", "conntrack", "curl", "nginx", "dnsmasq", "ping", "ethtool", "ulogd", "rsyslogd")]
    public void Beside_both_legs_the_log_agrees_and_what_a_rule_logs_is_known_and_says_nothing()
    {
        Run(hasInside: true, senders => senders.StartUlogd(
            "protocol=\"udp\" template=\"RSYSLOG_TraditionalForwardFormat\""));

        BedCheck check = BedCheck.Run(_truth, _records.Select(BedCheck.Flow.From));
        Assert.True(check.IsRight && check.Matched == Flows, Text(check));
        int agreed = _records.Count(r => r["witnesses"].Contains("syslog", StringComparison.Ordinal));
        output.WriteLine($"{agreed} of {Flows} agreed");
        Assert.InRange(agreed, (Flows - _truth.Count(e => e.Protocol == 1)) * LeastNamed, Flows);
        Assert.All(_records, r => Assert.Equal("0", r["conflict"]));
        Assert.Equal(0, _conflicts);

        // A line of ulogd2 for each flow, and one for its first packet; the last of them may still be on their way.
        Assert.InRange(Number("messages"), 3 * Flows / 2, long.MaxValue);
        Assert.InRange(Number("events"), 1, Flows);
    }

    [RootFact("ip", "nft", "conntrack", "curl", "nginx", "dnsmasq", "ping", "ethtool", "logger")]
    public void A_log_that_swaps_two_lines_is_kept_flagged_and_counted_and_never_believed()
    {
        string one = BedLayout.SubscriberAddress(0);
        string other = BedLayout.SubscriberAddress(1);
        Run(hasInside: true, senders => senders.StartConntrack(
            "--tcp --rfc3164", $"s/src={one} /src=X /;s/src={other} /src={one} /;s/src=X /src={other} /"));

        ILookup<string, CsvRow> flows = _records.ToLookup(KeyOf);
        int flagged = 0;
        int lied = 0;
        foreach (ConntrackEntry entry in _truth)
        {
            List<CsvRow> rows = [.. flows[entry.OutsideKey]];
            Assert.Contains(rows, r => r["sub_ip"] == entry.Source);
            bool isLie = entry.Source == one || entry.Source == other;
            bool isFlagged = rows.Any(r => r["conflict"] == "1");
            Assert.True(isLie || !isFlagged, entry.InsideKey);
            lied += isLie ? 1 : 0;
            flagged += isFlagged ? 1 : 0;
            if (isFlagged)
            {
                string told = entry.Source == one ? other : one;
                Assert.Contains(rows, r => r["sub_ip"] == told);
                Assert.Single(rows, r => r["sub_ip"] == entry.Source
                    && r["witnesses"].Contains("mirror", StringComparison.Ordinal));
            }
        }

        output.WriteLine($"{flagged} of {lied} lies flagged");
        Assert.InRange(flagged, lied * LeastNamed, lied);
        Assert.InRange(_conflicts, flagged, long.MaxValue);
    }

    /// <summary>One bed with one daemon: traffic, silence, stop; truth, records and status are kept.</summary>
    private void Run(bool hasInside, Action<LogSenders> start)
    {
        // A refused connection's public end is free again at once: with a log alone, two lines could have had it.
        List<BedFlow> plan = [.. BedPlan.Draw(Subscribers, Flows + (Flows / 10), 11)
            .Where(f => f.Kind != BedFlowKind.Refused).Take(Flows)];
        using BedLayout layout = BedLayout.Start(Subscribers, BedMode.FullyRandom, 4 * Flows);
        BedMirror.Start(layout);
        using LogSenders senders = new(layout, _folder.FullName);
        using BedServers servers = BedServers.Start(layout, _folder.FullName, CancellationToken.None);
        using ConntrackWatch watch = ConntrackWatch.Start(layout, _folder.FullName, CancellationToken.None);
        using LiveBox box = LiveBox.Start(
            layout, _folder.FullName, hasInside: hasInside, natLog: LogSenders.Listening);
        start(senders);
        using BedCapture? capture = hasInside
            ? null
            : BedCapture.Start(layout, _folder.FullName, CancellationToken.None);
        using BedTraffic clients = BedTraffic.Start(layout, _folder.FullName, plan);
        List<BedFlow> made = clients.Wait(CancellationToken.None);
        box.WaitForQuiet();
        layout.RequireNoTrackingDrops();
        _truth = BedTruth.Join(watch.Stop(), made);
        _status = box.Status().GetProperty("nat_log");
        output.WriteLine(_status.GetRawText());
        Assert.Equal(0, box.Stop());
        capture?.Stop();
        _conflicts = LiveChain.Total(LiveChain.Read(box, out _), Counter.WitnessConflicts);
        _records = [.. CsvRow.ReadFile(box.Records())];
        foreach (string counter in new[] { "dropped", "malformed", "refused" })
        {
            Assert.Equal(0, Number(counter));
        }

        Assert.All(_status.GetProperty("not_understood").EnumerateObject(), v => Assert.Equal(0, v.Value.GetInt64()));
        Assert.Equal(Flows, _truth.Count);
    }

    /// <summary>Each flow has the right line or, at worst and seldom, none; never another.</summary>
    private void RequireNamed(List<ConntrackEntry> truth, int least)
    {
        ILookup<string, CsvRow> flows = _records.ToLookup(KeyOf);
        int named = 0;
        foreach (ConntrackEntry entry in truth)
        {
            CsvRow row = Assert.Single(flows[entry.OutsideKey]);
            if (row["sub_ip"].Length > 0)
            {
                Assert.Equal(
                    (entry.Source, $"{entry.SourcePort}", "syslog", "0"),
                    (row["sub_ip"], row["sub_port"], row["attribution"], row["conflict"]));
                named++;
            }
        }

        output.WriteLine($"{named} of {truth.Count} named by the log, wrong 0");
        Assert.InRange(named, least * LeastNamed, truth.Count);
    }

    private void TheSameFromFiles()
    {
        string box = In("replayed");
        Outcome replay = Programs.Icrctl("replay", "--outside", In("outside.pcap"), "--nat-log", In("conntrack.log"),
            "--out", box, "--json");
        Assert.True(replay.Code == 0, replay.Error);
        output.WriteLine(replay.Output);
        Outcome records = Programs.Retention("records", "--in", box, "--keys", Path.Combine(box, "keys"),
            "--format", "csv", "--merged");
        File.WriteAllText(In("replayed.csv"), records.Output);
        _records = [.. CsvRow.ReadFile(In("replayed.csv"))];
        RequireNamed(_truth, Flows);
    }

    private long Number(string name) => _status.GetProperty(name).GetInt64();

    private string In(string name) => Path.Combine(_folder.FullName, name);

    private static string KeyOf(CsvRow row) => BedCheck.Flow.From(row).OutsideKey;

    private static string Text(BedCheck check) =>
        string.Join('\n', check.Mismatches.Select(m => $"{m.Key} {m.Value.Count}: {m.Value[0]}"));
}
