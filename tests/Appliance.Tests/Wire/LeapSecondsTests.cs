using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Wire;

public sealed class LeapSecondsTests
{
    private const long Second = TaiTime.MicrosecondsPerSecond;
    private const long Start2017 = 1_483_228_800 * Second;

    [Theory]
    [InlineData("1972-01-01T00:00:00Z", 10)]
    [InlineData("1999-01-01T00:00:00Z", 32)]
    [InlineData("2016-12-31T23:59:59Z", 36)]
    [InlineData("2017-01-01T00:00:00Z", 37)]
    [InlineData("2026-06-01T00:00:00Z", 37)]
    public void TheOffsetIsThatOfTheBulletins(string utc, int seconds)
    {
        long micros = DateTimeOffset.Parse(utc).ToUnixTimeMilliseconds() * 1000;
        Assert.Equal(seconds, LeapSeconds.AtUtc(micros));
        Assert.Equal(micros, LeapSeconds.ToUtc(LeapSeconds.ToTai(micros)));
    }

    [Fact]
    public void TaiRunsOnThroughAnInsertedSecondWhilePosixTimeRepeatsOne()
    {
        TaiTime before = LeapSeconds.ToTai(Start2017 - 1);
        TaiTime after = LeapSeconds.ToTai(Start2017);
        Assert.Equal(Second + 1, after.Microseconds - before.Microseconds);
        Assert.Equal(Start2017, LeapSeconds.ToUtc(new TaiTime(before.Microseconds + 1)));
        Assert.Equal(Start2017, LeapSeconds.ToUtc(after));
    }

    [Fact]
    public void TheUtcDayChangesWithUtcAndNotWithTai()
    {
        TaiTime midnight = LeapSeconds.ToTai(Start2017);
        Assert.Equal(17167, LeapSeconds.UtcDay(midnight));
        Assert.Equal(17166, LeapSeconds.UtcDay(new TaiTime(midnight.Microseconds - (2 * Second))));
    }
}
