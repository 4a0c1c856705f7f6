using Appliance.Edge.Configuration;
using Appliance.Linux.Process;
using Xunit;

namespace Appliance.Tests.Edge;

/// <summary>What the box takes of machines of given sizes, never of the one the tests run on.</summary>
public sealed class MemoryPlanTests
{
    private const long MiB = 1 << 20;
    private static readonly ApplianceOptions TwoLegs = new()
    {
        Legs = [new() { Interface = "a", Leg = "inside" }, new() { Interface = "b", Leg = "outside" }],
    };

    [Theory]
    [InlineData(500, null, 17, "memory", 100)]
    [InlineData(700, null, 19, "memory", 500)]
    [InlineData(1024, null, 20, "rated load", 500)]
    [InlineData(2048, null, 20, "rated load", 500)]
    [InlineData(65_536, null, 20, "rated load", 500)]
    [InlineData(65_536, 512L, 19, "memory", 400)]
    public void What_is_left_open_follows_from_the_smaller_of_machine_and_group(
        long physicalMiB, long? groupMiB, int flowBits, string from, int ringMs)
    {
        MachineMemory machine = new(physicalMiB * MiB, groupMiB * MiB);
        Assert.True(MemoryPlan.TryMake(TwoLegs, machine, out MemoryPlan plan, out string problem), problem);
        Assert.Equal((1 << flowBits, from, ringMs), (plan.FlowLimit, plan.FlowLimitFrom, plan.RingMilliseconds));
        Assert.True(plan.NeededBytes <= plan.BudgetBytes);
        Assert.Equal(plan.FlowLimit, plan.Apply(TwoLegs).Traffic.FlowLimit);
        Assert.Contains(groupMiB is null ? "the machine's" : "control group's limit of 512 MiB", plan.BudgetFrom);
    }

    [Fact]
    public void A_plan_fits_every_machine_on_which_one_is_made_and_grows_with_it()
    {
        int flowsBefore = 0;
        for (long mib = 256; mib <= 16_384; mib += 16)
        {
            if (MemoryPlan.TryMake(TwoLegs, new MachineMemory(mib * MiB, null), out MemoryPlan plan, out _))
            {
                Assert.InRange(plan.NeededBytes, 1, plan.BudgetBytes);
                Assert.True(plan.FlowLimit >= flowsBefore || plan.RingMilliseconds < 500, $"{mib} MiB");
                flowsBefore = plan.RingMilliseconds == 500 ? plan.FlowLimit : 0;
            }
        }

        Assert.Equal(1 << 20, flowsBefore);
    }

    [Fact]
    public void A_configuration_that_cannot_fit_is_refused_and_told_what_would()
    {
        ApplianceOptions many = TwoLegs with { Traffic = new() { FlowLimit = 1 << 24 } };
        Assert.False(MemoryPlan.TryMake(many, new MachineMemory(2048 * MiB, null), out _, out string problem));
        Assert.Contains("16777216 flows and rings of 500 ms need ", problem);
        Assert.Contains("lower traffic.flowLimit to 4194304", problem);
        ApplianceOptions fitting = TwoLegs with { Traffic = new() { FlowLimit = 4_194_304 } };
        Assert.True(MemoryPlan.TryMake(fitting, new MachineMemory(2048 * MiB, null), out MemoryPlan plan, out _));
        Assert.Equal("configured", plan.FlowLimitFrom);

        ApplianceOptions fast = TwoLegs with { Capture = new() { RatedPacketsPerSecond = 5_000_000 } };
        Assert.False(MemoryPlan.TryMake(fast, new MachineMemory(1024 * MiB, null), out _, out problem));
        Assert.Contains("lower capture.ratedPacketsPerSecond", problem);
        Assert.False(MemoryPlan.TryMake(TwoLegs, new MachineMemory(256 * MiB, null), out _, out _));
    }

    [Fact]
    public void The_limit_of_a_group_above_counts_in_both_versions_of_control_groups()
    {
        const string Memory = "MemTotal:        8000000 kB\nMemFree: 1 kB\n";
        Dictionary<string, string> files = new()
        {
            ["/sys/fs/cgroup/system.slice/appliance.service/memory.max"] = "max\n",
            ["/sys/fs/cgroup/system.slice/memory.max"] = "1073741824\n",
            ["/sys/fs/cgroup/memory/box/memory.limit_in_bytes"] = "536870912\n",
            ["/sys/fs/cgroup/memory/memory.limit_in_bytes"] = "9223372036854771712\n",
        };
        MachineMemory Of(string groups) => MachineMemory.Of(Memory, groups, files.GetValueOrDefault);

        Assert.Equal(new(8_000_000L << 10, 1L << 30), Of("0::/system.slice/appliance.service\n"));
        Assert.Equal(new(8_000_000L << 10, 1L << 29), Of("5:cpu,memory:/box\n1:name=systemd:/x\n"));
        Assert.Equal(new(8_000_000L << 10, null), Of("5:memory:/\n"));
        Assert.Equal(new(8_000_000L << 10, null), Of(""));
        Assert.Throws<IOException>(() => MachineMemory.Of("", "", _ => null));
    }
}
