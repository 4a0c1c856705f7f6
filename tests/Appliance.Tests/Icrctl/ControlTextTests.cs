using Appliance.Edge.Controls;
using Appliance.Icrctl;
using Xunit;

namespace Appliance.Tests.Icrctl;

/// <summary>What <c>icrctl status</c> says of control messages, and of a box that was never sent one.</summary>
public sealed class ControlTextTests
{
    private static readonly ControlStatus Quiet = new()
    {
        State = "recording",
        HasKeys = false,
        LastNumber = 0,
        Taken = 0,
        Repeated = 0,
        Refused = 0,
        RefusedBy = new Dictionary<string, long>(),
        Withdrawn = [],
        Alarms = [],
    };

    [Fact]
    public void A_box_that_takes_no_message_and_was_sent_none_says_nothing()
    {
        Assert.Equal("", ControlText.Of(null));
        Assert.Equal("", ControlText.Of(Quiet));
    }

    [Fact]
    public void What_was_taken_and_why_others_were_refused_is_said()
    {
        ControlStatus told = Quiet with
        {
            State = "withdrawn",
            HasKeys = true,
            LastNumber = 7,
            LastTaken = "7: notice N withdrawn",
            Taken = 1,
            Repeated = 2,
            Refused = 1201,
            RefusedBy = new Dictionary<string, long> { ["control replayed"] = 1, ["rate"] = 1200 },
        };
        Assert.Equal(
            """

            control   withdrawn; last taken 7: notice N withdrawn
                      since the start 1 taken, 2 repeated, 1201 refused
                      refused: 1 control replayed, 1,200 rate
            """,
            ControlText.Of(told));
    }

    [Fact]
    public void A_box_without_keys_that_was_sent_one_says_that_it_takes_none() => Assert.Equal(
        """

        control   recording; last taken none; no keys are pinned, so none is taken
                  since the start 0 taken, 1 refused
                  refused: 1 no keys
        """,
        ControlText.Of(Quiet with { Refused = 1, RefusedBy = new Dictionary<string, long> { ["no keys"] = 1 } }));
}
