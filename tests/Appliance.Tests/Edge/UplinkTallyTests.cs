using Appliance.Edge.Uplink;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Edge;

public sealed class UplinkTallyTests
{
    [Theory]
    [InlineData(Refusal.NoticeWithdrawn, true)]
    [InlineData(Refusal.Fork, false)]
    public void Only_a_refusal_because_the_notice_is_withdrawn_tells_to_stop_recording(Refusal reason, bool stops)
    {
        var tally = new UplinkTally("broker:8883");
        tally.Refused(new Position(3, 7), reason);

        IReadOnlyList<string> alarms = tally.Status(new OutboxTotals { Refused = 1 }, 0).Alarms;

        Assert.Equal(stops, alarms.Any(alarm => alarm.Contains("stop recording", StringComparison.Ordinal)));
        Assert.Contains(alarms, alarm => alarm.Contains(
            $"1 batches were refused and are kept (the last, 3/7: {reason.Sentence()})", StringComparison.Ordinal));
    }
}
