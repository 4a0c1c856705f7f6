using Appliance.Retention.Warden;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.Warden;

/// <summary>A warden lets each line of a referral through in one question, however often it goes on.</summary>
public sealed class CountedLinesTests : IDisposable
{
    private static readonly Id16 Request = new(1, 2);
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("lines-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void A_line_is_let_through_in_one_question_only_and_no_more_lines_than_the_order_says()
    {
        using WardenState state = WardenState.Open(Path.Combine(folder.FullName, "state.db"));

        Assert.True(state.TryCountLines(Request, 7, [2, 3], 4));
        Assert.True(state.TryCountLines(Request, 7, [2, 3], 4));
        Assert.False(state.TryCountLines(Request, 7, [2, 4], 4));
        Assert.False(state.TryCountLines(Request, 8, [3, 4], 4));
        Assert.True(state.TryCountLines(Request, 9, [4], 4));
        Assert.False(state.TryCountLines(Request, 10, [5, 6], 4));
        Assert.True(state.TryCountLines(Request, 11, [5], 4));
        Assert.True(state.TryCountLines(new Id16(1, 3), 12, [2], 4));
    }
}
