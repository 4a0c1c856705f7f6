using Appliance.Evidence;
using Xunit;

namespace Appliance.Tests.Retention.Evidence;

/// <summary>Evidence for answers about a line: each record that the answer names is proven.</summary>
public sealed class LinePackTests : IDisposable
{
    private readonly EvidenceWorld world = new();

    public void Dispose() => world.Dispose();

    [Theory]
    [InlineData("services", 2, 3 * 2)]
    [InlineData("addresses-of", 1, 3)]
    public void A_pack_of_an_answer_about_a_line_proves_every_record_that_it_rests_on(
        string verb, int purpose, int rows)
    {
        world.MakeAboutLine(verb, purpose);
        PackReport report = PackChecker.Run(world.Pack, world.Pins());

        Assert.DoesNotContain(report.Checks, check => check.Result == CheckResult.Fail);
        Assert.Equal((true, rows), (report.IsGood, report.Rows.Count));
    }
}
