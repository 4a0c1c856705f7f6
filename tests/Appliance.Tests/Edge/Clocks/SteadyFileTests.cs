using Appliance.Edge.Clocks;
using Appliance.Journal;
using Appliance.Linux.Clocks;
using Appliance.Time.Observations;
using Xunit;

namespace Appliance.Tests.Edge.Clocks;

/// <summary>What the next run knows of the line of time: after a stop, a crash, and a start of the machine.</summary>
public sealed class SteadyFileTests : IDisposable
{
    private const long Begin = 1_790_000_000_000_000_000;
    private const long SecondNs = 1_000_000_000;
    private const long HourNs = 3600 * SecondNs;
    private readonly string folder = Directory.CreateTempSubdirectory("steady-").FullName;
    private readonly SteadyClock clock;
    private Guid boot = Guid.NewGuid();
    private long raw = 7 * SecondNs;
    private long system = Begin;

    public SteadyFileTests() => clock = new SteadyClock(Read, 0);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void The_next_run_goes_on_along_the_same_line()
    {
        Assert.Equal(0, Next());
        Pass(SecondNs);
        system -= HourNs;
        _ = clock.NowNs;
        new SteadyFile(folder, boot).Keep(clock);
        Assert.Equal(clock.OffsetNs, Next());
    }

    [Theory]
    [InlineData(HourNs)]
    [InlineData(-HourNs)]
    [InlineData(SecondNs / 10)]
    public void A_step_that_nobody_lived_to_note_is_taken_off_by_the_next_run(long stepNs)
    {
        Keep();
        Pass(40 * SecondNs);
        system += stepNs;
        Pass(5 * SecondNs);
        Assert.Equal(stepNs, Next());
    }

    [Fact]
    public void It_is_written_with_each_step_and_each_minute()
    {
        SteadyFile file = new(folder, boot);
        file.Keep(clock);
        string first = Text();
        for (int i = 0; i < 60; i++)
        {
            Pass(SecondNs);
            file.Keep(clock);
            Assert.Equal(first, Text());
        }

        Pass(SecondNs);
        file.Keep(clock);
        string second = Text();
        Assert.NotEqual(first, second);

        Pass(SecondNs);
        system += HourNs;
        _ = clock.NowNs;
        file.Keep(clock);
        Assert.NotEqual(second, Text());
    }

    [Fact]
    public void A_machine_whose_clock_ran_on_while_it_was_off_goes_on_along_the_same_line()
    {
        Pass(SecondNs);
        system += HourNs;
        Keep();
        StartAgain(system + (60 * SecondNs));
        Assert.Equal(HourNs, Next());
    }

    [Fact]
    public void A_machine_that_begins_at_the_same_false_time_each_time_has_a_line_that_only_goes_on()
    {
        long lineNs = 0;
        for (int start = 0; start < 5; start++)
        {
            StartAgain(Begin);
            SteadyClock run = new(Read, Next());
            Assert.True(run.NowNs > lineNs + (6 * HourNs) || start == 0, "tables of before would be taken up");
            Pass(SecondNs);
            system += 50_000 * HourNs;
            lineNs = run.NowNs;
            new SteadyFile(folder, boot).Keep(run);
        }

        Assert.InRange(lineNs, Begin, Begin + (50 * HourNs));
    }

    [Fact]
    public void A_file_that_cannot_be_written_is_a_problem_until_it_is()
    {
        string later = Path.Combine(folder, "later");
        SteadyFile file = new(later, boot);
        file.Keep(clock);
        Assert.Contains("misdated", file.Problem);

        Directory.CreateDirectory(later);
        file.Keep(clock);
        Assert.Null(file.Problem);
        Assert.Equal(0, SteadyFile.Read(later, boot, Read()));
    }

    [Fact]
    public void The_offset_alone_that_an_earlier_release_kept_is_taken()
    {
        File.WriteAllText(Path.Combine(folder, "timeline"), "-3600000000000");
        Assert.Equal(-3_600_000_000_000, Next());
    }

    [Theory]
    [InlineData("")]
    [InlineData("later")]
    [InlineData("5 6 7 8")]
    public void A_file_that_is_no_line_of_time_is_told_and_not_taken_for_none(string text)
    {
        File.WriteAllText(Path.Combine(folder, "timeline"), text);
        Assert.Contains("no line of time", Assert.Throws<JournalDeviceException>(() => Next()).Message);
    }

    private void Keep()
    {
        _ = clock.NowNs;
        new SteadyFile(folder, boot).Keep(clock);
    }

    private long Next() => SteadyFile.Read(folder, boot, Read());

    private string Text() => File.ReadAllText(Path.Combine(folder, "timeline"));

    private void StartAgain(long atNs)
    {
        boot = Guid.NewGuid();
        raw = SecondNs;
        system = atNs;
    }

    private void Pass(long ns)
    {
        raw += ns;
        system += ns;
    }

    private CounterPair Read() =>
        new(new RawTime(raw), new CounterId(CounterKind.SystemClock), new RawTime(system), 40);
}
