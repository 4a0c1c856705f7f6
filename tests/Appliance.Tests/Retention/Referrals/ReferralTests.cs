using System.Text.Json;
using Appliance.Retention.Referrals;
using Appliance.Tests.Retention.Questions;
using Appliance.TestSupport;
using Xunit;

namespace Appliance.Tests.Retention.Referrals;

/// <summary>Verdicts of lines and cases, and the verb that prints them.</summary>
public sealed class ReferralTests : IDisposable
{
    private const string Minute = ReferralWorld.Minute;
    private readonly ReferralWorld referral = new();

    [Theory]
    [InlineData("203.0.113.9,,MINUTE,", "fixed", null)]
    [InlineData("192.0.2.1,10007,MINUTE,", "resolvable today", null)]
    [InlineData("192.0.2.1,,MINUTE,mail.example", "only with a destination", null)]
    [InlineData("192.0.2.1,6000,MINUTE,chat.example", "only with a destination", null)]
    [InlineData("192.0.2.1,6000,MINUTE,", "not resolvable", "ambiguous")]
    [InlineData("192.0.2.1,,MINUTE,", "not resolvable", "ambiguous")]
    [InlineData("192.0.2.1,,MINUTE,everybody.example", "not resolvable", "ambiguous with the destination")]
    [InlineData("192.0.2.1,,MINUTE,nobody.example", "not resolvable", "ambiguous with the destination")]
    [InlineData("192.0.2.1,7777,MINUTE,", "not resolvable", "nobody")]
    [InlineData("192.0.2.1,10007,2024-10-04T23:59Z,", "not resolvable", "not covered")]
    [InlineData("192.0.2.1,10007,2022-10-04T15:04Z,", "not resolvable", "out of period")]
    [InlineData("203.0.113.9,,2022-10-04T15:04Z,", "not resolvable", "out of period")]
    [InlineData("192.0.2.1,10007,2024-10-04T15:04,", "not resolvable", "time refused")]
    [InlineData("192.0.2.1,10007,2023-10-29T01:30 Europe/London,", "not resolvable", "time refused")]
    [InlineData(",,MINUTE,", "not resolvable", "no address")]
    [InlineData("VPN,,MINUTE,", "not resolvable", "anonymised")]
    [InlineData("198.51.100.1,,MINUTE,", "not resolvable", "not ours")]
    [InlineData("203.0.113.200,,MINUTE,", "not resolvable", "infrastructure")]
    [InlineData("192.0.2.999,,MINUTE,", "not resolvable", "not readable")]
    [InlineData("192.0.2.1,70000,MINUTE,", "not resolvable", "not readable")]
    [InlineData("192.0.2.1,,MINUTE,https://mail.example/inbox", "not resolvable", "not readable")]
    [InlineData("192.0.2.1", "not resolvable", "not readable")]
    public void Every_line_gets_a_verdict_or_the_reason_why_not(string line, string verdict, string? why)
    {
        JsonElement said = One(line.Replace("MINUTE", Minute));

        Assert.Equal(
            (verdict, why), (said.GetProperty("verdict").GetString(), said.GetProperty("why_not").GetString()));
        Assert.NotEmpty(said.GetProperty("reason").GetString()!);
    }

    [Fact]
    public void A_line_that_is_resolved_names_its_line_and_the_utc_interval()
    {
        JsonElement port = One($"192.0.2.1,10007,{Minute},");
        JsonElement service = One("192.0.2.1,,2024-10-04T16:04 Europe/London,mail.example");

        Assert.Equal("100.64.0.7", port.GetProperty("line").GetString());
        Assert.Equal("100.64.0.7", service.GetProperty("line").GetString());
        Assert.Equal("2024-10-04T15:04:00.000000Z", service.GetProperty("utc_from").GetString());
        Assert.Equal((20, 1), (
            service.GetProperty("lines").GetInt32(), service.GetProperty("lines_with_destination").GetInt32()));
        Assert.Equal("of 20 lines only one contacted mail.example", service.GetProperty("reason").GetString());
    }

    [Fact]
    public void A_refused_time_says_how_to_mend_it()
    {
        string twice = One("192.0.2.1,1,2023-10-29T01:30 Europe/London,").GetProperty("reason").GetString()!;
        string naive = One("192.0.2.1,1,2024-10-04T15:04,").GetProperty("reason").GetString()!;

        Assert.Contains("2023-10-29T00:30:00.000000Z or 2023-10-29T01:30:00.000000Z", twice);
        Assert.Contains("add Z for UTC or the offset that the source used", naive);
    }

    [Fact]
    public void Where_no_destination_may_be_opened_only_the_attribution_section_is_read()
    {
        JsonElement line = One($"192.0.2.1,,{Minute},mail.example", "--source-only");

        Assert.Equal("ambiguous", line.GetProperty("why_not").GetString());
        Assert.Contains("the destination is given, and was not to be opened", line.GetProperty("reason").GetString());
        Assert.Equal(JsonValueKind.Null, line.GetProperty("lines_with_destination").ValueKind);
    }

    [Fact]
    public void An_address_of_ours_that_is_a_known_exit_is_anonymised()
    {
        string list = Path.Combine(referral.World.FolderPath, "exits.txt");
        File.WriteAllText(list, "# exits\n203.0.113.8/29\n2001:db8::/32\n");

        Assert.Equal(
            "anonymised", One($"203.0.113.9,,{Minute},", "--anonymisers", list).GetProperty("why_not").GetString());
        Assert.Equal(
            "fixed", One($"203.0.113.16,,{Minute},", "--anonymisers", list).GetProperty("verdict").GetString());
    }

    [Transcript("retention referral")]
    [Fact]
    public void The_summary_counts_cases_as_the_study_does_and_lines_by_what_can_be_done()
    {
        (int code, string output, string errors) = referral.Refer(
        [
            "case,ip,port,time,service",
            $"A,203.0.113.9,,{Minute},", $"A,192.0.2.1,,{Minute},everybody.example", $"B,203.0.113.10,,{Minute},",
            $"C,192.0.2.1,10007,{Minute},", "C,,,,", $"D,192.0.2.1,,{Minute},mail.example", $"D,vpn,,{Minute},",
            $"E,,,{Minute},", "E,192.0.2.1,10007,2022-10-04T15:04Z,",
        ]);

        Assert.Equal(
            """
            Referral   9 lines in 5 cases
            Cases
                      2   40 %  with a fixed address within the period
                      1   20 %  of them with a shared one too
                      1   20 %  else resolvable today, without a destination
                      1   20 %  else only with a destination
                      1   20 %  not resolvable
                        1  no address
                        1  out of period
            Lines
                      2   22 %  fixed
                      1   11 %  resolvable today, without a destination
                      1   11 %  only with a destination
                      5   56 %  not resolvable
                        2  no address
                        1  anonymised
                        1  out of period
                        1  ambiguous with the destination
            By case
              A: fixed and shared, 2 lines
              B: fixed, 1 line
              C: resolvable today, 2 lines
              D: only with a destination, 2 lines
              E: not resolvable (no address, out of period), 2 lines

            """,
            output);
        Assert.Equal((0, ""), (code, errors));
    }

    [Fact]
    public void A_stopped_run_goes_on_where_it_was_and_leaves_the_same_files()
    {
        string[] lines = [.. Enumerable.Range(0, 30).Select(i =>
            $"{i % 7},192.0.2.1,{4000 + i},2024-10-04T{(i < 15 ? "15:04" : "19:04")}Z,")];
        referral.Refer(lines, "--out", referral.Out);
        string whole = File.ReadAllText(Path.Combine(referral.Out, ReferralOutput.LinesFile));
        Assert.False(File.Exists(Path.Combine(referral.Out, ReferralState.FileName)));

        // What a run that was stopped within the second group leaves: a head, the first group, and half a line.
        string state = ReferralStop.StateAfterFirstGroup(referral, lines);
        (int code, _, string errors) = referral.Refer(lines, "--out", referral.Out);

        Assert.Equal((0, "retention: going on: 15 of 30 lines were answered before\n"), (code, errors));
        Assert.Equal(whole, File.ReadAllText(Path.Combine(referral.Out, ReferralOutput.LinesFile)));
        Assert.False(File.Exists(state));
    }

    [Fact]
    public void A_state_of_another_referral_is_not_gone_on_with()
    {
        ReferralStop.StateAfterFirstGroup(referral, [$"A,192.0.2.1,4001,{Minute},"]);

        (int code, string output, string errors) = referral.Refer(
            [$"B,192.0.2.1,4001,{Minute},"], "--out", referral.Out);

        Assert.Equal((2, ""), (code, output));
        Assert.Contains("is of another referral, plan or period; remove it, or give another --out", errors);
    }

    [Fact]
    public void Without_an_address_plan_or_lines_it_is_refused_in_one_line()
    {
        string file = Path.Combine(referral.World.FolderPath, "r.csv");
        File.WriteAllText(file, $"A,192.0.2.1,,{Minute},\n");
        (int code, _, string noPlan) = referral.World.Ask("referral", file);
        (int empty, _, string noLines) = referral.Refer(["case,ip,port,time,service"]);

        Assert.Equal((2, 2), (code, empty));
        Assert.Contains("there is none; give it with `retention addresses import FILE`", noPlan);
        Assert.Contains("has no lines; give a CSV of case,ip,port,time,service", noLines);
    }

    public void Dispose() => referral.Dispose();

    private JsonElement One(string line, params string[] options)
    {
        (int code, string output, string errors) = referral.Refer([$"A,{line}"], [.. options, "--json"]);
        Assert.Equal((0, ""), (code, errors));
        using JsonDocument json = JsonDocument.Parse(output);
        return Assert.Single(json.RootElement.GetProperty("lines").EnumerateArray()).Clone();
    }
}
