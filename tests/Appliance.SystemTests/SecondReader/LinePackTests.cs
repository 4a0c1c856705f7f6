using System.Text.RegularExpressions;
using Appliance.Evidence;
using Appliance.Tests.Retention.Evidence;
using Appliance.Tests.Retention.Requests;
using Xunit;

namespace Appliance.SystemTests.SecondReader;

/// <summary>
/// Packs about lines that sessions and corrections name, and of a person's own records: both readers come to the same
/// result in every check, of good packs and of bad ones.
/// </summary>
public sealed partial class LinePackTests
{
    [SecondReaderFact]
    public void Sessions_and_blocks_of_a_line_are_judged_alike()
    {
        using var world = new EvidenceWorld(addMore: LinePacks.Rows);
        world.Vouch();
        world.MakeAboutLine("addresses-of", 1, "line-7");
        using var packs = new LinePacks(world);

        AssertAlike(world, [.. packs.OfLine()]);
    }

    [SecondReaderFact]
    public void Uses_by_a_line_that_a_session_names_are_judged_alike()
    {
        using var world = new EvidenceWorld(addMore: LinePacks.Rows);
        world.Vouch();
        world.MakeAboutLine("accessed", 3, "line-7", "--service", "mail.example.org");

        AssertAlike(world, ("", world.Pack));
    }

    [SecondReaderFact]
    public void A_line_that_was_withdrawn_for_a_whole_stretch_is_judged_alike()
    {
        using var world = new EvidenceWorld(addMore: Corrected.Sessions);
        world.Vouch();
        Corrected.Correct(world.Orders, "--withdraw");
        world.Make();
        using var packs = new LinePacks(world);

        AssertAlike(world, [.. packs.OfWithdrawn()]);
    }

    [SecondReaderFact]
    public void An_open_session_under_an_order_that_nobody_approved_is_judged_alike()
    {
        using var world = new EvidenceWorld(addMore: LinePacks.OpenSession);
        world.Vouch();
        world.MakeAboutLine("addresses-of", 1, "line-7");
        using var packs = new LinePacks(world);

        AssertAlike(world, [.. packs.OfUnapproved()]);
    }

    [SecondReaderFact]
    public void Two_flows_that_name_nobody_with_a_correction_between_them_are_judged_alike()
    {
        using var world = new EvidenceWorld(addMore: LinePacks.TwoFlows);
        world.Vouch();
        world.Make();
        using var packs = new LinePacks(world);

        AssertAlike(world, [.. packs.OfTwoFlows()]);
    }

    [SecondReaderFact]
    public void A_persons_own_records_are_judged_alike_and_another_customer_in_them_is_found()
    {
        using var own = new OwnPack();

        AssertAlike(own.World, ("", own.World.Pack), ("sections", own.WithOtherCustomer()));
    }

    private static void AssertAlike(EvidenceWorld world, params (string Fails, byte[] Pack)[] packs)
    {
        Pins pins = world.Pins();
        for (int i = 0; i < packs.Length; i++)
        {
            File.WriteAllBytes(world.Orders.File($"pack-{i}.tar"), packs[i].Pack);
        }

        string[] files = [.. packs.Select((_, i) => world.Orders.File($"pack-{i}.tar"))];
        Outcome outcome = PythonReader.Run(["pack", .. files, "--pins", world.PinsFile()]);
        string[] said = ("\n" + outcome.Output).Split("\n== ")[(packs.Length > 1 ? 1 : 0)..];
        Assert.True(said.Length == packs.Length, outcome.Output + outcome.Error);
        foreach (((string fails, byte[] pack), string second) in packs.Zip(said))
        {
            CheckLine[] ours = [.. PackChecker.Run(pack, pins).Checks];
            Assert.Equal(ours.Select(line => (line.Id, PackReport.Name(line.Result))), Results(second));
            Assert.Equal(fails, ours.FirstOrDefault(line => line.Result == CheckResult.Fail)?.Id ?? "");
        }
    }

    private static IEnumerable<(string, string)> Results(string output) =>
        Check().Matches(output).Select(line => (line.Groups["id"].Value, line.Groups["result"].Value));

    [GeneratedRegex(@"^(?<result>pass|fail|not checkable)\s+(?<id>[a-z.]+)\s", RegexOptions.Multiline)]
    private static partial Regex Check();
}
