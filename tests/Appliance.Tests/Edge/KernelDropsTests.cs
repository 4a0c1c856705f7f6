using Appliance.Edge.Service;
using Xunit;

namespace Appliance.Tests.Edge;

/// <summary>The kernel's counters of an interface become drops of this run.</summary>
public sealed class KernelDropsTests
{
    [Fact]
    public void Drops_add_up_from_the_first_reading_and_a_counter_that_begins_anew_loses_none()
    {
        KernelDrops drops = new("no such interface");
        drops.Read();
        Assert.Equal(0ul, drops.Count);
        drops.Take(5);
        drops.Take(12);
        Assert.Equal(12ul, drops.Count);
        drops.Take(3);
        Assert.Equal(15ul, drops.Count);
        drops.Take(3);
        Assert.Equal(15ul, drops.Count);
    }
}
