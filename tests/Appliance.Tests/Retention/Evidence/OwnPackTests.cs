using Appliance.Evidence;
using Xunit;

namespace Appliance.Tests.Retention.Evidence;

/// <summary>A person's own records as evidence: sealed on their way, nothing of anybody else in them.</summary>
public sealed class OwnPackTests : IDisposable
{
    private readonly OwnPack own = new();

    public void Dispose() => own.Dispose();

    [Fact]
    public void What_a_person_asks_of_their_own_line_is_sealed_to_them_and_proven_without_anybody_behind_the_address()
    {
        byte[] pack = own.World.Pack;
        PackReport report = PackChecker.Run(pack, own.World.Pins());

        Assert.StartsWith("-----BEGIN SEALED ANSWER-----", own.SealedAnswer);
        Assert.DoesNotContain("line-1", own.SealedAnswer);
        Assert.DoesNotContain(report.Checks, check => check.Result == CheckResult.Fail);

        // Three flows to services with what they contacted, and the one to the other customer without.
        Assert.Equal((4, 3), (report.Rows.Count(row => row.Section == 1), report.Rows.Count(row => row.Section == 2)));
        Assert.All(report.Rows.Where(row => row.Section == 1), row => Assert.Equal("line-1", row.Subscriber));
        Assert.True(Holds(pack, "line-1"u8));
        Assert.All(OwnPack.Secrets(), secret => Assert.False(Holds(pack, secret), Convert.ToHexString(secret)));
        string page = File.ReadAllText(own.World.Name + ".html");
        Assert.All(
            (string[])[OwnPack.Other, OwnPack.OtherInside, OwnPack.OtherPublic],
            secret => Assert.DoesNotContain(secret, page));
    }

    [Fact]
    public void A_pack_that_tells_whom_of_the_other_customers_they_contacted_does_not_hold()
    {
        PackReport report = PackChecker.Run(own.WithOtherCustomer(), own.World.Pins());

        CheckLine wrong = report.Checks.First(check => check.Result == CheckResult.Fail);
        Assert.Equal("sections", wrong.Id);
        Assert.Contains("whom of the network's customers", wrong.Detail);
    }

    private static bool Holds(byte[] pack, ReadOnlySpan<byte> piece) => pack.AsSpan().IndexOf(piece) >= 0;
}
