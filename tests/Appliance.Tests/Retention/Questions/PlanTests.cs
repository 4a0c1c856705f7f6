using Appliance.Retention.AddressPlan;
using Xunit;

namespace Appliance.Tests.Retention.Questions;

public sealed class PlanTests
{
    [Theory]
    [InlineData("", "it is empty; its first line is prefix,use,realm,from,to")]
    [InlineData("prefix,use", "line 1 must be the header")]
    [InlineData("prefix,use,realm,from,to\n192.0.2.0/24,shared", "line 2: 2 fields; give 5")]
    [InlineData("prefix,use,realm,from,to\n\n192.0.2.0/33,shared,,,", "line 3: '192.0.2.0/33' is not an")]
    [InlineData("prefix,use,realm,from,to\n192.0.2.0/24,ours,,,", "line 2: 'ours' is not a use; write shared, fixed")]
    [InlineData("prefix,use,realm,from,to\n192.0.2.0/24,fixed,,2024-10-04T15:04,", "line 2: '2024-10-04T15:04' has")]
    [InlineData("prefix,use,realm,from,to\n192.0.2.0/24,fixed,,2024-10-04,2024-10-04", "line 2: it ends before")]
    public void What_is_no_plan_is_refused_with_its_line(string text, string words)
    {
        string[] lines = text.Length == 0 ? [] : text.Split('\n');

        Assert.False(PlanFile.TryParse(lines, out _, out string problem));
        Assert.Contains(words, problem);
    }

    [Fact]
    public void The_longest_prefix_that_holds_at_the_time_counts_and_then_the_newest()
    {
        string[] lines =
        [
            PlanFile.Header, "192.0.2.0/24,shared,a,,", "192.0.2.0/24,shared,b,2024-10-01,", "# a comment",
            "192.0.2.128/25,fixed,,,2024-10-04", "2001:db8::/32,fixed,,,", "192.0.2.7,infrastructure,,,",
        ];
        Assert.True(PlanFile.TryParse(lines, out List<PlanEntry> entries, out string problem), problem);
        var plan = new Plan(entries);

        Assert.Equal("b", Find("192.0.2.1", "15:04", 0)!.Realm);
        Assert.Equal("a", Find("192.0.2.1", "15:04", -9)!.Realm);
        Assert.Equal(PlanUse.Fixed, Find("192.0.2.200", "15:04", -1)!.Use);
        Assert.Equal(PlanUse.Shared, Find("192.0.2.200", "15:04", 0)!.Use);
        Assert.Equal(PlanUse.Infrastructure, Find("192.0.2.7", "15:04", 0)!.Use);
        Assert.Equal(PlanUse.Fixed, Find("2001:db8::1", "15:04", 0)!.Use);
        Assert.Null(Find("192.0.3.1", "15:04", 0));
        Assert.True(PlanFile.TryParse([PlanFile.Header, .. plan.Entries.Select(PlanFile.Line)], out var again, out _));
        Assert.Equal(plan.Entries, new Plan(again).Entries);

        PlanEntry? Find(string address, string time, int days) =>
            plan.Find(AskWorld.Address(address), AskWorld.At(time, days));
    }
}
