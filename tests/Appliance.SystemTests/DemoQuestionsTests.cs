using System.Text.Json;
using Appliance.Lab.Bed;
using Appliance.Lab.Demo;
using Xunit;

namespace Appliance.SystemTests;

/// <summary>The demonstration's questions over a small run whose truth is written here; a stand-in answers.</summary>
public sealed class DemoQuestionsTests
{
    private const long Begin = 1_728_054_000_000_000; // 2024-10-04T15:00:00Z
    private const string Mail = "mail.example.org";
    private const string Busy = "198.51.100.1";
    private static readonly DateTimeOffset Gap = DateTimeOffset.UnixEpoch.AddMicroseconds(Begin + 20_000_000);

    [Fact]
    public void Peter_is_who_alone_used_his_mail_website_and_his_port_and_the_minute_begins_and_ends_in_rests()
    {
        DemoCase found = DemoCase.Find(Truth(), Gap.ToUnixTimeMilliseconds() * 1000);

        Assert.Equal("100.64.0.12", found.Peter);
        Assert.Equal(Mail, found.Mail.Name);
        Assert.Equal("2024-10-04T15:00:01.5Z to 2024-10-04T15:00:07.5Z", found.Minute);
    }

    [Fact]
    public void A_run_without_rests_is_too_short_to_ask_about()
    {
        ConntrackEntry[] short1 = [.. Truth().Take(3)];

        BedException failure = Assert.Throws<BedException>(() => DemoCase.Find(short1, long.MaxValue));

        Assert.Equal("the first half was over too soon to ask about; give more --flows", failure.Message);
    }

    [Fact]
    public void What_must_be_answered_is_taken_from_the_truth()
    {
        DemoAnswer[] answers = [.. Asked(_ => true)];

        Assert.Equal(
            [
                "ambiguous 3", "identified 100.64.0.12", "identified 100.64.0.12", "ambiguous 3", "2 services", "yes",
                "no", "not covered",
            ],
            answers.Select(answer => answer.Expected));
        Assert.Equal([1, 1, 1, 1, 2, 3, 3, 1], answers.Select(answer => answer.Purpose));
        Assert.All(answers, answer => Assert.True(answer.IsRight, answer.Question + answer.Answer));
    }

    [Fact]
    public void The_right_number_of_wrong_lines_is_wrong()
    {
        DemoAnswer[] answers = [.. Asked(line => line != "100.64.0.11")];

        Assert.False(answers[0].IsRight);
        Assert.Equal("ambiguous 3, not those", answers[0].Answer);
    }

    [Fact]
    public void A_newcomer_reads_who_asked_what_with_which_facts_and_why_the_answer_is_so()
    {
        DemoSummary summary = Summary([.. Asked(_ => true)]);

        string text = summary.ToText().ReplaceLineEndings("\n");

        Assert.Contains(
            """
              The questions are those of the "Operational Case for the Retention of Internet Connection Records"
              (UK, 2015). There, Peter's phone shares the address 62.25.961.0 with 5,000 devices when it sends a
              mail at four minutes past three. Here Peter is the line 100.64.0.12, the address is 203.0.113.1
              with 3 lines behind it, the mail website is mail.example.org, and four minutes past three is
              2024-10-04T15:00:01.5Z to 2024-10-04T15:00:07.5Z.

            """, text);
        Assert.Contains(
            """
              3. Purpose 1. Nobody kept the port, but the mail was sent on mail.example.org, which few use in
                 any minute.
                 The paper: "If ICRs were retained [...] they could have asked them what device was using IP
                 address 62.25.961.0 at four minutes past three yesterday afternoon, to access the specific
                 online communications service."
                 What line was using 203.0.113.1 then, to access mail.example.org?
                 $ retention resolve --ip 203.0.113.1 --from 2024-10-04T15:00:01.5Z --to 2024-10-04T15:00:07.5Z
            """ + " --service mail.example.org\n", text);
        Assert.Contains(
            """
                 Answer: identified 100.64.0.12 (as the kernel's table says)
                 Why: said by the store
                   1. 100.64.0.12: IP 203.0.113.1 port 10007 connected to IP 216.239.32.10 at 15:00:04

            """, text);
        Assert.Contains("All of it was right.", text);
        Assert.All(text.Split('\n'), line => Assert.Equal(line.TrimEnd(), line));
        Assert.Equal(8, JsonDocument.Parse(summary.ToJson()).RootElement.GetProperty("answers").GetArrayLength());
    }

    [Fact]
    public void A_wrong_answer_says_what_was_expected_and_the_whole_is_not_right()
    {
        DemoSummary summary = Summary([.. Asked(line => line != "100.64.0.11")]);

        string text = summary.ToText();

        Assert.Contains("ambiguous 3, not those (WRONG: ambiguous 3 was expected)", text);
        Assert.Contains("NOT all of it was right.", text);
    }

    private static DemoSummary Summary(DemoAnswer[] answers) => new()
    {
        Customers = 3, Connections = 10, Records = 10, Right = 10, Mismatches = [], BatchesReceipted = 4,
        Reconnections = 1, Answers = answers, Seconds = 60,
    };

    // Three customers; a first visit, rest, the minute in two parts, rest, the end. Port 10008 is used twice.
    private static List<ConntrackEntry> Truth() =>
    [
        Entry("100.64.0.10", 10_001, Busy, "", 0), Entry("100.64.0.11", 10_002, Busy, "", 100_000),
        Entry("100.64.0.10", 10_003, Busy, "www.shop.example", 3_000_000),
        Entry("100.64.0.11", 10_008, "198.51.100.9", "once.example", 3_100_000),
        Entry("100.64.0.12", 10_004, Busy, "www.shop.example", 3_200_000),
        Entry("100.64.0.11", 10_005, Busy, "www.shop.example", 3_300_000),
        Entry("100.64.0.12", 10_007, "216.239.32.10", Mail, 4_000_000),
        Entry("100.64.0.10", 10_006, "198.51.100.9", "twice.example", 6_000_000),
        Entry("100.64.0.11", 10_008, "198.51.100.8", "twice.example", 9_000_000),
        Entry("100.64.0.12", 10_009, Busy, "www.shop.example", 30_000_000),
    ];

    private static ConntrackEntry Entry(string source, int port, string remote, string name, long at) => new(
        6, source, port, BedLayout.PublicAddress, port, remote, 443, 5, 500, 5, 500, Begin + at, 0, name);

    private static IEnumerable<DemoAnswer> Asked(Func<string, bool> isTold) =>
        new DemoQuestions(command => Store(command, isTold), Truth()).Ask(Gap);

    private static JsonElement Store(string[] command, Func<string, bool> isTold)
    {
        object answer = command[0] switch
        {
            "services" => new
            {
                reason = "said by the store",
                notes = new[] { "part is missing" },
                services = new[] { Used(Mail, false), Used("www.shop.example", false), Used("looked.up", true) },
            },
            "accessed" => new
            {
                answer = command.Contains(Mail) ? "yes" : "no", reason = "said by the store", uses = Array.Empty<int>(),
            },
            _ => Resolved(command, isTold),
        };
        return JsonSerializer.SerializeToElement(answer);
    }

    private static object Used(string name, bool isLookup) => new { service = name, lookup = isLookup, flows = 1 };

    private static object Resolved(string[] command, Func<string, bool> isTold)
    {
        bool one = command.Contains("--service") || command.Contains("--port");
        string[] lines = one ? ["100.64.0.12"] : ["100.64.0.10", "100.64.0.11", "100.64.0.12"];
        return new
        {
            answer = command.Contains("--at") ? "not covered" : one ? "identified" : "ambiguous 3",
            reason = "said by the store",
            candidates = lines.Select((line, i) => new
            {
                rank = i + 1,
                inside_ip = isTold(line) ? line : "100.64.0.99",
                flows = new[]
                {
                    new
                    {
                        pub_ip = BedLayout.PublicAddress, pub_port = 10_007, start = "15:00:04",
                        rem_ip = one ? "216.239.32.10" : null,
                    },
                },
            }),
        };
    }
}
