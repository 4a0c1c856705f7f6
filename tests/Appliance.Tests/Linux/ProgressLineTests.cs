using Appliance.Linux;
using Xunit;

namespace Appliance.Tests.Linux;

public sealed class ProgressLineTests : IDisposable
{
    private const string Erase = "\r\u001b[K";
    private readonly StringWriter errors = new() { NewLine = "\n" };
    private readonly HandClock clock = new();

    public void Dispose() => errors.Dispose();

    [Fact]
    public void On_a_terminal_one_line_is_written_over_about_once_a_second_and_is_gone_at_the_end()
    {
        using (ProgressLine line = Line(isTerminal: true))
        {
            for (int i = 1; i <= 25; i++)
            {
                clock.Seconds += 0.1;
                line.Report(i * 100, 5_000);
            }
        }

        Assert.Equal(
            $"{Erase}retention verify: 1,000 of 5,000 batches, 20 %"
                + $"{Erase}retention verify: 2,000 of 5,000 batches, 40 %{Erase}",
            errors.ToString());
    }

    [Fact]
    public void Elsewhere_a_line_of_its_own_comes_every_ten_seconds()
    {
        using (ProgressLine line = Line(isTerminal: false))
        {
            for (int second = 1; second <= 25; second++)
            {
                clock.Seconds++;
                line.Report(second, 25);
            }
        }

        Assert.Equal(
            "retention verify: 10 of 25 batches, 40 %\nretention verify: 20 of 25 batches, 80 %\n", errors.ToString());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Work_that_ends_soon_says_nothing(bool isTerminal)
    {
        using (ProgressLine line = Line(isTerminal))
        {
            clock.Seconds = 0.9;
            line.Report(1, 2);
        }

        Assert.Equal("", errors.ToString());
    }

    [Fact]
    public void Another_line_is_written_on_an_empty_one()
    {
        using ProgressLine line = Line(isTerminal: true);
        clock.Seconds = 1;
        line.Report(1, 0);

        line.Clear();
        line.Clear();

        Assert.Equal($"{Erase}retention verify: 1 batches{Erase}", errors.ToString());
    }

    [Fact]
    public void Bytes_are_said_in_megabytes()
    {
        using ProgressLine line = new(errors, false, clock, "icrctl replay", "MB");
        clock.Seconds = 10;

        line.ReportBytes(1_500_000_000, 3_000_000_000);

        Assert.Equal("icrctl replay: 1,500 of 3,000 MB, 50 %\n", errors.ToString());
    }

    [Fact]
    public void What_stands_in_for_standard_error_is_no_terminal()
    {
        using ProgressLine line = ProgressLine.On(errors, "retention verify", "batches");

        line.Report(1, 2);

        Assert.Equal("", errors.ToString());
    }

    private ProgressLine Line(bool isTerminal) => new(errors, isTerminal, clock, "retention verify", "batches");

    /// <summary>A monotonic clock that is moved by hand; a timestamp is a millisecond.</summary>
    private sealed class HandClock : TimeProvider
    {
        public double Seconds { get; set; }

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => (long)Math.Round(Seconds * 1000);
    }
}
