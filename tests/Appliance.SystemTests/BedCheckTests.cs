using System.Globalization;
using Appliance.Lab;
using Appliance.Lab.Bed;
using Xunit;

namespace Appliance.SystemTests;

/// <summary>The checker itself: it must pass what is right and fail, with the right word, what is not.</summary>
public sealed class BedCheckTests : IDisposable
{
    private const string Header = "flow_id,proto,sub_ip,sub_port,pub_ip,pub_port,rem_ip,rem_port,start_us,pkts_up," +
        "pkts_down,bytes_up,bytes_down,service,attribution,candidates,group";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bedcheck-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Equal_records_are_right()
    {
        List<ConntrackEntry> truth = Truth();

        BedCheck check = Check(truth, truth.Select(Line));

        Assert.True(check.IsRight);
        Assert.Equal(truth.Count, check.Matched);
    }

    [Fact]
    public void Nothing_against_nothing_is_not_right() => Assert.False(Check([], []).IsRight);

    [Fact]
    public void Two_swapped_subscribers_are_found()
    {
        List<ConntrackEntry> truth = Truth();
        IEnumerable<string> records = truth.Select(Line).ToList();

        BedCheck check = Check(Swapped(truth, "100.64.0.10", "100.64.0.11"), records);

        Assert.False(check.IsRight);
        Assert.Contains("public side", check.Mismatches.Keys);
    }

    [Theory]
    [InlineData("name", "www.shop1.example", "www.shop2.example")]
    [InlineData("packets", ",11,12,", ",11,13,")]
    [InlineData("bytes", ",1100,1200,", ",1100,1201,")]
    [InlineData("attribution", ",mirror,1,", ",ambiguous,2,")]
    [InlineData("public side", "203.0.113.1,20010", "203.0.113.1,20009")]
    [InlineData("start", ",1000000000,", ",2000000001,")]
    [InlineData("wrong subscriber", "100.64.0.10", "100.64.0.99")]
    public void Each_wrong_field_is_named(string mismatch, string right, string wrong)
    {
        List<ConntrackEntry> truth = Truth();
        List<string> records = [.. truth.Select(Line)];
        int at = records.FindIndex(r => r.Contains(right, StringComparison.Ordinal));
        records[at] = records[at].Replace(right, wrong, StringComparison.Ordinal);

        BedCheck check = Check(truth, records);

        Assert.False(check.IsRight);
        Assert.Contains(mismatch, check.Mismatches.Keys);
        Assert.Equal(truth.Count - 1, check.Matched);
    }

    [Fact]
    public void A_lost_an_invented_and_a_split_flow_are_named()
    {
        List<ConntrackEntry> truth = Truth();
        List<string> records = [.. truth.Select(Line)];
        string first = records[0];

        Assert.Equal(["connection without flow"], Check(truth, records.Skip(1)).Mismatches.Keys);
        Assert.Equal(["several flows for one connection"], Check(truth, records.Append(first)).Mismatches.Keys);
        string invented = first.Replace(",20000,", ",20077,", StringComparison.Ordinal);
        Assert.Equal(["flow without connection"], Check(truth, records.Append(invented)).Mismatches.Keys);
    }

    [Fact]
    public void A_file_without_a_needed_column_is_refused_by_name()
    {
        string file = Path.Combine(_folder.FullName, "records.csv");
        File.WriteAllLines(file, ["flow_id,proto", "1,6"]);

        LabUsageException error = Assert.Throws<LabUsageException>(() => BedCheck.Run(Truth(), file));

        Assert.Contains("'sub_ip'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_truth_file_reads_back_as_it_was_written()
    {
        string file = Path.Combine(_folder.FullName, "truth.csv");
        BedTruth.Write(file, Truth());

        Assert.Equal(Truth(), BedTruth.Read(file));
    }

    [Fact]
    public void A_tracked_ping_is_read_with_its_ids_as_ports()
    {
        const string line = "[1795285001.012937]\t[DESTROY] ipv4     2 icmp     1 29 " +
            "src=100.64.0.10 dst=198.51.100.1 type=8 code=0 id=77 packets=2 bytes=168 " +
            "src=198.51.100.1 dst=203.0.113.1 type=0 code=0 id=54124 " +
            "packets=3 bytes=169 delta-time=1 [start=Sat Nov 21 18:16:40 2026] [stop=Sat Nov 21 18:16:41 2026] " +
            "id=3294333893 [USERSPACE] portid=10427 progname=conntrack";

        Assert.True(ConntrackEntry.TryParse(line, out ConntrackEntry entry));

        Assert.Equal("1 100.64.0.10:77 > 198.51.100.1:0", entry.InsideKey);
        Assert.Equal("1 203.0.113.1:54124 > 198.51.100.1:0", entry.OutsideKey);
        Assert.Equal((2ul, 168ul, 3ul, 169ul), (entry.PacketsUp, entry.BytesUp, entry.PacketsDown, entry.BytesDown));
        Assert.Equal(1_795_285_001_012_937, entry.StopUs);
    }

    [Fact]
    public void The_same_seed_draws_the_same_plan_and_another_seed_another()
    {
        List<BedFlow> plan = BedPlan.Draw(24, 2_000, 1);

        Assert.Equal(plan, BedPlan.Draw(24, 2_000, 1));
        Assert.NotEqual(plan, BedPlan.Draw(24, 2_000, 2));
        Assert.Equal(24, plan.Select(f => f.Source).Distinct().Count());
        Assert.True(plan.Select(f => f.Remote).Distinct().Count() >= 8);
        Assert.Equal(plan.Count, plan.Select(f => (f.Protocol, f.Source, f.SourcePort)).Distinct().Count());
        Assert.Equal(plan, plan.Select(f => BedFlow.Parse(f.ToLine())));
    }

    internal static IEnumerable<ConntrackEntry> Swapped(IEnumerable<ConntrackEntry> truth, string one, string other) =>
        truth.Select(e => e with { Source = e.Source == one ? other : e.Source == other ? one : e.Source });

    private static List<ConntrackEntry> Truth() =>
    [
        .. Enumerable.Range(0, 20).Select(i => new ConntrackEntry(6, $"100.64.0.{10 + (i % 2)}", 20_000 + (i / 2),
            "203.0.113.1", 20_000 + i, "198.51.100.1", 443, (ulong)(10 + i), (ulong)(1_000 + (100 * i)),
            (ulong)(11 + i), (ulong)(1_100 + (100 * i)), 1_000_000_000, 0, $"www.shop{i}.example")),
    ];

    private static string Line(ConntrackEntry e) => string.Create(CultureInfo.InvariantCulture,
        $"1-1-1,{e.Protocol},{e.Source},{e.SourcePort},{e.PublicAddress},{e.PublicPort},{e.Remote},{e.RemotePort}," +
        $"{e.StartUs},{e.PacketsUp},{e.PacketsDown},{e.BytesUp},{e.BytesDown},{e.Name},mirror,1,0");

    private BedCheck Check(IEnumerable<ConntrackEntry> truth, IEnumerable<string> records)
    {
        string file = Path.Combine(_folder.FullName, "records.csv");
        File.WriteAllLines(file, records.Prepend(Header));
        return BedCheck.Run(truth, file);
    }
}
