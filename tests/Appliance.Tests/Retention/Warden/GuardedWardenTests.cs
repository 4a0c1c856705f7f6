using Appliance.Retention.Archive;
using Appliance.Retention.Requests;
using Appliance.Retention.Warden;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.Warden;

/// <summary>What a warden still has and must not give: the guard on its clock keeps keys, it opens nothing.</summary>
public sealed class GuardedWardenTests
{
    [Fact]
    public void A_key_that_is_still_there_opens_nothing_of_what_is_over()
    {
        using var world = new WardenWorld();
        Assert.NotEmpty(Read(world));

        world.Withdraw();

        Assert.Equal("batch.day-over", Assert.Throws<WardenException>(() => Read(world)).Refusal.Rule);
    }

    [Fact]
    public void A_clock_set_back_gives_no_enrolment_and_no_order_its_life_back()
    {
        using var world = new WardenWorld(setBackDays: 5);

        Assert.Equal("people.ended", Assert.Throws<WardenException>(() => Read(world)).Refusal.Rule);
    }

    private static OpenedRows[] Read(WardenWorld world)
    {
        Request request = world.Request();
        return world.Read(
            world.Papers(request), request, WardenWorld.Question(request), SectionSet.Attribution);
    }
}
