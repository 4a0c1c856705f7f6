using Appliance.Retention.Archive;
using Appliance.Retention.Log;
using Appliance.Retention.Requests;
using Appliance.Retention.Warden;
using Appliance.Tests.Retention.Store;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.Warden;

public sealed class WardenTests : IDisposable
{
    private readonly WardenWorld world = new();

    public void Dispose() => world.Dispose();

    [Fact]
    public void An_approved_order_opens_the_batch_that_it_names_and_only_the_section_that_it_reaches()
    {
        Request request = world.Request();

        OpenedRows opened = Assert.Single(world.Read(
            world.Papers(request), request, WardenWorld.Question(request), SectionSet.Attribution));

        Assert.Equal((1u, SectionSet.Attribution), (opened.Sequence, opened.Opened));
        FlowRow row = Assert.Single(opened.Rows.Flows);
        Assert.Equal("line-1", opened.Rows.Strings.Text(row.Subscriber));
        Assert.True(row.RemoteAddress.IsNone);
    }

    [Fact]
    public void Without_its_warden_the_store_opens_nothing()
    {
        using EmbeddedArchive archive = EmbeddedArchive.Open(world.Store);

        Assert.Throws<ArchiveException>(
            () => archive.Read(TestBox.At(0), TestBox.At(300), SectionSet.Attribution, []).ToList());
    }

    [Fact]
    public void Every_release_stands_in_the_log_after_its_question_and_names_what_was_opened()
    {
        Request request = world.Request();
        OpenedRows opened = Assert.Single(world.Read(
            world.Papers(request), request, WardenWorld.Question(request), SectionSet.Attribution));

        IReadOnlyList<LoggedEntry> entries = world.Log.Entries(0, 10);

        Assert.Equal([LogKind.Question, LogKind.Release], entries.Select(entry => entry.Entry.Kind));
        Assert.Equal(0ul, entries[1].Entry.RefersTo);
        LogContent content = world.Log.Content(1)!;
        Assert.Equal(entries[1].Entry.Commitment, LogEntry.CommitmentOf(content.Nonce, content.Content));
        Assert.Equal(Refusal.None, ReleaseStatement.TryVerify(
            content.Content, world.WardenPublic, out ReleaseStatement? statement));
        Assert.Equal([new ReleasedSection(opened.Id, 1)], statement!.Sections);
    }

    [Fact]
    public void Purpose_1_with_a_port_does_not_open_what_was_contacted()
    {
        Request request = world.Request();

        AssertRefused("release.section", () => world.Read(
            world.Papers(request), request, WardenWorld.Question(request), SectionSet.Both));
    }

    [Theory]
    [InlineData("order.expired")]
    [InlineData("order.altered")]
    [InlineData("order.rejected")]
    [InlineData("order.not-approved")]
    [InlineData("order.same-person")]
    [InlineData("papers.signature")]
    [InlineData("papers.future")]
    [InlineData("people.unknown")]
    [InlineData("people.role")]
    [InlineData("people.authority")]
    [InlineData("people.ended")]
    public void Papers_that_do_not_hold_open_nothing(string rule)
    {
        Request request = world.Request();
        Papers papers = Broken(rule, ref request);

        AssertRefused(rule, () => world.Read(
            papers, request, WardenWorld.Question(request), SectionSet.Attribution));
    }

    [Theory]
    [InlineData("question.period")]
    [InlineData("question.purpose")]
    [InlineData("question.scope")]
    [InlineData("question.request")]
    public void A_question_beyond_its_order_opens_nothing(string rule)
    {
        Request request = world.Request();
        AskedQuestion question = WardenWorld.Question(request);
        question = rule switch
        {
            "question.period" => question with { ToUtcUs = request.ToUtcUs + 1 },
            "question.purpose" => question with { Verb = "services", Line = "line-1" },
            "question.scope" => question with { Port = 1000 },
            _ => question with { Request = Id16.New(new Random(1).NextBytes).ToString() },
        };

        AssertRefused(rule, () => world.Read(world.Papers(request), request, question, SectionSet.Attribution));
    }

    [Fact]
    public void An_order_has_as_many_questions_as_it_says()
    {
        Request request = world.Request();
        Papers papers = world.Papers(request);
        AskedQuestion question = WardenWorld.Question(request);
        for (int i = 0; i < request.Questions; i++)
        {
            Assert.Single(world.Read(papers, request, question, SectionSet.Attribution));
        }

        AssertRefused("order.quota", () => world.Read(papers, request, question, SectionSet.Attribution));
    }

    [Fact]
    public void A_question_that_is_not_in_the_log_opens_nothing()
    {
        Request request = world.Request();
        AskedQuestion question = WardenWorld.Question(request);
        world.Direct.OnPromise = ask => ask with
        {
            Under = ask.Under with { Proof = ask.Under.Proof with { Inclusion = [] } },
        };
        world.LogQuestion(request, question);

        AssertRefused("log.not-included", () => world.Read(
            world.Papers(request), request, question, SectionSet.Attribution));
    }

    [Fact]
    public void The_entry_of_another_question_does_not_stand_for_this_one()
    {
        Request request = world.Request();
        AskedQuestion question = WardenWorld.Question(request);
        LoggedEntry other = world.LogQuestion(request, question with { Port = 1 });

        AssertRefused("log.commitment", () => world.Read(
            world.Papers(request), request, question, SectionSet.Attribution, other));
    }

    [Fact]
    public void Keys_do_not_leave_before_the_release_is_in_the_log()
    {
        Request request = world.Request();
        LogProof? proof = null;
        world.Direct.OnPromise = ask =>
        {
            proof = ask.Under.Proof;
            return ask;
        };
        world.Direct.OnRelease = claim => claim with { Proof = proof! };

        Assert.Throws<WardenException>(() => world.Read(
            world.Papers(request), request, WardenWorld.Question(request), SectionSet.Attribution));
    }

    [Fact]
    public void What_was_promised_is_released_once()
    {
        Request request = world.Request();
        ReleaseClaim? kept = null;
        world.Direct.OnRelease = claim => kept = claim;
        world.Read(world.Papers(request), request, WardenWorld.Question(request), SectionSet.Attribution);
        world.Direct.OnRelease = claim => claim;

        AssertRefused("release.unknown", () => world.Direct.Release(kept!));
    }

    [Fact]
    public void A_batch_beyond_the_time_of_the_question_stays_closed()
    {
        Request request = world.Request() with
        {
            FromUtcUs = WardenWorld.UtcOf(80_000), ToUtcUs = WardenWorld.UtcOf(80_001),
        };
        AskedQuestion question = WardenWorld.Question(request) with
        {
            FromUtcUs = request.FromUtcUs, ToUtcUs = request.ToUtcUs,
        };

        AssertRefused("release.time", () => world.Read(
            world.Papers(request), request, question, SectionSet.Attribution));
    }

    [Fact]
    public void A_batch_of_another_notice_stays_closed()
    {
        Request request = world.Request() with { Notice = Id16.New(new Random(2).NextBytes) };

        AssertRefused("release.notice", () => world.Read(
            world.Papers(request), request, WardenWorld.Question(request), SectionSet.Attribution));
    }

    [Fact]
    public void A_manifest_that_was_altered_opens_nothing()
    {
        Request request = world.Request();
        world.Direct.OnPromise = ask => ask with
        {
            Batches = [ask.Batches[0] with { Manifest = Flipped(ask.Batches[0].Manifest) }],
        };

        AssertRefused("batch.signature", () => world.Read(
            world.Papers(request), request, WardenWorld.Question(request), SectionSet.Attribution));
    }

    [Fact]
    public void Filter_tokens_are_made_only_of_what_the_order_names()
    {
        Request request = world.Request();
        byte[] other = Token.Of(TokenField.PublicAddress, TestBox.Address("192.0.2.2")).Bytes.ToArray();
        world.Direct.OnTokens = ask => ask with { Values = [other] };

        AssertRefused("tokens.scope", () => world.Read(
            world.Papers(request), request, WardenWorld.Question(request), SectionSet.Attribution));
    }

    private static byte[] Flipped(byte[] bytes)
    {
        byte[] copy = [.. bytes];
        copy[^1] ^= 1;
        return copy;
    }

    private static void AssertRefused(string rule, Action action)
    {
        WardenException refused = Assert.Throws<WardenException>(action);
        Assert.Equal((rule, true), (refused.Refusal.Rule, refused.Refusal.Sentence.Length > 0));
    }

    private static void AssertRefused<T>(string rule, Func<T> action) => AssertRefused(rule, () => { action(); });

    private Papers Broken(string rule, ref Request request)
    {
        switch (rule)
        {
            case "order.expired":
                request = request with { ExpiresUtcUs = WardenWorld.Noon };
                return world.Papers(request);
            case "order.altered":
                Papers narrow = world.Papers(request);
                request = request with { ToUtcUs = request.ToUtcUs + 1 };
                return world.Papers(request) with { Approvals = narrow.Approvals };
            case "order.rejected":
                Papers approved = world.Papers(request);
                return approved with { Approvals = [.. approved.Approvals, Approved(request, isApproved: false)] };
            case "order.not-approved":
                return world.Papers(request) with { Approvals = [] };
            case "order.same-person":
                world.People.Add(world.Asker with { Number = 2, Roles = PersonRoles.Requester | PersonRoles.Approver });
                return world.Papers(request, world.AskerKey, world.Asker);
            case "papers.signature":
                return world.Papers(request, world.AskerKey);
            case "papers.future":
                request = request with { MadeUtcUs = WardenWorld.Noon + 1 };
                return world.Papers(request);
            case "people.unknown":
                return world.Papers(request, null, world.Person(PersonRoles.Approver, "police", out _));
            case "people.role":
                return world.Papers(request, world.AskerKey, world.Asker);
            case "people.authority":
                request = request with { Authority = "Another Police" };
                return world.Papers(request);
            default:
                world.People.Add(world.Chief with { Number = 2, UntilUtcUs = WardenWorld.Noon });
                return world.Papers(request);
        }
    }

    private byte[] Approved(Request request, bool isApproved) => SignedObject.Sign(
        SignedType.Approval,
        (world.Approval(request, world.Chief) with { IsApproved = isApproved }).Encode(),
        world.ChiefKey).Bytes;
}
