using Appliance.Linux.Process;
using Appliance.TestSupport;
using Xunit;

namespace Appliance.SystemTests.Linux;

/// <summary>
/// Both change the limits of the test's own process, so they are one class and run one after the other.
/// </summary>
public sealed class KeyMemoryTests
{
    [RootFact]
    public void With_the_limit_raised_there_are_no_dumps_and_no_swap_and_the_kernel_says_so_too()
    {
        ResourceLimit none = new() { Soft = ulong.MaxValue, Hard = ulong.MaxValue };
        Assert.Equal(0, ProcessCalls.SetLimit(ProcessCalls.ResourceMemoryLock, none));
        Assert.Equal(new KeyMemoryState(true, true, ""), KeyMemory.Protect());
        Assert.Equal(["0", "0", "bytes"], Words("/proc/self/limits", "Max core file size"));
        Assert.NotEqual("0", Words("/proc/self/status", "VmLck:")[0]);
    }

    [RootFact]
    public void Without_it_memory_is_not_locked_and_the_hint_says_what_to_raise()
    {
        ResourceLimit small = new() { Soft = 65_536, Hard = ulong.MaxValue };
        Assert.Equal(0, ProcessCalls.SetLimit(ProcessCalls.ResourceMemoryLock, small));
        KeyMemoryState state = KeyMemory.Protect();
        Assert.Equal(new KeyMemoryState(true, false, "raise LimitMEMLOCK to infinity to keep keys out of swap"), state);
        ResourceLimit none = new() { Soft = ulong.MaxValue, Hard = ulong.MaxValue };
        Assert.Equal(0, ProcessCalls.SetLimit(ProcessCalls.ResourceMemoryLock, none));
    }

    private static string[] Words(string file, string after) => File.ReadLines(file)
        .Single(line => line.StartsWith(after, StringComparison.Ordinal))[after.Length..]
        .Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
}
