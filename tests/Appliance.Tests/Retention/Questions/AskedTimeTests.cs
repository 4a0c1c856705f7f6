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

    [Theory]
    [InlineData("2014-10-26T01:30 Europe/London", "2014-10-26T00:30:00.000000Z", "2014-10-26T01:30:00.000000Z")]
    [InlineData("2014-10-26T01:30 Europe/Moscow", "2014-10-25T21:30:00.000000Z", "2014-10-25T22:30:00.000000Z")]
    [InlineData("2024-04-07T01:45 Australia/Lord_Howe", "2024-04-06T14:45:00.000000Z", "2024-04-06T15:15:00.000000Z")]
    public void A_local_time_that_came_twice_has_both_readings_the_earlier_first(
        string text, string first, string second)
    {
        Assert.True(AskedTime.TryReadings(text, out IReadOnlyList<AskedTime> readings, out string problem), problem);
        Assert.Equal([first, second], readings.Select(reading => UtcText.Of(reading.Meaning.From)));
        Assert.False(AskedTime.TryParse(text, out _, out string twice));
        Assert.Contains($"it is {first} or {second}", twice);
    }

    [Theory]
    [InlineData("2014-10-26T00:30 Europe/London", "2014-10-25T23:30:00.000000Z", "(+01:00)")]
    [InlineData("2014-10-26T02:30 Europe/London", "2014-10-26T02:30:00.000000Z", "(+00:00)")]
    [InlineData("2024-07-04 15:04:31 America/New_York", "2024-07-04T19:04:31.000000Z", "(-04:00)")]
    public void A_local_time_in_a_named_zone_means_one_moment_where_clocks_showed_it_once(
        string text, string from, string offset)
    {
        Assert.True(AskedTime.TryParse(text, out AskedTime? time, out string problem), problem);
        Assert.Equal(from, UtcText.Of(time!.Meaning.From));
        Assert.Equal($"{text} {offset}", time.Text);
    }

    [Theory]
    [InlineData("2014-03-30T01:30 Europe/London", "skipped that time")]
    [InlineData("2024-10-04T15:04 Europe/Atlantis", "is not in the time zone database")]
    [InlineData("2024-10-04T15:04 Etc/GMT-1", "whose sign is the other way round")]
    [InlineData("9999-12-31T23:59 Europe/London", "is not in the time zone database")]
    public void A_local_time_that_means_nothing_is_refused(string text, string words)
    {
        Assert.False(AskedTime.TryReadings(text, out IReadOnlyList<AskedTime> readings, out string problem));
        Assert.Empty(readings);
        Assert.Contains(words, problem);
        Assert.Contains("2026-11-20T15:04Z", problem);
    }
}
