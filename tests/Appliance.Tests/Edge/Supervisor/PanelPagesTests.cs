using Appliance.Edge.Service;
using Appliance.Edge.Supervisor;
using Appliance.Tests.Icrctl;
using Xunit;

namespace Appliance.Tests.Edge.Supervisor;

/// <summary>What a person in a dark PoP reads on four lines of sixteen characters.</summary>
public sealed class PanelPagesTests
{
    [Fact]
    public void A_good_box_shows_state_clock_bound_and_backlog() => Assert.Equal(
        ["RECORDING", "clock network", "within 100 us", "0 to send"], PanelPages.Of(BoxStatusMaker.Good())[0].Lines);

    [Fact]
    public void An_alarm_has_a_page_of_its_own_in_whole_words()
    {
        BoxStatus status = BoxStatusMaker.Good() with
        {
            Health = "warning", Alarms = ["the fan is driven and does not turn; exchange it"],
        };
        string[][] pages = [.. PanelPages.Of(status).Select(page => page.Lines)];
        Assert.Equal(4, pages.Length);
        Assert.Equal(["RECORDING, LOOK", "clock network", "within 100 us", "1 alarm, press"], pages[0]);
        Assert.Equal(["! the fan is", "driven and does", "not turn;", "exchange it"], pages[1]);
        Assert.All(pages.SelectMany(lines => lines), line => Assert.InRange(line.Length, 0, 16));
    }

    [Fact]
    public void Before_the_first_status_the_box_is_starting() =>
        Assert.Equal("STARTING", PanelPages.Of(null)[0].Lines[0]);
}
