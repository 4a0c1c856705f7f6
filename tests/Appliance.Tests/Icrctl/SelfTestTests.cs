using Appliance.Edge.Service;
using Appliance.Icrctl;
using Xunit;

namespace Appliance.Tests.Icrctl;

/// <summary>What the self-test tells a field engineer before the PoP is left.</summary>
public sealed class SelfTestTests
{
    [Fact]
    public void A_box_of_which_nothing_is_wrong_passes_every_check()
    {
        BoxStatus good = BoxStatusMaker.Good() with
        {
            NatLog = BoxStatusMaker.Log, Sessions = BoxStatusMaker.Sessions,
        };
        Assert.All(SelfTest.Of(good), check => Assert.Equal(SelfOutcome.Pass, check.Outcome));
    }

    [Fact]
    public void A_listener_for_NAT_logs_that_does_not_listen_is_a_failure()
    {
        const string Problem = "NAT logs are not taken on udp 192.0.2.1:4739: Address already in use";
        SelfCheck check = Only(BoxStatusMaker.Good() with
        {
            Alarms = [Problem], NatLog = BoxStatusMaker.Log with { Problems = [Problem] },
        });
        Assert.Equal((SelfOutcome.Fail, "nat log", Problem), (check.Outcome, check.Part, check.Words));
    }

    [Fact]
    public void What_is_missing_of_a_NAT_log_or_not_understood_is_told()
    {
        Assert.Contains("12 messages are missing in 2 places, 7 found no room", Only(BoxStatusMaker.Good() with
        {
            NatLog = BoxStatusMaker.Log with { Gaps = 2, Missing = 12, Dropped = 3, LostDatagrams = 4 },
        }).Words);
        Assert.Contains("no message of a NAT has come", Only(BoxStatusMaker.Good() with
        {
            NatLog = BoxStatusMaker.Log with { Messages = 0 },
        }).Words);
        Assert.Contains("9 lines of juniper fit no template", Only(BoxStatusMaker.Good() with
        {
            NatLog = BoxStatusMaker.Log with { NotUnderstood = new Dictionary<string, long> { ["juniper"] = 9 } },
        }).Words);
    }

    [Fact]
    public void Messages_about_sessions_that_were_lost_or_refused_and_conflicts_are_told()
    {
        Assert.Contains("3 messages or sessions found no room", Only(With(dropped: 3)).Words);
        Assert.Contains("4 messages were refused", Only(With(refused: 4)).Words);
        Assert.Equal(StatusWords.SessionConflicts, Only(With(conflicts: 1)).Words);
    }

    [Fact]
    public void An_alarm_that_no_check_has_told_is_told_and_none_is_told_twice()
    {
        SelfCheck check = Only(BoxStatusMaker.Good() with { Alarms = ["all traffic is written in the clear"] });
        Assert.Equal((SelfOutcome.Warn, "alarm"), (check.Outcome, check.Part));

        BoxStatus good = BoxStatusMaker.Good();
        LegStatus lossy = good.Legs[0] with { KernelDropped = 5 };
        check = Only(good with { Legs = [lossy, good.Legs[1]], Alarms = [StatusWords.KernelLost(lossy)] });
        Assert.Equal("kernel", check.Part);
        Assert.Contains("in0 (inside): the kernel or the card dropped 5 frames", check.Words);
    }

    private static BoxStatus With(ulong dropped = 0, ulong refused = 0, ulong conflicts = 0) =>
        BoxStatusMaker.Good() with
        {
            Alarms = conflicts > 0 ? [StatusWords.SessionConflicts] : [],
            Sessions = BoxStatusMaker.Sessions with { Dropped = dropped, Refused = refused, Conflicts = conflicts },
        };

    private static SelfCheck Only(BoxStatus status) =>
        Assert.Single(SelfTest.Of(status), check => check.Outcome != SelfOutcome.Pass);
}
