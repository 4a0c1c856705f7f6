using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Appliance.Retention.Log;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.WebConsole;

/// <summary>What requester, approver and auditor do on the pages, without a browser.</summary>
public sealed class ConsoleFlowTests
{
    [Fact]
    public async Task A_question_goes_from_the_form_to_its_answer_and_every_step_is_in_the_log()
    {
        await using ConsoleWorld world = await ConsoleWorld.Start();
        (ConsoleUser asker, ConsoleUser chief) = await world.Two();

        Said begun = await asker.Post("/requests/new", RequestFields.Good());
        Said shown = await asker.Get(begun.Location);
        Said filed = await asker.Sign(begun.Location);
        string request = filed.Location["/requests/".Length..];
        Said queue = await chief.Get("/queue");
        Said opinion = await chief.Get(filed.Location);
        Said approved = await RequestFields.Decide(chief, request, "approve");
        Said asked = await asker.Post($"{filed.Location}/ask", RequestFields.Question);
        Said answer = await asker.Get(asked.Location);

        Assert.True(shown.Has("15: 0") && shown.Has("to find who sent a threat") && shown.Has("SHA-256"));
        Assert.True(queue.Has("CP-17") && opinion.Has("The rules would let it pass if you approve."));
        Assert.Equal(filed.Location, approved.Location);
        Assert.True(answer.Has("Answer: identified") && answer.Has("line-1"), answer.Body);
        Assert.True(answer.Has("2024-10-04T00:01:42.000000Z to 2024-10-04T00:01:42.999999Z"), answer.Body);
        Assert.True(answer.Has("Wrong by") && answer.Has(">1 h<") && answer.Has("attribution alone"));
        Assert.False(answer.Has("mail.example.org"));
        Assert.Equal(
            [LogKind.Request, LogKind.Approval, LogKind.Question, LogKind.Release, LogKind.Delivery], Kinds(world));
    }

    [Fact]
    public async Task An_answer_is_downloaded_without_asking_again_and_the_log_commits_to_its_bytes()
    {
        await using ConsoleWorld world = await ConsoleWorld.Start();
        (ConsoleUser asker, ConsoleUser chief) = await world.Two();
        string request = await RequestFields.File(asker);
        await RequestFields.Decide(chief, request, "approve");
        Said asked = await asker.Post($"/requests/{request}/ask", RequestFields.Question);

        Said csv = await asker.Get(asked.Location + "/csv");
        Said json = await asker.Get(asked.Location + "/json");
        Said xml = await asker.Get(asked.Location + "/xml");
        HttpResponseMessage statement = (await asker.Get(asked.Location + "/statement")).Message;
        Said other = await chief.Get(asked.Location + "/json");

        Assert.Contains("line-1", csv.Body);
        Assert.Equal("identified", JsonDocument.Parse(json.Body).RootElement.GetProperty("answer").GetString());
        Assert.Contains("line-1", xml.Body);
        Assert.Equal("attachment", json.Message.Content.Headers.ContentDisposition!.DispositionType);
        byte[] signed = await statement.Content.ReadAsByteArrayAsync();
        Assert.True(signed.AsSpan().IndexOf(SHA256.HashData(Encoding.UTF8.GetBytes(json.Body))) > 0);
        Assert.Equal(HttpStatusCode.NotFound, other.Status);
        Assert.Single(Kinds(world), kind => kind == LogKind.Question);
    }

    [Fact]
    public async Task In_a_live_store_a_request_names_the_key_that_downloads_are_sealed_to()
    {
        await using ConsoleWorld world = await ConsoleWorld.Start(live: true);
        (ConsoleUser asker, ConsoleUser chief) = await world.Two();
        string point = world.Orders.NewKey("desk");

        Said without = await asker.Post("/requests/new", RequestFields.Good());
        string request = await RequestFields.File(asker, ("seal_to", point));
        await RequestFields.Decide(chief, request, "approve");
        Said asked = await asker.Post($"/requests/{request}/ask", RequestFields.Question);
        Said json = await asker.Get(asked.Location + "/json");
        System.IO.File.WriteAllText(world.Orders.File("answer.txt"), json.Body);
        string opened = world.Orders.Succeed(
            "open", world.Orders.File("answer.txt"), "--key", world.Orders.File("desk.json"));

        Assert.True(without.Has("[answer.key]"), without.Body);
        Assert.StartsWith("-----BEGIN SEALED ANSWER-----", json.Body);
        Assert.DoesNotContain("line-1", json.Body);
        Assert.Contains("line-1", opened);
    }

    [Fact]
    public async Task An_approver_refuses_with_a_reason_and_for_good()
    {
        await using ConsoleWorld world = await ConsoleWorld.Start();
        (ConsoleUser asker, ConsoleUser chief) = await world.Two();
        string request = await RequestFields.File(asker);

        Said silent = await RequestFields.Decide(chief, request, "refuse");
        await RequestFields.Decide(chief, request, "refuse", "the period is too long");
        Said page = await asker.Get($"/requests/{request}");
        Said asked = await asker.Post($"/requests/{request}/ask", RequestFields.Question);

        Assert.True(silent.Has("form.remarks"));
        Assert.True(page.Has("refused by approver") && page.Has("the period is too long"));
        Assert.True(asked.Has("order.rejected"), asked.Body);
    }

    [Fact]
    public async Task The_auditor_sees_kinds_rules_authorities_and_proofs_and_nobody_who_was_asked_about()
    {
        await using ConsoleWorld world = await ConsoleWorld.Start();
        (ConsoleUser asker, ConsoleUser chief) = await world.Two();
        ConsoleUser auditor = await world.LoggedIn("badge 9", "auditor");
        string request = await RequestFields.File(asker);
        await asker.Post($"/requests/{request}/ask", RequestFields.Question);
        await RequestFields.Decide(chief, request, "approve", "seen by badge 4 alone");
        await asker.Post($"/requests/{request}/ask", RequestFields.Question);

        Said list = await auditor.Get("/log");
        Said counts = await auditor.Get("/log/counts");
        List<Said> all = [list, counts];
        for (int i = 0; i < Kinds(world).Length; i++)
        {
            all.Add(await auditor.Get($"/log/{i}"));
        }

        Assert.True(list.Has("Cosigned") && list.Has("signature of the running warden, checked"), list.Body);
        Assert.True(counts.Has("County Police") && counts.Has("1: who used an address"));
        Assert.All(all.Skip(2), entry => Assert.True(entry.Has("The entry is in the tree of the checkpoint")));
        Assert.Single(all, entry => entry.Has("order.not-approved"));
        string[] secrets = ["192.0.2.1", "line-1", "CP-17", "threat", "badge 17", "badge 4", "RIPA"];
        Assert.All(all, page => Assert.DoesNotContain(secrets, page.Has));
        Assert.Equal(HttpStatusCode.NotFound, (await auditor.Get($"/requests/{request}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await auditor.Get("/queue")).Status);
    }

    [Fact]
    public async Task A_requester_sees_own_requests_alone_and_asks_under_no_other()
    {
        await using ConsoleWorld world = await ConsoleWorld.Start();
        (ConsoleUser asker, ConsoleUser chief) = await world.Two();
        ConsoleUser other = await world.LoggedIn("badge 18", "requester", "single_point_of_contact");
        string request = await RequestFields.File(asker);
        await RequestFields.Decide(chief, request, "approve");

        Said list = await other.Get("/requests");
        Said page = await other.Get($"/requests/{request}");
        Said asked = await other.Post($"/requests/{request}/ask", RequestFields.Question);
        Said byChief = await chief.Post($"/requests/{request}/ask", RequestFields.Question);

        Assert.False(list.Has("CP-17"));
        Assert.Equal(
            [HttpStatusCode.NotFound, HttpStatusCode.NotFound, HttpStatusCode.NotFound],
            new[] { page.Status, asked.Status, byChief.Status });
        Assert.DoesNotContain(LogKind.Question, Kinds(world));
    }

    [Fact]
    public async Task A_question_beyond_the_order_is_refused_by_its_rule_and_logged()
    {
        await using ConsoleWorld world = await ConsoleWorld.Start();
        (ConsoleUser asker, ConsoleUser chief) = await world.Two();
        string request = await RequestFields.File(asker);
        await RequestFields.Decide(chief, request, "approve");

        Said port = await asker.Post(
            $"/requests/{request}/ask",
            [.. RequestFields.Question.Where(field => field.Name != "address"), ("address", "192.0.2.1:1200")]);
        Said time = await asker.Post(
            $"/requests/{request}/ask",
            [.. RequestFields.Question.Where(field => field.Name != "to"), ("to", "2024-10-04T00:30Z")]);

        Assert.True(port.Has("question.scope"), port.Body);
        Assert.True(time.Has("question.period"), time.Body);
        Assert.Equal(2, Kinds(world).Count(kind => kind == LogKind.Refusal));
        Assert.DoesNotContain(LogKind.Release, Kinds(world));
    }

    [Fact]
    public async Task What_people_write_is_text_on_every_page()
    {
        await using ConsoleWorld world = await ConsoleWorld.Start();
        (ConsoleUser asker, ConsoleUser chief) = await world.Two();
        const string Markup = "\"><script>alert(1)</script>";
        string request = await RequestFields.File(asker, ("case", Markup), ("statement-necessity", Markup));

        Said[] pages =
        [
            await asker.Get("/requests"), await asker.Get($"/requests/{request}"), await chief.Get("/queue"),
            await chief.Get($"/requests/{request}"), await asker.Post("/requests/new", RequestFields.Good(
                ("case", Markup), ("from", Markup))),
        ];

        Assert.All(pages, page => Assert.True(page.Has("&lt;script&gt;") && !page.Has("<script>alert")));
    }

    private static LogKind[] Kinds(ConsoleWorld world)
    {
        using TransparencyLog log = TransparencyLog.Open(world.Store.Log, world.Clock);
        return [.. log.Entries(0, 1000).Select(entry => entry.Entry.Kind)];
    }
}
