using System.Text.Json;
using Appliance.Retention.Records;
using Appliance.TestSupport;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention;

public sealed class RecordsTests
{
    private const string Header =
        "flow_id,kind,realm,proto,subscriber,sub_ip,sub_port,pub_ip,pub_port,rem_ip,rem_port,start_us,last_us,end_us,"
        + "bound_us,clock_state,pkts_up,pkts_down,bytes_up,bytes_down,service,service_source,translation,attribution,"
        + "evidence_bits,candidates,group,witnesses,conflict,end_reason,leg,route,device,epoch,seq,row\n";

    private const string Opened =
        "1-0-0,open,cgn,6,line-1,100.64.0.1,50000,192.0.2.1,1025,198.51.100.7,443,1728000000000005,1728000005000005,,"
        + "40,free-running,3,2,300,2000,\"a\"\"b,c\",tls,nat44,mirror,128,1,0,mirror+nel,0,,vlan 7,,DEVICE,1,0,0\n";

    private const string Ended =
        "1-0-0,end,cgn,6,line-1,100.64.0.1,50000,192.0.2.1,1025,198.51.100.7,443,1728000000000005,1728000009000000,"
        + "1728000009000001,,locked,9,8,900,8000,\"a\"\"b,c\",tls,nat44,mirror,128,1,0,mirror+nel,0,fin,vlan 7,,"
        + "DEVICE,1,1,0\n";

    private static string Candidate(int number, int seq) =>
        $"1-0-1,quiet,cgn,17,line-{number},100.64.0.{number},6000,192.0.2.1,2000,2001:db8::9,53,1728000001000000,"
        + "1728000001000000,,40,locked,1,1,70,90,,none,nat44,ambiguous,32,2,5,mirror,1,,vlan 7,,"
        + $"DEVICE,1,{seq},{number - 1}\n";

    [Transcript("retention records")]
    [Fact]
    public void Every_record_is_a_line_under_the_columns_of_the_contract()
    {
        using RecordsFolder folder = Written();

        (int code, string output, string errors) = folder.Run();

        Assert.Equal("", errors);
        Assert.Equal(Header + Opened + Candidate(2, 0) + Candidate(3, 0) + Ended, Anonymous(output));
        Assert.Equal(0, code);
    }

    [Fact]
    public void Merged_there_is_one_line_a_flow_with_its_latest_totals_and_one_for_each_candidate()
    {
        using RecordsFolder folder = Written();

        (int code, string output, _) = folder.Run("--merged");

        Assert.Equal(Header + Ended + Candidate(2, 0) + Candidate(3, 0), Anonymous(output));
        Assert.Equal(0, code);
    }

    [Fact]
    public void Json_lines_have_the_same_names_and_null_for_what_is_empty()
    {
        using RecordsFolder folder = Written();

        (_, string output, _) = folder.Run("--format", "ndjson", "--merged");
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        using JsonDocument flow = JsonDocument.Parse(lines[0]);
        Assert.Equal(3, lines.Length);
        Assert.Equal(
            Header.Trim().Split(','), flow.RootElement.EnumerateObject().Select(p => p.Name).ToArray());
        Assert.Equal("a\"b,c", flow.RootElement.GetProperty("service").GetString());
        Assert.Equal(8000, flow.RootElement.GetProperty("bytes_down").GetInt64());
        Assert.Equal(JsonValueKind.Null, flow.RootElement.GetProperty("bound_us").ValueKind);
    }

    [Theory]
    [InlineData("session", "subscriber,subscriber_type,realm,address_or_prefix,start_us,end_us,source,equipment,access,"
        + "device,epoch,seq,row\nline-1,line,cgn,2001:db8::/56,1728000000000000,,radius,cpe,olt-3,DEVICE,1,1,1\n")]
    [InlineData("block", "realm,inside_ip,pub_ip,port_first,port_last,start_us,end_us,source,device,epoch,seq,row\n"
        + "cgn,100.64.0.1,192.0.2.1,1024,2047,1728000000000000,1728000000000001,syslog,DEVICE,1,1,2\n")]
    [InlineData("gap", "device,epoch,from_us,to_us,leg,cause,estimate\n"
        + "DEVICE,1,1728000000000000,1728000000000001,vlan 7,restart,\n")]
    public void The_other_kinds_have_their_own_columns(string kind, string expected)
    {
        using RecordsFolder folder = Written();

        (int code, string output, _) = folder.Run("--kind", kind);

        Assert.Equal(expected, Anonymous(output));
        Assert.Equal(0, code);
    }

    [Fact]
    public void A_batch_that_was_altered_is_refused_and_the_rest_is_printed()
    {
        using RecordsFolder folder = Filled();
        folder.Write((seq, bytes) => seq == 0 ? [.. bytes[..^1], (byte)(bytes[^1] ^ 1)] : bytes);

        (int code, string output, string errors) = folder.Run();

        Assert.Equal(1, code);
        Assert.Equal(Header + Ended, Anonymous(output));
        Assert.Matches("^retention: segment 1 at [0-9]+: batch refused: .*; its records are not printed\n", errors);
    }

    [Fact]
    public void A_batch_that_is_not_there_is_said_and_the_rest_is_printed()
    {
        using RecordsFolder folder = Filled();
        folder.Write((seq, bytes) => seq == 0 ? null : bytes);

        (int code, string output, string errors) = folder.Run();

        Assert.Equal(1, code);
        Assert.Equal(Header + Ended, Anonymous(output));
        Assert.Contains("1 batches and 0 epochs that were written are not in this folder", errors);
    }

    [Fact]
    public void Keys_of_a_role_without_private_halves_print_nothing_and_say_so()
    {
        using RecordsFolder folder = Filled();
        folder.Write(reader: keys => keys.ForDevice());

        (int code, _, string errors) = folder.Run("--kind", "session");

        Assert.Equal(1, code);
        Assert.Equal(
            "retention: no key for 4 sections, so their fields are empty; give a key set that has their days\n",
            errors);
    }

    [Fact]
    public void A_folder_without_keys_is_one_line_and_exit_2()
    {
        using RecordsFolder folder = Written();
        File.Delete(Path.Combine(folder.Keys, KeySet.FileName));

        (int code, string output, string errors) = folder.Run();

        Assert.Equal((2, ""), (code, output));
        Assert.Equal(
            $"retention: cannot read the keys {folder.Keys}/keyset.json; give the folder that holds keyset.json\n",
            errors);
    }

    [Fact]
    public void A_folder_without_segments_is_one_line_and_exit_2()
    {
        using RecordsFolder folder = Written();

        (int code, string output, string errors) = RecordsFolder.RunRaw(
            ["records", "--in", folder.Keys, "--keys", folder.Keys]);

        Assert.Equal((2, ""), (code, output));
        Assert.Equal(
            $"retention: {folder.Keys} holds no segments; give the folder that the box or a replay wrote\n", errors);
    }

    [Theory]
    [InlineData("records", "--in", "x", "--keys")]
    [InlineData("records", "--in", "x", "--keys", "y", "--format", "xml")]
    [InlineData("records", "--in", "x", "--keys", "y", "--kind", "packet")]
    [InlineData("records", "--keys", "y")]
    public void Bad_usage_is_one_line_and_exit_2(params string[] arguments)
    {
        (int code, string output, string errors) = RecordsFolder.RunRaw(arguments);

        Assert.Equal((2, ""), (code, output));
        Assert.Matches("^retention: [^\n]+; see `retention --help`\n$", errors);
    }

    [Fact]
    public void Every_value_of_every_enum_has_its_word()
    {
        StringWriter text = new();
        LineWriter line = new(text, RecordFormat.Csv, FlowLines.Columns);
        int lines = 0;
        for (int i = 0; i < 10; i++)
        {
            FlowRow row = new()
            {
                Kind = (FlowKind)(i % 4), ClockState = (ClockState)(i % 8), Translation = (Translation)i,
                Attribution = (Attribution)(i % 7), ServiceSource = (ServiceSource)(i % 5),
                EndReason = (EndReason)(i % 7), Witnesses = (Witnesses)(i * 3),
            };
            FlowLines.Write(line, row, new RecordPlace("d", new StringPool(), new FlowId(1, 2, (uint)i)));
            lines++;
        }

        string[] all = text.ToString().Split('\n');
        Assert.Equal(lines + 1, all.Length);
        Assert.Contains(",dslite,", all[3]);
        Assert.Contains(",unsolicited,", all[9]);
        Assert.Contains(",network,", all[7]);
        Assert.Contains(",evicted,", all[5]);
    }

    private static string Anonymous(string output) =>
        System.Text.RegularExpressions.Regex.Replace(output, "[0-9a-f]{32}", "DEVICE");

    private static RecordsFolder Written()
    {
        RecordsFolder folder = Filled();
        folder.Write();
        return folder;
    }

    private static RecordsFolder Filled()
    {
        RecordsFolder folder = new();
        RowBatch first = new();
        FlowRow flow = Flow(first.Strings);
        first.Flows.Add(flow);
        first.Flows.Add(Ambiguous(first.Strings, 2));
        first.Flows.Add(Ambiguous(first.Strings, 3));
        folder.Add(first);

        RowBatch second = new();
        second.Flows.Add(Flow(second.Strings) with
        {
            First = new FlowId(1, 0, 0), Kind = FlowKind.End, EndReason = EndReason.Fin, BoundUs = uint.MaxValue,
            ClockState = ClockState.Locked, Last = RecordsFolder.At(9_000_000), End = RecordsFolder.At(9_000_001),
            PacketsUp = 9, PacketsDown = 8, BytesUp = 900, BytesDown = 8000,
        });
        AddOthers(second);
        folder.Add(second);
        return folder;
    }

    private static FlowRow Flow(StringPool pool) => new()
    {
        Kind = FlowKind.Open, Protocol = 6, Translation = Translation.Nat44, Attribution = Attribution.Mirror,
        ServiceSource = ServiceSource.Tls, ClockState = ClockState.FreeRunning,
        Witnesses = Witnesses.Mirror | Witnesses.Nel, Candidates = 1, EvidenceBits = 128, SubscriberPort = 50000,
        PublicPort = 1025, RemotePort = 443, BoundUs = 40, Realm = pool.Add("cgn"), Subscriber = pool.Add("line-1"),
        Service = pool.Add("a\"b,c"), Leg = pool.Add("vlan 7"), SubscriberAddress = Address("100.64.0.1"),
        PublicAddress = Address("192.0.2.1"), RemoteAddress = Address("198.51.100.7"), Start = RecordsFolder.At(5),
        Last = RecordsFolder.At(5_000_005), PacketsUp = 3, PacketsDown = 2, BytesUp = 300, BytesDown = 2000,
    };

    // Both candidates are one flow: they share its name and a group.
    private static FlowRow Ambiguous(StringPool pool, int number) => Flow(pool) with
    {
        First = new FlowId(1, 0, 1), Kind = FlowKind.Quiet, Protocol = 17, Attribution = Attribution.Ambiguous,
        ServiceSource = ServiceSource.None, ClockState = ClockState.Locked, Witnesses = Witnesses.Mirror,
        Conflict = true, Candidates = 2, EvidenceBits = 32, Group = 5, SubscriberPort = 6000, PublicPort = 2000,
        RemotePort = 53, Subscriber = pool.Add($"line-{number}"), Service = 0,
        SubscriberAddress = Address($"100.64.0.{number}"), RemoteAddress = Address("2001:db8::9"),
        Start = RecordsFolder.At(1_000_000), Last = RecordsFolder.At(1_000_000), PacketsUp = 1, PacketsDown = 1,
        BytesUp = 70, BytesDown = 90,
    };

    private static void AddOthers(RowBatch batch)
    {
        StringPool pool = batch.Strings;
        batch.Sessions.Add(new SessionRow
        {
            Subscriber = pool.Add("line-1"), SubscriberType = pool.Add("line"), Realm = pool.Add("cgn"),
            Address = Address("2001:db8::"), PrefixLength = 56, Start = RecordsFolder.At(0),
            Source = pool.Add("radius"), Equipment = pool.Add("cpe"), Access = pool.Add("olt-3"),
        });
        batch.Blocks.Add(new BlockRow
        {
            Realm = pool.Add("cgn"), InsideAddress = Address("100.64.0.1"), PublicAddress = Address("192.0.2.1"),
            PortFirst = 1024, PortLast = 2047, Start = RecordsFolder.At(0), End = RecordsFolder.At(1),
            Source = pool.Add("syslog"),
        });
        batch.Gaps.Add(new GapRow
        {
            From = RecordsFolder.At(0), To = RecordsFolder.At(1), Leg = pool.Add("vlan 7"),
            Cause = pool.Add("restart"), Estimate = ulong.MaxValue,
        });
    }

    private static Ip Address(string text) => Ip.TryParse(text, out Ip ip) ? ip : throw new FormatException(text);
}
