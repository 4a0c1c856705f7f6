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
        string request = world.Orders.FileRequest(new
        {
            jurisdiction = "GB",
            legal_basis = "RIPA 2000 s. 22(2)(b)",
            purpose,
            @case = "CP-18",
            statements = new Dictionary<string, string>
            {
                ["necessity"] = "to find whom the sender met",
                ["proportionality"] = "one line, four minutes",
                ["collateral_intrusion"] = "none: the line is the suspect's",
                ["approved_authority"] = "approved under the Act",
                ["no_notification"] = "it would warn the sender",
            },
            offence = new { name = "threats to kill", serious = true, sentence_years = 10 },
            lines = new[] { "line-1" },
            from = "2024-10-04T00:00Z",
            to = "2024-10-04T00:04Z",
            expires = "2024-10-20T00:00Z",
        });
        world.Orders.Approve(request);
        (int code, string answer, string errors) = world.Orders.Run(
            verb, "line-1", "--data", world.Orders.Data, "--socket", world.Orders.Socket, "--request", request,
            "--from", "2024-10-04T00:00Z", "--to", "2024-10-04T00:04Z", "--json");
        Assert.True(code == 0, answer + errors);
        File.WriteAllText(world.Answer, answer);

        world.Succeed(
            "evidence", "make", "--data", world.Orders.Data, "--socket", world.Orders.Socket, "--request", request,
            "--answer", world.Answer, "--out", world.Name, "--no-pdf");
        PackReport report = PackChecker.Run(world.Pack, world.Pins());

        Assert.DoesNotContain(report.Checks, check => check.Result == CheckResult.Fail);
        Assert.Equal((true, rows), (report.IsGood, report.Rows.Count));
    }
}
