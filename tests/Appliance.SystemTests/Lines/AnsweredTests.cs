using Xunit;

namespace Appliance.SystemTests.Lines;

/// <summary>What the box has answered it has promised to keep: nobody sends it again.</summary>
public sealed class AnsweredTests
{
    private const int Limit = 8192;

    [Fact]
    public async Task A_stop_keeps_every_message_that_was_answered_and_not_yet_taken()
    {
        const int Count = 5000;
        using LineBox box = new();
        box.Start();
        Assert.Equal(Count, box.Begin(0, Count));
        await box.StopAsync();
        Assert.Equal(Count, box.Records("session").Count);

        box.Start();
        Assert.Equal($"{Count} taken up", box.Lines.Restored);
        await box.StopAsync();
    }

    [Fact]
    public async Task An_answer_that_meets_nobody_makes_no_stranger_and_no_problem()
    {
        using LineBox box = new();
        box.Start();
        for (int i = 0; i < 20; i++)
        {
            box.BeginUnheard(i);
        }

        Assert.Equal(1, box.Begin(20, 1));
        Assert.Equal(0UL, box.Lines.Strangers);
        Assert.DoesNotContain(box.Lines.Problems, problem => problem.Contains("not received"));
        await box.StopAsync();
        Assert.Equal(21, box.Records("session").Count);
    }

    [Fact]
    public async Task While_nothing_can_be_written_what_does_not_fit_is_not_answered_and_counted()
    {
        using LineBox box = new();
        box.Start();
        Assert.Equal(Limit, box.Begin(0, Limit));
        box.PumpAll();
        Assert.Equal(Limit, box.Begin(Limit, Limit));
        box.PumpAll();
        Assert.Equal(0, box.Begin(2 * Limit, 1));
        Assert.Equal(1UL, box.Lines.Dropped);
        await box.StopAsync();
        Assert.Equal(2 * Limit, box.Records("session").Count);
    }
}
