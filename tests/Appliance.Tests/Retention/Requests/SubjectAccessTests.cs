using Appliance.Retention.Archive;
using Appliance.Retention.Questions;
using Appliance.Tests.Retention.Store;
using Appliance.TestSupport;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.Requests;

/// <summary>A person's own records, through the operator, with nothing of anybody else.</summary>
public sealed class SubjectAccessTests : IDisposable
{
    private readonly OrderWorld world = new();

    public void Dispose() => world.Dispose();

    [Transcript("retention subject-access")]
    [Fact]
    public void The_holder_of_a_line_gets_all_of_it_and_how_the_identity_was_checked_and_the_log_has_it()
    {
        string request = Filed(
            ("identity_checked", "passport seen at the shop"), ("line_held", "contract since 2019"));
        (int approved, string why, _) = world.Approve(request);

        (int code, string output, _) = Access(request, "line-1");
        (_, string log, _) = world.Run("log", "--data", world.Data);

        Assert.True(approved == 0, why);
        Assert.Equal(0, code);
        Assert.Contains("192.0.2.1 tcp 1100", output);
        Assert.Contains("mail.example.org", output);
        Assert.Contains("identity checked: passport seen at the shop", output);
        Assert.Contains("line held: contract since 2019", output);
        Assert.Contains(" delivery ", log);
    }

    [Fact]
    public void Without_a_check_of_identity_or_for_another_line_nothing_is_answered()
    {
        string unchecked_ = Filed(("line_held", "contract since 2019"));
        (_, string refused, _) = world.Approve(unchecked_);
        string request = world.FileRequest(
            Draft(("identity_checked", "passport"), ("line_held", "contract")), "holder");
        world.Approve(request);

        (int other, string scope, _) = Access(request, "line-2");

        Assert.Contains("[law.subject_access]", refused);
        Assert.Equal((1, true), (other, scope.Contains("[question.scope]", StringComparison.Ordinal)));
    }

    [Fact]
    public void An_investigation_has_no_subject_access()
    {
        world.SetUp();
        world.StartWarden();
        string request = world.Request();
        world.Approve(request);

        Assert.Contains("[question.purpose]", Access(request, "line-1").Output);
    }

    [Fact]
    public void Flows_of_perhaps_somebody_else_are_counted_and_other_customers_are_not_told()
    {
        Holding own = Flow(Attribution.Mirror, Translation.Nat44);
        Holding perhaps = Flow(Attribution.Ambiguous, Translation.Nat44);
        Holding neighbour = Flow(Attribution.Mirror, Translation.Hairpin);
        var notes = new List<string>();

        Found found = new OwnRecords(null, []).Limit(
            new Found([own, perhaps, neighbour], [], new Coverages(new Coverage([])),
                new HashSet<Id16>(), 1),
            notes);

        Assert.Equal([own.Service, OwnRecords.OtherCustomer], found.Holdings.Select(holding => holding.Service));
        Assert.True(found.Holdings[1].Row.RemoteAddress.IsNone);
        Assert.Equal(2, notes.Count);
    }

    private static Holding Flow(Attribution attribution, Translation translation)
    {
        RowBatch rows = TestBox.Rows(100);
        return new Holding
        {
            Device = default,
            Flow = default,
            Place = default,
            Batch = default,
            Row = rows.Flows[0] with { Attribution = attribution, Translation = translation },
            Realm = "cgn",
            Subscriber = "line-1",
            Service = "mail.example.org",
            Leg = "",
            HasContact = true,
            Seen = [],
        };
    }

    private string Filed(params (string Id, string Text)[] statements)
    {
        world.SetUp();
        world.NewKey("holder");
        world.Enrol("holder", "requester", "", "data_subject");
        world.StartWarden();
        return world.FileRequest(Draft(statements), "holder");
    }

    private static object Draft(params (string Id, string Text)[] statements) => new
    {
        jurisdiction = "GB",
        legal_basis = "Data Protection Act 1998 s. 7",
        purpose = 4,
        @case = "SA-1",
        statements = statements.ToDictionary(statement => statement.Id, statement => statement.Text),
        lines = new[] { "line-1" },
        from = "2024-10-04T00:00Z",
        to = "2024-10-04T00:04Z",
        expires = "2024-10-20T00:00Z",
    };

    private (int Code, string Output, string Errors) Access(string request, string line) => world.Run(
        "subject-access", line, "--data", world.Data, "--request", request, "--socket", world.Socket, "--from",
        "2024-10-04T00:00:30Z", "--to", "2024-10-04T00:03:30Z");
}
