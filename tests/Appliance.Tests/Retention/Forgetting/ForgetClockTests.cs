using Appliance.Retention;
using Appliance.Retention.Archive;
using Appliance.Retention.Forgetting;
using Appliance.Tests.Retention.Store;
using Xunit;

namespace Appliance.Tests.Retention.Forgetting;

/// <summary>
/// A clock against the other signs of time: how long the machine has run, what devices signed, what the kernel says.
/// Day 0 is the day on which it was last certain.
/// </summary>
public sealed class ForgetClockTests : IDisposable
{
    private const int Day = 20_000;
    private readonly DirectoryInfo temporary = Directory.CreateTempSubdirectory("clock-");

    public ForgetClockTests()
    {
        ForgetClock clock = Open(0, 0);
        clock.Begin(Day, Day + 1);
        clock.Save();
    }

    public void Dispose() => temporary.Delete(recursive: true);

    [Theory]
    [InlineData(1, 0)] // A clock set by a day.
    [InlineData(2, 0)]
    [InlineData(31, 31)] // A month in which nothing came; the machine ran.
    [InlineData(400, 399)]
    public void It_is_believed_where_the_machine_ran_about_as_long(double clock, double ran)
    {
        ForgetTime time = Open(clock, ran).Read();

        Assert.Equal((TimeDoubt.None, time.ClockUs), (time.Doubt, time.NowUs));
        Assert.Null(time.Sentence);
    }

    [Theory]
    [InlineData(2.1, 0)]
    [InlineData(395, 0)]
    [InlineData(395, 30)]
    public void A_clock_that_jumps_ahead_forgets_by_what_is_certain_and_answers_by_the_later(double clock, double ran)
    {
        ForgetTime time = Open(clock, ran).Read();

        Assert.Equal((TimeDoubt.Ahead, At(ran), At(clock)), (time.Doubt, time.NowUs, time.LatestUs));
        Assert.Contains("set the clock, or where it is right confirm it", time.Sentence);
    }

    [Fact]
    public void A_clock_that_jumps_back_forgets_by_itself_and_answers_by_what_is_certain()
    {
        ForgetTime time = Open(-300, 1).Read();

        Assert.Equal((TimeDoubt.Behind, At(-300), At(1)), (time.Doubt, time.NowUs, time.LatestUs));
    }

    [Fact]
    public void A_clock_that_runs_fast_gains_no_more_than_the_lead_however_often_it_is_asked()
    {
        for (double day = 0; day <= 100; day++)
        {
            ForgetClock clock = Open(2 * day, day);
            ForgetTime time = clock.Read();
            clock.Save();

            Assert.True(time.NowUs <= At(day) + StoreLimits.ClockLeadUs, $"day {day}");
        }
    }

    [Theory]
    [InlineData(30, true, "None")]
    [InlineData(30, false, "Ahead")]
    [InlineData(32, true, "Ahead")]
    public void After_the_machine_was_off_a_synchronised_clock_counts_for_a_month_once(
        double off, bool isSynchronised, string doubt)
    {
        ForgetClock clock = Open(off, 0, "second", isSynchronised);

        Assert.Equal(doubt, clock.Read().Doubt.ToString());

        clock.Save();
        ForgetTime next = Open(off + 30, 1, "second", isSynchronised).Read();
        Assert.Equal(TimeDoubt.Ahead, next.Doubt);
    }

    [Fact]
    public void What_devices_signed_is_believed_and_of_several_one_alone_is_not()
    {
        ForgetClock clock = Open(395, 0);
        clock.Reach(SignsOfTime.Of([At(395), At(1)])!.Value);
        TimeDoubt one = clock.Read().Doubt;

        clock.Reach(SignsOfTime.Of([At(395), At(394), At(1)])!.Value);

        Assert.Equal((TimeDoubt.Ahead, TimeDoubt.None), (one, clock.Read().Doubt));
        Assert.Equal(At(1), SignsOfTime.Of([At(1)]));
        Assert.Null(SignsOfTime.Of([]));
    }

    [Fact]
    public void A_doubt_that_nobody_sees_to_for_three_days_is_overdue_and_ends_with_its_cause()
    {
        bool[] overdue = [.. new double[] { 0, 2.9, 3.1 }.Select(ran =>
        {
            ForgetClock clock = Open(395 + ran, ran);
            bool said = clock.Read().IsOverdue;
            clock.Save();
            return said;
        })];
        ForgetTime mended = Open(3.2, 3.2).Read();

        Assert.Equal([false, false, true], overdue);
        Assert.Equal((TimeDoubt.None, false), (mended.Doubt, mended.IsOverdue));
    }

    [Theory]
    [InlineData(-32, false)]
    [InlineData(0, true)]
    [InlineData(32, true)]
    [InlineData(34, false)]
    public void A_first_clock_is_believed_about_the_time_that_keys_are_for(double clock, bool isBelieved)
    {
        File.Delete(Path.Combine(temporary.FullName, ForgetClock.FileName));
        ForgetClock first = Open(clock, 0);
        first.Begin(Day, Day + 1);

        ForgetTime time = first.Read();

        Assert.Equal(
            isBelieved ? (TimeDoubt.None, At(clock)) : (TimeDoubt.Unknown, 0), (time.Doubt, time.NowUs));
    }

    [Fact]
    public void A_damaged_file_says_what_to_do()
    {
        File.WriteAllText(Path.Combine(temporary.FullName, ForgetClock.FileName), "{}");

        ArchiveException thrown = Assert.Throws<ArchiveException>(() => Open(0, 0));

        Assert.Contains("clock.json is damaged", thrown.Message);
        Assert.Contains("remove it", thrown.Message);
    }

    private static ulong At(double days) => (ulong)((Day * 86_400_000_000L) + (long)(days * 86_400_000_000));

    private ForgetClock Open(double clock, double ran, string boot = "first", bool isSynchronised = false) =>
        ForgetClock.Open(
            temporary.FullName,
            new TestClock(DateTimeOffset.UnixEpoch.AddDays(Day).AddMicroseconds(clock * 86_400_000_000))
            {
                Ran = TimeSpan.FromMicroseconds((ran + 1) * 86_400_000_000),
                Boot = boot,
                IsSynchronised = isSynchronised,
            });
}
