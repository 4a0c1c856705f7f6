using System.Text;
using Appliance.Retention.Warden;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.Warden;

/// <summary>Which files of referrals a warden still has when there were too many.</summary>
public sealed class ReferralFilesTests
{
    [Fact]
    public void The_file_that_was_asked_for_least_lately_goes()
    {
        var files = new ReferralFiles();
        byte[][] all = [.. Enumerable.Range(0, WardenLimits.ReferralsMax + 1).Select(
            number => Encoding.UTF8.GetBytes($"case,ip,port,time\nA{number},192.0.2.1,,2024-10-04T00:00Z\n"))];
        foreach (byte[] file in all[..^1])
        {
            Assert.Null(files.Take(file));
        }

        Assert.True(files.Has(Hash32.Of(all[0])));
        Assert.Null(files.Take(all[^1]));

        Assert.Equal(
            [true, false, .. Enumerable.Repeat(true, WardenLimits.ReferralsMax - 1)],
            all.Select(file => files.Has(Hash32.Of(file))));
    }
}
