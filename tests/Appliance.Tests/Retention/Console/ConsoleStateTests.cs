using System.Net;
using Appliance.Retention.Requests;
using Appliance.TestSupport;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.WebConsole;

/// <summary>What becomes of a request after its approval, as the pages show it: by word of mouth, held, over.</summary>
public sealed class ConsoleStateTests
{
    private static readonly (string, string)[] Spoken = [("urgency", "spoken"), ("expires", "2024-10-05T00:00Z")];

    [Fact]
    public async Task An_approval_by_word_of_mouth_shows_its_deadline_and_is_confirmed_by_who_gave_it()
    {
        await using ConsoleWorld world = await ConsoleWorld.Start();
        (ConsoleUser asker, ConsoleUser chief, string request) = await ApprovedByTelephone(world);

        Said due = await asker.Get($"/requests/{request}");
        Said queue = await chief.Get("/queue");
        Said form = await chief.Get($"/requests/{request}");
        Said answer = await asker.Post($"/requests/{request}/ask", RequestFields.Question);
        await RequestFields.Decide(chief, request, "approve", "as I said on the telephone");
        Said confirmed = await asker.Get($"/requests/{request}");
        Said after = await chief.Get("/queue");

        Assert.True(
            due.Has("The confirmation in writing is due by 2024-10-05T12:00:00Z: 24 hours and 0 minutes are left"),
            due.Body);
        Assert.True(queue.Has("confirmation in writing by 2024-10-05T12:00:00Z"), queue.Body);
        Assert.True(form.Has("Confirm in writing"), form.Body);
        Assert.StartsWith("/answers/", answer.Location);
        Assert.True(confirmed.Has("confirmed in writing at 2024-10-04T12:00:00Z"), confirmed.Body);
        Assert.True(after.Has("Nothing waits"), after.Body);
    }

    [Fact]
    public async Task What_was_not_confirmed_in_time_is_shut_and_says_so()
    {
        await using ConsoleWorld world = await ConsoleWorld.Start();
        (ConsoleUser asker, _, string request) = await ApprovedByTelephone(world);

        world.Clock.Passed += TimeSpan.FromHours(25);
        await asker.Login();
        Said late = await asker.Get($"/requests/{request}");
        Said list = await asker.Get("/requests");

        Assert.True(late.Has("It was not confirmed in writing by 2024-10-05T12:00:00Z"), late.Body);
        Assert.True(list.Has("not confirmed in time"), list.Body);
    }

    [Fact]
    public async Task A_request_that_expired_and_a_notice_that_was_withdrawn_are_shown_as_that()
    {
        await using ConsoleWorld world = await ConsoleWorld.Start();
        (ConsoleUser asker, ConsoleUser chief) = await world.Two();
        string request = await RequestFields.File(asker, ("expires", "2024-10-05T00:00Z"));
        await RequestFields.Decide(chief, request, "approve");
        Withdraw(world);

        Said withdrawn = await asker.Get($"/requests/{request}");
        world.Clock.Passed += TimeSpan.FromHours(25);
        await asker.Login();
        Said list = await asker.Get("/requests");

        Assert.True(withdrawn.Has("The notice was withdrawn at 2024-10-04T12:00:00Z"), withdrawn.Body);
        Assert.True(withdrawn.Has("the operator stopped keeping"), withdrawn.Body);
        Assert.True(list.Has(">expired<"), list.Body);
    }

    [Fact]
    public async Task The_auditor_sees_which_holds_there_are_and_that_both_ended_one()
    {
        await using ConsoleWorld world = await ConsoleWorld.Start();
        ConsoleUser auditor = await world.LoggedIn("badge 9", "auditor");
        string hold = Held(world);

        Said kept = await auditor.Get("/holds");
        world.Orders.Succeed(
            "hold", "end", hold, "--operator", world.Orders.File("operator.json"), "--custodian",
            world.Orders.File("custodian.json"), "--reason", "the case is closed", "--data", world.Orders.Data,
            "--socket", world.Orders.Socket);
        Said ended = await auditor.Get("/holds");

        Assert.True(kept.Has(hold) && kept.Has("2025-10-04T00:00:00Z") && kept.Has(">kept<"), kept.Body);
        Assert.True(ended.Has("ended by both, 2024-10-04T12:00:00Z: the case key is destroyed"), ended.Body);
        Assert.False(ended.Has("192.0.2.1") || ended.Has("line-1"));
    }

    [Transcript("retention hold order")]
    [Transcript("retention hold sign")]
    [Fact]
    public async Task A_hold_is_ended_with_what_operator_and_custodian_both_signed_and_with_nothing_less()
    {
        await using ConsoleWorld world = await ConsoleWorld.Start();
        ConsoleUser auditor = await world.LoggedIn("badge 9", "auditor");
        ConsoleUser asker = await world.LoggedIn("badge 5", "requester", "single_point_of_contact");
        string hold = Held(world);
        string half = world.Orders.File("end.half");
        string both = world.Orders.File("end.both");
        string first = world.Orders.Succeed(
            "hold", "order", hold, "--reason", "the case is closed", "--key", world.Orders.File("operator.json"),
            "--out", half);
        string second = world.Orders.Succeed(
            "hold", "sign", half, "--key", world.Orders.File("custodian.json"), "--out", both);

        Said one = await auditor.Post("/holds/end", PaperOf(half));
        Said none = await auditor.Post("/holds/end", ("paper", "no paper"));
        Said other = await asker.Post("/holds/end", PaperOf(both));
        Said kept = await auditor.Get("/holds");
        await auditor.Post("/holds/end", PaperOf(both));
        Said ended = await auditor.Get("/holds");

        Assert.Equal($"{half}: hold {hold} ends: the case is closed", first.Split('\n')[0]);
        Assert.Equal($"{both}: hold {hold} ends: the case is closed", second.Split('\n')[0]);
        Assert.True(one.Has("keeping.signature") && none.Has("keeping.form") && kept.Has(">kept<"), one.Body);
        Assert.Equal(HttpStatusCode.NotFound, other.Status);
        Assert.True(ended.Has("ended by both, 2024-10-04T12:00:00Z: the case key is destroyed"), ended.Body);
        Assert.Contains("destroy", world.Orders.Run("log", "--data", world.Orders.Data).Output);
    }

    [Fact]
    public async Task A_person_registers_a_key_and_reads_all_that_is_kept_of_their_own_line()
    {
        await using ConsoleWorld world = await ConsoleWorld.Start();
        ConsoleUser holder = await world.LoggedIn("the holder", "requester", "", "--kind", "data_subject");
        ConsoleUser chief = await world.LoggedIn("badge 4", "approver", "designated_senior_officer");
        string request = await RequestFields.File(
            holder,
            ("purpose", "4"), ("addresses", ""), ("lines", "line-1"), ("offence", ""), ("serious", ""),
            ("sentence", ""),
            ("statement-identity_checked", "passport seen at the shop"),
            ("statement-line_held", "contract since 2019"));
        await RequestFields.Decide(chief, request, "approve");

        Said asked = await holder.Post(
            $"/requests/{request}/ask",
            ("verb", AskedQuestion.SubjectAccess), ("line", "line-1"), ("from", "2024-10-04T00:00Z"),
            ("to", "2024-10-04T00:03Z"));
        Said answer = await holder.Get(asked.Location);

        Assert.True(answer.Status == HttpStatusCode.OK, asked.Body);
        Assert.True(answer.Has("192.0.2.1") && answer.Has("mail.example.org"), answer.Body);
        Assert.True(answer.Has("identity checked: passport seen at the shop"), answer.Body);
    }

    private static async Task<(ConsoleUser Asker, ConsoleUser Chief, string Request)> ApprovedByTelephone(
        ConsoleWorld world)
    {
        (ConsoleUser asker, ConsoleUser chief) = await world.Two();
        string request = await RequestFields.File(asker, Spoken);
        await RequestFields.Decide(chief, request, "approve", "by telephone", ("oral", "yes"));
        return (asker, chief, request);
    }

    // A question whose records are kept for a year; the hold's name.
    private static string Held(ConsoleWorld world)
    {
        string order = world.Orders.Request();
        world.Orders.Approve(order);
        return world.Orders.Resolve(order, "--hold-until", "2025-10-04T00:00Z").Errors.Split(' ')[2];
    }

    private static (string, string) PaperOf(string file) => ("paper", Convert.ToBase64String(File.ReadAllBytes(file)));

    private static void Withdraw(ConsoleWorld world)
    {
        using SigningKey one = PersonKey.Read(world.Orders.File("operator.json")).Open();
        using SigningKey two = PersonKey.Read(world.Orders.File("custodian.json")).Open();
        var order = new KeepingOrder(
            KeepingKind.Withdrawn, world.Orders.Box.Keys.Notice, UtcClock.Now(world.Clock), 0,
            "the operator stopped keeping.");
        Directory.CreateDirectory(world.Store.Notices);
        File.WriteAllBytes(Path.Combine(world.Store.Notices, "one.keeping"), order.Sign(one, two));
    }
}
