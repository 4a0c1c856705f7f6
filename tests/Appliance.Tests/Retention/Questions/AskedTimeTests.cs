using Appliance.Retention.Questions;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.Questions;

public sealed class AskedTimeTests
{
    [Theory]
    [InlineData("2024-10-04T15:04Z", "2024-10-04T15:04:00.000000Z", "2024-10-04T15:04:59.999999Z")]
    [InlineData("2024-10-04 15:04z", "2024-10-04T15:04:00.000000Z", "2024-10-04T15:04:59.999999Z")]
    [InlineData("2024-10-04T15:04+01:00", "2024-10-04T14:04:00.000000Z", "2024-10-04T14:04:59.999999Z")]
    [InlineData("2024-10-04T00:30 -0530", "2024-10-04T06:00:00.000000Z", "2024-10-04T06:00:59.999999Z")]
    [InlineData("2024-10-04T15:04:05Z", "2024-10-04T15:04:05.000000Z", "2024-10-04T15:04:05.999999Z")]
    [InlineData("2024-10-04T15:04:05.25Z", "2024-10-04T15:04:05.250000Z", "2024-10-04T15:04:05.259999Z")]
    [InlineData("2024-10-04T15:04:05,123456Z", "2024-10-04T15:04:05.123456Z", "2024-10-04T15:04:05.123456Z")]
    [InlineData("2024-02-29T23:59Z", "2024-02-29T23:59:00.000000Z", "2024-02-29T23:59:59.999999Z")]
    public void A_time_means_all_of_its_last_unit(string text, string from, string to)
    {
        Assert.True(AskedTime.TryParse(text, out AskedTime? time, out string problem), problem);
        Assert.Equal((from, to), (UtcText.Of(time!.Meaning.From), UtcText.Of(time.Meaning.To)));
    }

    [Theory]
    [InlineData("2024-10-04T15:04", "has no time zone")]
    [InlineData("2024-10-04T15:04:05", "has no time zone")]
    [InlineData("2024-10-04T15:04-00:00", "says that the zone is not known")]
    [InlineData("2024-10-04 3:04 pm Z", "12-hour clock")]
    [InlineData("2024-10-04T03:04PMZ", "12-hour clock")]
    [InlineData("04/10/2024 15:04Z", "is not a date and time in the form")]
    [InlineData("15:04Z", "is not a date and time in the form")]
    [InlineData("2024-10-04", "is not a date and time in the form")]
    [InlineData("2024-10-04T15:04 BST", "is not a date and time in the form")]
    [InlineData("2023-02-29T15:04Z", "that exist")]
    [InlineData("2024-10-04T24:00Z", "that exist")]
    [InlineData("2024-10-04T15:60Z", "that exist")]
    [InlineData("2024-10-04T15:04+15:00", "that exist")]
    [InlineData("2024-10-04T15:04+01:99", "that exist")]
    [InlineData("2024-10-04T15:04:60Z", "there was no leap second then")]
    [InlineData("", "is not a date and time in the form")]
    public void What_cannot_be_relied_on_is_refused_with_a_reason_and_an_example(string text, string words)
    {
        Assert.False(AskedTime.TryParse(text, out AskedTime? time, out string problem));
        Assert.Null(time);
        Assert.Contains(words, problem);
        Assert.Contains("2026-11-20T15:04Z", problem);
        Assert.DoesNotContain('\n', problem);
    }

    [Fact]
    public void The_leap_second_of_2016_is_a_second_of_its_own_and_its_minute_has_61()
    {
        Assert.True(AskedTime.TryParse("2016-12-31T23:59Z", out AskedTime? minute, out _));
        Assert.True(AskedTime.TryParse("2016-12-31T23:59:59Z", out AskedTime? before, out _));
        Assert.True(AskedTime.TryParse("2017-01-01T00:59:60+01:00", out AskedTime? leap, out _));
        Assert.True(AskedTime.TryParse("2017-01-01T00:00:00Z", out AskedTime? after, out _));

        Assert.Equal(61_000_000, minute!.Meaning.LengthUs);
        Assert.Equal(1_000_000, leap!.Meaning.LengthUs);
        Assert.Equal(before!.Meaning.To.Microseconds + 1, leap.Meaning.From.Microseconds);
        Assert.Equal(leap.Meaning.To.Microseconds + 1, after!.Meaning.From.Microseconds);
        Assert.Equal(minute.Meaning.To, leap.Meaning.To);
    }
}
