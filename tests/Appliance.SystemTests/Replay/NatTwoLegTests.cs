using System.Globalization;
using Appliance.SystemTests.Lines;
using Appliance.TestSupport;
using Xunit;

namespace Appliance.SystemTests.Replay;

/// <summary>
/// A home NAT captured on both of its sides by others, and their list of what it translated: one connection, each
/// direction a line. The records must say exactly this and nothing else.
/// </summary>
public sealed class NatTwoLegTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("two-leg-");

    public void Dispose() => _folder.Delete(recursive: true);

    [SharedFact("nat-two-leg")]
    public void The_one_translation_is_one_record_with_every_packet_of_both_directions()
    {
        string captures = Path.Combine(Checkout.Data("nat-two-leg")!, "lab7");
        string box = Path.Combine(_folder.FullName, "box");
        Outcome replay = Programs.Icrctl("replay", "--inside", Path.Combine(captures, "NAT_inside_trace.pcapng"),
            "--outside", Path.Combine(captures, "NAT_outside_trace.pcapng"), "--out", box);
        Assert.True(replay.Code == 0, replay.Error);

        List<Dictionary<string, string>> truth = Truth();
        Dictionary<string, string> up = Assert.Single(truth, row => row["in_dport"] == "80");
        Dictionary<string, string> down = Assert.Single(truth, row => row["in_sport"] == "80");
        List<Dictionary<string, string>> records =
            LineBox.RecordsOf(box, Path.Combine(box, "keys"), "flow");
        Assert.All(records, record => Assert.Equal("1-0-0", record["flow_id"]));
        Dictionary<string, string> whole = Assert.Single(records, record => record["kind"] == "end");
        Assert.Equal(
            [
                up["proto"], up["in_src"], up["in_sport"], up["out_src"], up["out_sport"], up["in_dst"],
                up["in_dport"], up["packets"], down["packets"], "nat44", "mirror", "1", "0",
            ],
            ((string[])[
                "proto", "sub_ip", "sub_port", "pub_ip", "pub_port", "rem_ip", "rem_port", "pkts_up", "pkts_down",
                "translation", "attribution", "candidates", "conflict",
            ]).Select(column => whole[column]));
        Assert.InRange(int.Parse(whole["evidence_bits"], CultureInfo.InvariantCulture), 64, int.MaxValue);
    }

    /// <summary>The list of translations, by its own column names.</summary>
    private static List<Dictionary<string, string>> Truth()
    {
        string[] lines = File.ReadAllLines(Path.Combine(Checkout.Data("ground-truth")!, "nat-nsu-lab7.tsv"));
        string[] names = lines[0].Split('\t');
        return
        [
            .. lines[1..].Where(line => line.Length > 0).Select(line => names.Zip(line.Split('\t'))
                .ToDictionary(pair => pair.First, pair => pair.Second)),
        ];
    }
}
