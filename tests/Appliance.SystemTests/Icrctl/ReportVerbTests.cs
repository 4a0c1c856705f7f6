using System.Text.Json;
using System.Text.RegularExpressions;
using Appliance.Edge.Service;
using Appliance.TestSupport;
using Xunit;

namespace Appliance.SystemTests.Icrctl;

/// <summary>The paper that is signed at a site: transcripts of <c>icrctl report</c>.</summary>
public sealed class ReportVerbTests
{
    [Transcript("icrctl report")]
    [Fact]
    public void A_good_box_is_accepted_with_every_check_behind_it()
    {
        using ToldStatus told = new(ToldStatus.Good);

        Outcome outcome = Programs.Icrctl(
            "report", "--socket", told.Path, "--site", "Leeds 4, row C", "--engineer", "A. Example");

        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        string text = Regex.Replace(outcome.Output, @"\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ", "(now)");
        text = Regex.Replace(text, "uplink    connected to vault:8883; .* 618 receipted", "(uplink)");
        Assert.StartsWith(
            """
            SITE ACCEPTANCE REPORT
            site      Leeds 4, row C
            engineer  A. Example
            made      (now)
            device    00112233445566778899aabbccddeeff, version 1.0
            verdict   accepted: every check passed

            Checks
            pass  interface mirror0 (inside) has shown 1,000,000 packets
            """,
            text);
        Assert.EndsWith(
            """
            pass  storage   620 batches in /var/lib/appliance
            17 passed, 0 to look at, 0 failed

            Legs
            leg       mirror0    inside        1,000,000 packets        0 dropped       25 duplicates, ring 1 % full
            leg       mirror1    outside         990,000 packets        0 dropped       25 duplicates, ring 1 % full
            mirror    inside: the mirror hides about 3 packets in a million
                      3 packets not shown in all, 0 shortened, 40 flows on this leg only
            mirror    outside: the mirror hides about 3 packets in a million
                      3 packets not shown in all, 0 shortened, 40 flows on this leg only
            delay     outside against inside: 1.25 ms earlier (+-0.18), drift 2 us/s, 49,000 flows, 1 step

            Flows
            flows     1,200 of 4,000,000 open, 50,000 closed, 0 evicted
            joined    49,000 attributed, 800 ambiguous
                      200 unattributed
            records   61,000 written, 0 dropped
            timeout   default, udp: a binding ends 298.5 to 301.2 s after its last packet (4,100 kept, 760 changed)

            Storage and uplink
            journal   620 batches, 4 segments, 67,108,864 bytes in /var/lib/appliance
            (uplink)

            installed by ____________________   accepted by ____________________   date __________

            """,
            text);
    }

    [Transcript("icrctl report")]
    [Fact]
    public void A_box_without_a_clock_is_not_accepted_on_paper_page_and_json_alike()
    {
        using ToldStatus told = new(ToldStatus.Good with { Clock = new ClockStatus("unset", null) });
        DirectoryInfo folder = Directory.CreateTempSubdirectory("icr-report-");
        string page = Path.Combine(folder.FullName, "report.html");

        Outcome text = Programs.Icrctl("report", "--socket", told.Path);
        Outcome json = Programs.Icrctl("report", "--socket", told.Path, "--json");
        Outcome html = Programs.Icrctl(
            "report", "--socket", told.Path, "--format", "html", "--out", page, "--site", "<b>Leeds</b>\nFAIL");

        Assert.Equal((1, 1, 1), (text.Code, json.Code, html.Code));
        Assert.Contains("verdict   not accepted: 1 check failed; mend what stands under FAIL first\n", text.Output);
        using JsonDocument read = JsonDocument.Parse(json.Output);
        Assert.False(read.RootElement.GetProperty("is_accepted").GetBoolean());
        string written = File.ReadAllText(page);
        Assert.Contains("<td>&lt;b&gt;Leeds&lt;/b&gt; FAIL</td>", written);
        Assert.Contains("<tr class=\"fail\"><td>FAIL</td><td>clock</td>", written);
        Assert.DoesNotContain("<script", written);
        folder.Delete(recursive: true);
    }
}
