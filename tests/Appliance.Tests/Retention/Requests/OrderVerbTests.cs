using System.Text.Json;
using Appliance.TestSupport;
using Xunit;

namespace Appliance.Tests.Retention.Requests;

/// <summary>The whole way of a question by the verbs, from the keys of people to the audit of the log.</summary>
public sealed class OrderVerbTests : IDisposable
{
    private readonly OrderWorld world = new();

    public void Dispose() => world.Dispose();

    [Transcript("retention people key")]
    [Fact]
    public void People_key_draws_a_key_and_overwrites_none()
    {
        (int code, string output, _) = world.Run("people", "key", world.File("a.json"));
        (int again, _, string errors) = world.Run("people", "key", world.File("a.json"));

        Assert.Equal(0, code);
        Assert.Matches("^person  [0-9a-f]{32}\npublic  04[0-9a-f]{128}\n$", output);
        Assert.Equal(
            (2, $"retention: {world.File("a.json")} is there already; choose another name\n"), (again, errors));
    }

    [Transcript("retention people enrol")]
    [Transcript("retention warden init")]
    [Transcript("retention warden keys")]
    [Fact]
    public void The_warden_is_set_up_once_with_two_different_keys_and_people_are_enrolled_by_both()
    {
        string operatorPoint = world.NewKey("operator");
        string custodianPoint = world.NewKey("custodian");
        string[] init = ["warden", "init", "--warden", world.WardenFolder, "--data", world.Data, "--lab"];

        (int same, _, string errors) = world.Run([.. init, "--operator", operatorPoint, "--custodian", operatorPoint]);
        (int code, string output, _) = world.Run([.. init, "--operator", operatorPoint, "--custodian", custodianPoint]);
        (int twice, _, _) = world.Run([.. init, "--operator", operatorPoint, "--custodian", custodianPoint]);
        (int given, string keys, _) = world.Run(
            "warden", "keys", world.File("box.json"), "--warden", world.WardenFolder);
        world.NewKey("asker");

        Assert.Equal((2, true), (same, errors.Contains("two different keys", StringComparison.Ordinal)));
        Assert.Equal((0, 2), (code, twice));
        Assert.Matches("^warden  [0-9a-f]{32}\npublic  04[0-9a-f]{128}\nlog     [0-9a-f]{32}\n$", output);
        Assert.Equal(0, given);
        Assert.EndsWith("the warden has its day keys\n", keys);
        Assert.EndsWith(
            "is enrolled until 2024-12-31T00:00Z\n", world.Enrol("asker", "requester", "single_point_of_contact"));
    }

    [Transcript("retention request example")]
    [Transcript("retention request new")]
    [Transcript("retention request sign")]
    [Transcript("retention request list")]
    [Transcript("retention request show")]
    [Fact]
    public void A_request_is_signed_by_one_and_approved_by_another()
    {
        world.SetUp();
        (_, string example, _) = world.Run("request", "example");
        string request = world.Request();
        (_, string before, _) = world.Run("request", "list", "--data", world.Data);
        (int own, string ownOutput, _) = world.Run(
            "request", "sign", request, "--data", world.Data, "--key", world.File("asker.json"));
        (int code, string output, _) = world.Approve(request);
        (_, string after, _) = world.Run("request", "list", "--data", world.Data);
        (int shown, string all, _) = world.Run("request", "show", request, "--data", world.Data);

        Assert.Equal("GB", JsonDocument.Parse(example).RootElement.GetProperty("jurisdiction").GetString());
        Assert.Equal($"{request}  CP-17  nobody has approved this request yet\n", before);
        Assert.Equal((1, true), (own, ownOutput.Contains("[people.role]", StringComparison.Ordinal)));
        Assert.Equal((0, $"request  {request}\n         approved\n"), (code, output));
        Assert.Equal($"{request}  CP-17  in force\n", after);
        Assert.Equal((0, true), (shown, all.Contains("to find who sent a threat", StringComparison.Ordinal)));
    }

    [Transcript("retention log")]
    [Transcript("retention audit")]
    [Transcript("retention warden status")]
    [Fact]
    public void An_approved_question_is_answered_logged_and_found_by_the_audit()
    {
        world.SetUp();
        world.StartWarden();
        string request = world.Request();
        world.Approve(request);

        (int code, string output, string errors) = world.Resolve(request);
        (_, string log, _) = world.Run("log", "--data", world.Data);
        (int audited, string audit, _) = world.Run("audit", "--data", world.Data, "--copy", world.File("copy"));
        (int told, string status, _) = world.Run("warden", "status", "--socket", world.Socket);

        Assert.Equal((0, ""), (code, errors));
        Assert.Contains("identified", output);
        Assert.Contains("line-1", output);
        Assert.DoesNotContain("mail.example.org", output);
        string[] kinds =
            [.. log.Split('\n')[3..^1].Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[2])];
        Assert.Equal(["request", "approval", "question"], kinds[..3]);
        Assert.Equal("delivery", kinds[^1]);
        Assert.Contains("release", kinds);
        Assert.Equal((0, true), (audited, audit.EndsWith("The log only grew.\n", StringComparison.Ordinal)));
        Assert.Equal((0, true), (told, status.Contains("devices    1, 4 private day keys", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_question_without_approval_or_beyond_the_order_is_refused_with_the_rule_and_logged()
    {
        world.SetUp();
        world.StartWarden();
        string request = world.Request();

        (int early, string notYet, _) = world.Resolve(request);
        world.Approve(request);
        (int wide, string tooWide, _) = world.Resolve(request, "--source-error", "600");
        (int none, string without, _) = world.Run(
            "resolve", "--data", world.Data, "--ip", "192.0.2.1", "--port", "1100", "--at", "2024-10-04T00:01:42Z");
        (_, string log, _) = world.Run("log", "--data", world.Data);

        Assert.Equal((1, true), (early, notYet.Contains("[order.not-approved]", StringComparison.Ordinal)));
        Assert.Equal((1, true), (wide, tooWide.Contains("[question.period]", StringComparison.Ordinal)));
        Assert.Equal((1, true), (none, without.Contains("needs --request", StringComparison.Ordinal)));
        Assert.Equal(3, log.Split('\n').Count(line => line.Contains(" refusal ", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_local_authority_is_refused_by_the_rules_although_two_people_signed()
    {
        world.SetUp();
        world.StartWarden();
        world.Enrol("asker", "requester", "single_point_of_contact", "local_authority");
        string request = world.Request();

        (int code, string output, _) = world.Approve(request);
        (int asked, string answer, _) = world.Resolve(request);

        Assert.Equal((1, true), (code, output.Contains("[law.authority_excluded]", StringComparison.Ordinal)));
        Assert.Equal((1, true), (asked, answer.Contains("[law.authority_excluded]", StringComparison.Ordinal)));
    }

    [Fact]
    public void Without_a_running_warden_nothing_is_answered()
    {
        world.SetUp();
        string request = world.Request();
        world.Approve(request);

        (int code, string output, _) = world.Resolve(request);

        Assert.Equal((1, true), (code, output.Contains("[warden.unreachable]", StringComparison.Ordinal)));
    }
}
