using Appliance.Evidence;
using Xunit;

namespace Appliance.Tests.Retention.Evidence;

/// <summary>Each lie that is told with every key but one is found by the check that asks for that key.</summary>
public sealed class ForgeryTests : IDisposable
{
    private readonly EvidenceWorld world = new();

    public void Dispose() => world.Dispose();

    [Fact]
    public void Where_one_thing_is_wrong_exactly_its_check_fails()
    {
        world.Vouch();
        world.Make();
        using var forge = new PackForge(world);
        Pins pins = world.Pins();
        IReadOnlyList<Forgery> all = new Forgeries(world, forge).All();

        Assert.True(PackChecker.Run(forge.WithLog(), pins).IsGood, "a log that was made again holds");
        Assert.True(PackChecker.Run(forge.WithManifests(one => one), pins).IsGood, "so does another run");
        Assert.All(all, forgery => Assert.Equal(
            (forgery.What, forgery.Check), (forgery.What, Failed(forgery.Pack, pins))));
        Assert.Equal(
            PackCheck.All.Select(check => check.Id).Except(["anchors", "stamp.log", "stamp.ledger"]).Order(),
            all.Select(forgery => forgery.Check).Distinct().Order());
    }

    private static string Failed(byte[] pack, Pins pins) => string.Join(
        ", ",
        PackChecker.Run(pack, pins).Checks.Where(line => line.Result == CheckResult.Fail)
            .Select(line => line.Id));
}
