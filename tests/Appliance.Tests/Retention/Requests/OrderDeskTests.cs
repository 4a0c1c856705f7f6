using Appliance.Retention.Log;
using Appliance.Retention.Requests;
using Appliance.Retention.Rules;
using Appliance.Retention.Warden;
using Appliance.Tests.Retention.Warden;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.Requests;

public sealed class OrderDeskTests : IDisposable
{
    private readonly WardenWorld world = new();
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("papers-");

    public void Dispose()
    {
        world.Dispose();
        folder.Delete(recursive: true);
    }

    [Fact]
    public void Request_approval_and_question_are_logged_in_their_order()
    {
        OrderDesk desk = Desk((_, _) => null);
        Request request = world.Request();
        Take(desk, request);

        Assert.Null(desk.Ask(WardenWorld.Question(request), out _, out LoggedEntry? entry));

        Assert.Equal(2ul, entry!.Index);
        Assert.Equal([LogKind.Request, LogKind.Approval, LogKind.Question], Kinds());
    }

    [Fact]
    public void A_question_that_is_refused_is_logged_as_a_refusal_and_has_no_entry_to_release_by()
    {
        OrderDesk desk = Desk((_, _) => new OrderRefusal("law.some", "no"));
        Request request = world.Request();
        Take(desk, request);

        OrderRefusal? refusal = desk.Ask(WardenWorld.Question(request), out _, out LoggedEntry? entry);

        Assert.Equal(("law.some", null), (refusal!.Rule, entry));
        Assert.Equal(LogKind.Refusal, Kinds()[^1]);
    }

    [Fact]
    public void A_request_of_somebody_who_is_not_enrolled_is_refused_and_logged()
    {
        OrderDesk desk = Desk((_, _) => null);
        Enrolment stranger = world.Person(PersonRoles.Requester, "police", out SigningKey key);
        Request request = world.Request() with { Requester = stranger.Person };
        byte[] signed = SignedObject.Sign(SignedType.Request, request.Encode(), key).Bytes;
        key.Dispose();

        Assert.Equal("people.unknown", desk.File(signed, out _)!.Rule);

        Assert.Empty(desk.All());
        Assert.Equal([LogKind.Refusal], Kinds());
    }

    [Fact]
    public void An_approval_by_the_requester_is_refused_and_not_kept()
    {
        OrderDesk desk = Desk((_, _) => null);
        Request request = world.Request();
        world.People.Add(world.Asker with { Number = 2, Roles = PersonRoles.Requester | PersonRoles.Approver });
        Papers papers = world.Papers(request, world.AskerKey, world.Asker);
        Assert.Null(desk.File(papers.Request, out _));

        Assert.Equal("order.same-person", desk.Sign(request.Id, papers.Approvals[0])!.Rule);

        Assert.Empty(desk.Read(request.Id).Approvals);
    }

    [Fact]
    public void The_rules_of_the_documents_decide_about_a_signed_order()
    {
        var trust = new WardenTrust(
            new ControlTrust(world.Asker.Key, world.Chief.Key), world.Log.Id, world.Log.Key, IsLab: true);
        OrderDesk desk = Desk(OrderLaw.Load(folder.FullName, trust, _ => null, null));
        Request request = world.Request();
        Take(desk, request);

        OrderRefusal? refusal = desk.Standing(request.Id).Refusal;

        // The request states its necessity alone: the rules want more, and say where that stands.
        Assert.Equal("law.statement_missing", refusal!.Rule);
        Assert.Contains("proportionate", refusal.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Who_an_authority_is_comes_from_the_enrolment_and_never_from_the_request()
    {
        world.People.Add(world.Asker with { Number = 2, Kind = "local_authority" });
        OrderDesk desk = Desk((order, now) =>
            OrderLaw.FactsOf(order, now, now, isLive: false, plan: null).Authority == AuthorityKind.LocalAuthority
                ? new OrderRefusal("law.seen", "a local authority")
                : null);
        Request request = world.Request();
        Take(desk, request);

        Assert.Equal("law.seen", desk.Standing(request.Id).Refusal!.Rule);
    }

    private LogKind[] Kinds() => [.. world.Log.Entries(0, 100).Select(entry => entry.Entry.Kind)];

    private OrderDesk Desk(LawGate gate) => new(
        new PaperFolder(folder.FullName), world.People, world.Log, gate,
        Store.TestClock.OfDay(Store.TestBox.Day));

    private void Take(OrderDesk desk, Request request)
    {
        Papers papers = world.Papers(request);
        Assert.Null(desk.File(papers.Request, out _));
        Assert.Null(desk.Sign(request.Id, papers.Approvals[0]));
    }
}
