using Appliance.TestSupport;
using Xunit;

namespace Appliance.Tests.Retention.Requests;

/// <summary>An approval by word of mouth: short, few questions, and reported where nobody confirms it.</summary>
public sealed class OralApprovalTests : IDisposable
{
    // The clock of the tests stands at noon of this day.
    private const string NextNoon = "2024-10-05T12:00Z";
    private const string NextMorning = "2024-10-05T08:00Z";

    private readonly OrderWorld world = new();

    public OralApprovalTests()
    {
        world.SetUp();
        world.StartWarden();
    }

    public void Dispose() => world.Dispose();

    [Fact]
    public void It_opens_at_once_and_not_after_its_expiry_at_the_store_and_at_the_warden()
    {
        string request = Urgent();
        (int code, string output, _) = world.Resolve(request);
        string papers = Path.Combine(world.Data, "requests", request);
        Later(hours: 21);

        (int late, string refused, _) = world.Resolve(request);

        Assert.Equal((0, true), (code, output.Contains("identified", StringComparison.Ordinal)));
        Assert.True(File.Exists(Path.Combine(papers, "approval-1")));
        Assert.Equal((1, true), (late, refused.Contains("[order.expired]", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_warden_refuses_after_the_term_although_the_store_believes_that_it_is_earlier()
    {
        string request = Urgent(NextNoon);
        TimeSpan day = TimeSpan.FromHours(25);
        world.Clock = new Store.TestClock(world.Clock.GetUtcNow() + day);
        world.StartWarden();
        world.Clock = new Store.TestClock(world.Clock.GetUtcNow() - day);

        (int code, string output, _) = world.Resolve(request);

        Assert.Equal((1, true), (code, output.Contains("[order.unconfirmed]", StringComparison.Ordinal)));
    }

    [Transcript("retention request report")]
    [Fact]
    public void Where_the_confirmation_is_missing_at_its_deadline_that_is_listed_logged_and_reported_once()
    {
        string request = Urgent(NextNoon);
        world.Resolve(request);
        (int none, string nothing, _) = Report(request);
        Later(hours: 24);

        (_, string list, _) = world.Run("request", "list", "--data", world.Data);
        (int code, string report, _) = Report(request);
        (_, string log, _) = world.Run("log", "--data", world.Data);

        Assert.Equal((0, $"request {request}: no confirmation is overdue\n"), (none, nothing));
        Assert.Contains("not confirmed in writing by 2024-10-05T12:00:00.000000Z: reported", list);
        Assert.Equal(1, code);
        Assert.StartsWith(
            $"Approved by word of mouth, and not confirmed in writing in time\nRequest: {request}\nCase: CP-17\n",
            report);
        Assert.Matches("\nEntry [0-9]+: answered 2024-10-04T12:00", report);
        Assert.Single(log.Split('\n'), line => line.Contains(" error ", StringComparison.Ordinal));
    }

    [Fact]
    public void A_written_confirmation_in_time_is_reported_by_nobody()
    {
        string request = Urgent(NextNoon);
        Later(hours: 20);
        Assert.Equal(0, world.Approve(request).Code);
        Later(hours: 10);

        (int code, string nothing, _) = Report(request);

        Assert.Equal((0, true), (code, nothing.EndsWith("no confirmation is overdue\n", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_confirmation_that_comes_late_takes_the_report_away_from_nobody()
    {
        string request = Urgent(NextNoon);
        Later(hours: 30);
        world.Approve(request);

        Assert.Equal(1, Report(request).Code);
    }

    [Theory]
    [InlineData("none", NextMorning, "order.oral")]
    [InlineData("spoken", "2024-10-06T12:00Z", "law.urgent_order")]
    public void What_can_wait_or_lasts_longer_than_a_day_is_approved_in_writing(
        string urgency, string expires, string rule)
    {
        string request = world.Request(expires: expires, urgency: urgency);

        (int code, string output, _) = world.Approve(request, "--oral");

        Assert.Equal((1, true), (code, output.Contains($"[{rule}]", StringComparison.Ordinal)));
    }

    private string Urgent(string expires = NextMorning)
    {
        string request = world.Request(expires: expires, urgency: "spoken");
        (int code, string output, _) = world.Approve(request, "--oral", "--remarks", "by telephone");
        Assert.True(code == 0, output);
        return request;
    }

    private void Later(int hours)
    {
        world.Clock = new Store.TestClock(world.Clock.GetUtcNow().AddHours(hours));
        world.StartWarden();
    }

    private (int Code, string Output, string Errors) Report(string request) =>
        world.Run("request", "report", request, "--data", world.Data);
}
