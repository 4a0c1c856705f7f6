using Appliance.Evidence;
using Appliance.Tests.Retention.Requests;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.Evidence;

/// <summary>Evidence for answers over corrected records: the record as it was signed, and what corrects it.</summary>
public sealed class CorrectedPackTests
{
    [Fact]
    public void A_pack_shows_the_manifest_that_took_a_time_back_and_the_bound_that_holds()
    {
        using var world = new EvidenceWorld();
        Corrected.TakeBack(world.Orders);
        world.Make();

        PackReport report = PackChecker.Run(world.Pack, world.Pins());

        Assert.True(report.IsGood);
        Assert.Contains("within 2000000 microseconds", Detail(report, "clock"));
        Assert.Equal(40u, Assert.Single(report.Rows).BoundUs);
    }

    [Fact]
    public void No_pack_is_made_of_an_answer_whose_times_were_taken_back_after_it()
    {
        using var world = new EvidenceWorld();
        (int code, string answer, _) = world.Orders.Resolve(world.Request, "--format", "json");
        Assert.Equal(0, code);
        File.WriteAllText(world.Answer, answer);
        Corrected.TakeBack(world.Orders);

        (int made, _, string errors) = world.Orders.Run(world.MakeWords());

        Assert.Equal(2, made);
        Assert.Contains("was taken back by its clock after the answer: ask again", errors);
    }

    [Fact]
    public void A_corrected_line_holds_by_the_paper_that_both_signed_and_by_nothing_else()
    {
        using var world = new EvidenceWorld(addMore: Corrected.Sessions);
        Corrected.Correct(world.Orders, "--session", Corrected.Session, "--line", "line-8");
        world.Make();
        SortedDictionary<string, byte[]> without = world.Files();
        without.Remove(PackNames.Corrections);
        SortedDictionary<string, byte[]> altered = world.Files();
        altered[PackNames.Corrections][^1] ^= 1;

        PackReport report = PackChecker.Run(world.Pack, world.Pins());
        PackReport bare = PackChecker.Run(world.Resealed(without), world.Pins());
        PackReport forged = PackChecker.Run(world.Resealed(altered), world.Pins());

        Assert.True(report.IsGood);
        Assert.Contains(report.Rows, row => row is { Kind: RecordKind.Session, Subscriber: "line-7" });
        Assert.Equal(["claims"], Failed(bare));
        Assert.Equal(["claims"], Failed(forged));
    }

    private static string Detail(PackReport report, string check) =>
        report.Checks.Single(one => one.Id == check).Detail;

    private static IEnumerable<string> Failed(PackReport report) =>
        report.Checks.Where(check => check.Result == CheckResult.Fail).Select(check => check.Id);
}
