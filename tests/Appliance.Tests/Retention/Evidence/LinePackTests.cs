using Appliance.Evidence;
using Appliance.Tests.Retention.Requests;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.Evidence;

/// <summary>Evidence for answers about a line: each record that the answer names is proven.</summary>
public sealed class LinePackTests
{
    [Theory]
    [InlineData("services", 2, 3 * 2)]
    [InlineData("addresses-of", 1, 3)]
    public void A_pack_of_an_answer_about_a_line_proves_every_record_that_it_rests_on(
        string verb, int purpose, int rows)
    {
        using var world = new EvidenceWorld();
        world.MakeAboutLine(verb, purpose);
        PackReport report = PackChecker.Run(world.Pack, world.Pins());

        Assert.DoesNotContain(report.Checks, check => check.Result == CheckResult.Fail);
        Assert.Equal((true, rows), (report.IsGood, report.Rows.Count));
    }

    [Fact]
    public void Sessions_that_name_a_line_and_blocks_of_it_are_proven_and_nobody_elses()
    {
        using var world = new EvidenceWorld(addMore: LinePacks.Rows);
        world.MakeAboutLine("addresses-of", 1, "line-7");
        using var packs = new LinePacks(world);

        PackReport report = PackChecker.Run(world.Pack, world.Pins());

        Assert.Equal(
            [RecordKind.Flow, RecordKind.Flow, RecordKind.Flow, RecordKind.Session, RecordKind.Block],
            report.Rows.Select(row => row.Kind).Order());
        Assert.DoesNotContain(report.Rows, row => row.Subscriber == "line-9" || $"{row.Inside}" == "100.64.0.9");
        AssertFails(packs.OfLine(), world.Pins());
    }

    [Fact]
    public void Uses_of_a_service_by_a_line_that_a_session_names_are_proven_with_the_session()
    {
        using var world = new EvidenceWorld(addMore: LinePacks.Rows);
        world.MakeAboutLine("accessed", 3, "line-7", "--service", "mail.example.org");

        PackReport report = PackChecker.Run(world.Pack, world.Pins());

        Assert.True(report.IsGood);
        Assert.Equal("line-7", Assert.Single(report.Rows, row => row.Kind == RecordKind.Session).Subscriber);
    }

    [Fact]
    public void A_line_that_was_withdrawn_for_a_whole_stretch_is_out_of_the_pack_by_the_paper_that_both_signed()
    {
        using var world = new EvidenceWorld(addMore: Corrected.Sessions);
        Corrected.Correct(world.Orders, "--withdraw");
        world.Make();
        using var packs = new LinePacks(world);

        Assert.Contains(PackNames.Corrections, world.Files().Keys);
        AssertFails(packs.OfWithdrawn(), world.Pins());
    }

    [Theory]
    [InlineData("--withdraw")]
    [InlineData("--session", Corrected.Session, "--line", "line-8")]
    public void No_pack_is_made_of_an_answer_whose_line_was_corrected_after_it(params string[] what)
    {
        using var world = new EvidenceWorld(addMore: Corrected.Sessions);
        (_, string answer, _) = world.Orders.Resolve(world.Request, "--format", "json");
        File.WriteAllText(world.Answer, answer);
        Corrected.Correct(world.Orders, what);

        (int made, _, string errors) = world.Orders.Run(world.MakeWords());

        Assert.Equal(2, made);
        Assert.Contains("the line of record 1-1-0 was corrected after the answer: ask again", errors);
    }

    [Fact]
    public void Of_an_open_session_nothing_is_claimed_where_it_is_not_known_what_was_asked()
    {
        using var world = new EvidenceWorld(addMore: LinePacks.OpenSession);
        world.MakeAboutLine("addresses-of", 1, "line-7");
        using var packs = new LinePacks(world);

        AssertFails(packs.OfUnapproved(), world.Pins());
    }

    [Fact]
    public void Each_flow_that_names_nobody_is_the_candidates_at_its_own_begin()
    {
        using var world = new EvidenceWorld(addMore: LinePacks.TwoFlows);
        world.Make();
        using var packs = new LinePacks(world);
        Assert.Equal(
            [RecordKind.Flow, RecordKind.Flow, RecordKind.Session],
            PackChecker.Run(world.Pack, world.Pins()).Rows.Select(row => row.Kind).Order());

        AssertFails(packs.OfTwoFlows(), world.Pins());
        Corrected.Correct(world.Orders, LinePacks.BetweenTwoFlows);
        (int made, _, string errors) = world.Orders.Run(world.MakeWords());

        Assert.Equal(2, made);
        Assert.Contains("the line of record 1-1-1 was corrected after the answer: ask again", errors);
    }

    private static void AssertFails(IEnumerable<(string Fails, byte[] Pack)> packs, Pins pins) => Assert.All(
        packs, pack => Assert.Equal(pack.Fails, string.Join(", ", PackChecker.Run(pack.Pack, pins).Checks
            .Where(check => check.Result == CheckResult.Fail).Select(check => check.Id))));
}
