using Appliance.Evidence;
using Appliance.TestSupport;
using Xunit;

namespace Appliance.Tests.Retention.Evidence;

/// <summary>Time stamps of an authority that was revoked later, by lists that whoever checks brings.</summary>
public sealed class StampRevocationTests : IDisposable
{
    private readonly EvidenceWorld world = new();
    private readonly StampLists lists = new();

    public StampRevocationTests() => lists.Serve(world);

    public void Dispose()
    {
        lists.Dispose();
        world.Dispose();
    }

    [ProgramFact("openssl")]
    public void What_a_list_leaves_of_a_stamp_goes_by_when_and_why_its_authority_was_revoked()
    {
        world.Make();
        Pins pins = world.Pins();

        foreach ((string what, string[] some, CheckResult result) in lists.Cases())
        {
            Pins brought = Pins.Parse(
                (pins with { StampCrls = [.. some.Select(StampCrl.FromPem)] }).ToJson(), out string problem)!;
            Assert.Equal("", problem);
            CheckLine[] stamps = [.. PackChecker.Run(world.Pack, brought).Checks
                .Where(line => line.Id.StartsWith("stamp.", StringComparison.Ordinal))];
            Assert.All(stamps, stamp => Assert.Equal((what, result), (what, stamp.Result)));
            Assert.Equal(2, stamps.Length);
            Assert.Equal(some.Length == 0, stamps[0].Detail.Contains("no list was given"));
        }
    }

    [ProgramFact("openssl")]
    public void A_store_with_a_list_that_takes_its_authority_hands_no_pack_over()
    {
        string file = Path.Combine(world.Orders.Store.Stamps, "root.crl");
        File.WriteAllText(file, lists.Revoking());
        (int code, string answer, _) = world.Orders.Resolve(world.Request, "--format", "json");
        File.WriteAllText(world.Answer, answer);

        (int made, _, string errors) = world.Orders.Run(world.MakeWords());
        File.WriteAllText(file, "nothing");
        (int broken, _, string wrong) = world.Orders.Run(world.MakeWords());

        Assert.Equal((0, 2, 2), (code, made, broken));
        Assert.Contains("stamp.log does not hold: the token does not hold: its authority's certificate", errors);
        Assert.Contains("root.crl: it is no list of revoked certificates in PEM", wrong);
    }
}
