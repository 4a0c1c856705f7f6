using Appliance.Flow;
using Appliance.TestSupport;
using Xunit;

namespace Appliance.Tests.Flow.Witness;

/// <summary>
/// Datagrams of real exporters. The counts are those that the tests of another decoder (logstash-codec-netflow,
/// spec/codecs/netflow_spec.rb) expect of the same files.
/// </summary>
public sealed class ExportDataTests
{
    private const string Folder = "logstash-netflow";

    public static TheoryData<string, int, int> Expected => new()
    {
        // Three messages; the other decoder reads the first of them, which has 7.
        { "ipfix", 13, 0 },
        { "ipfix_test_barracuda_tpl ipfix_test_barracuda_data256", 8, 0 },
        { "ipfix_test_juniper_mx240_junos151r6s3_opttpl512 ipfix_test_juniper_mx240_junos151r6s3_data512", 1, 0 },
        { "ipfix_test_mikrotik_tpl ipfix_test_mikrotik_data258 ipfix_test_mikrotik_data259", 46, 0 },
        { "ipfix_test_nokia_bras_tpl ipfix_test_nokia_bras_data256", 1, 0 },
        { "ipfix_test_openbsd_pflow_tpl ipfix_test_openbsd_pflow_data", 26, 0 },
        { "ipfix_test_viptela_tpl257 ipfix_test_viptela_data257", 1, 0 },
        { "netflow9_test_0length_fields_tpl_data", 10, 0 },
        { "netflow9_test_cisco_asa_1_tpl netflow9_test_cisco_asa_1_data", 14, 0 },
        { "netflow9_test_h3c_tpl3281 netflow9_test_h3c_data3281", 16, 0 },
        { "netflow9_test_h3c_netstream_varstring_tpl3281 netflow9_test_h3c_netstream_varstring_data3281", 1, 0 },
        { "netflow9_test_huawei_netstream_tpl netflow9_test_huawei_netstream_data", 1, 0 },
        { "netflow9_test_iptnetflow_reduced_size_encoding_tpldata260", 12, 6 },
        { "netflow9_test_macaddr_tpl netflow9_test_macaddr_data", 30, 0 },
        { "netflow9_test_nprobe_tpl netflow9_test_softflowd_tpl_data netflow9_test_nprobe_data", 9, 0 },
        { "netflow9_test_nprobe_dpi", 1, 0 },
        { "netflow9_test_valid01", 7, 0 },
    };

    [SharedTheory(Folder)]
    [MemberData(nameof(Expected))]
    public void Each_exporters_records_are_counted_as_another_decoder_counts_them(
        string files, int records, int withoutTemplate)
    {
        ExportProbe probe = Read(files, out _);
        Assert.Equal(records, probe.Tally.Records + probe.Tally.OptionRecords);
        Assert.Equal(withoutTemplate, probe.Tally.SetsHeld);
        Assert.Equal(0, probe.Tally.Malformed + probe.Tally.SourcesRefused);
    }

    [SharedFact(Folder)]
    public void Every_file_is_decoded_or_counted_and_every_file_has_its_expectation()
    {
        HashSet<string> told = [.. Expected.SelectMany(row => ((string)row[0]).Split(' '))];
        foreach (string path in Directory.GetFiles(Codecs(), "*.dat"))
        {
            string name = Path.GetFileNameWithoutExtension(path);
            bool isForeign = name is "netflow5_test_invalid01" or "netflow9_test_invalid01"
                or "netflow9_cisco_asr1001x_tpl259";
            Assert.True(isForeign || told.Contains(name), $"{name} has no expectation");
            ExportProbe probe = Read(name, out _);
            bool isCounted = probe.Tally.Malformed + probe.Tally.Records + probe.Tally.OptionRecords
                + probe.Tally.Templates + probe.Tally.SetsHeld > 0;
            Assert.True(isCounted, $"{name}: nothing was counted");
        }

        Assert.Equal(1, Read("netflow5_test_invalid01", out _).Tally.Malformed);
    }

    [SharedFact(Folder)]
    public void Cisco_NSEL_without_translation_is_no_event()
    {
        ExportProbe probe = Read("netflow9_test_cisco_asa_1_tpl netflow9_test_cisco_asa_1_data", out NatEvent[] events);
        Assert.Empty(events);
        Assert.Equal(14, probe.Tally.Records);
        Assert.Equal(14, probe.Tally.Untranslated);
    }

    [SharedFact(Folder)]
    public void Nokia_says_by_its_times_that_a_session_begins_and_names_the_line_in_a_text()
    {
        Read("ipfix_test_nokia_bras_tpl ipfix_test_nokia_bras_data256", out NatEvent[] events);
        NatEvent only = Assert.Single(events);
        Assert.Equal(NatAction.Create, only.Action);
        Assert.Equal("10.10.0.123", only.InsideAddress.ToString());
        Assert.Equal(5878, only.InsidePort);
        Assert.Equal("10.0.1.228", only.PublicAddress.ToString());
        Assert.Equal(0, only.PublicPort);
        Assert.Equal("10.0.0.34", only.RemoteAddress.ToString());
        Assert.Equal(80, only.RemotePort);
        Assert.Equal(6, only.Protocol);
        Assert.Equal(100u, only.Vrf);
        long told = DateTimeOffset.Parse("2017-12-14T07:23:45.148Z").ToUnixTimeMilliseconds();
        Assert.Equal(told, only.StampNs / 1_000_000);
    }

    [SharedFact(Folder)]
    public void A_flow_record_of_a_NAT_is_no_event_and_counted_as_unclassified()
    {
        ExportProbe probe = Read("ipfix_test_mikrotik_tpl ipfix_test_mikrotik_data258", out NatEvent[] events);
        Assert.Empty(events);
        Assert.True(probe.Tally.Unclassified > 0);
        Assert.Equal(probe.Tally.Records, probe.Tally.Unclassified + probe.Tally.Untranslated);
    }

    [SharedFact(Folder)]
    public void No_change_or_cut_of_a_real_datagram_is_an_exception_or_goes_uncounted()
    {
        Random random = new(11);
        foreach (string path in Directory.GetFiles(Codecs(), "*.dat"))
        {
            byte[] whole = File.ReadAllBytes(path);
            ExportProbe probe = new();
            for (int round = 0; round < 200; round++)
            {
                byte[] broken = whole[..random.Next(whole.Length + 1)];
                for (int i = random.Next(8); i > 0 && broken.Length > 0; i--)
                {
                    broken[random.Next(Math.Min(broken.Length, 64))] = (byte)random.Next(256);
                }

                probe.TakeAll(broken);
            }

            Assert.True(probe.Tally.Messages == 200, $"{path}, seed 11");
            Assert.True(probe.Tally.Malformed > 0, $"{path}, seed 11: no cut was noticed");
        }
    }

    private static ExportProbe Read(string files, out NatEvent[] events)
    {
        ExportProbe probe = new();
        List<NatEvent> all = [];
        foreach (string name in files.Split(' '))
        {
            byte[] file = File.ReadAllBytes(Path.Combine(Codecs(), name + ".dat"));

            // One file is a stream: messages one after the other.
            for (int at = 0, length; at < file.Length; at += length)
            {
                length = ExportDecoder.LengthOf(file.AsSpan(at));
                length = length == 0 ? file.Length - at : length;
                all.AddRange(probe.Take(file[at..(at + length)]));
            }
        }

        events = [.. all];
        return probe;
    }

    private static string Codecs() => Path.Combine(Checkout.Data(Folder)!, "spec", "codecs");
}
