using Appliance.Linux.Process;
using Appliance.TestSupport;
using Xunit;

namespace Appliance.SystemTests.Linux;

/// <summary>
/// Both change the limits of the test's own process, so they are one class and run one after the other.
/// </summary>
public sealed class KeyMemoryTests
{
    private const string Hint = "raise LimitMEMLOCK to infinity to keep keys out of swap";

    [RootFact]
    public void There_are_no_dumps_and_where_the_limit_allows_no_swap_and_the_kernel_says_so_too()
    {
        Assert.Equal(0, ProcessCalls.GetLimit(ProcessCalls.ResourceMemoryLock, out ResourceLimit limit));
        bool mayLock = limit.Hard == ulong.MaxValue;
        Assert.Equal(0, ProcessCalls.SetLimit(ProcessCalls.ResourceMemoryLock, limit with { Soft = limit.Hard }));
        Assert.Equal(new KeyMemoryState(true, mayLock, mayLock ? "" : Hint), KeyMemory.Protect());
        Assert.Equal(["0", "0", "bytes"], Words("/proc/self/limits", "Max core file size"));
        Assert.Equal(mayLock, Words("/proc/self/status", "VmLck:")[0] != "0");
    }

    [RootFact]
    public void Under_a_small_limit_memory_is_not_locked_and_the_hint_says_what_to_raise()
    {
        Assert.Equal(0, ProcessCalls.GetLimit(ProcessCalls.ResourceMemoryLock, out ResourceLimit limit));
        Assert.Equal(0, ProcessCalls.SetLimit(ProcessCalls.ResourceMemoryLock, limit with { Soft = 65_536 }));
        KeyMemoryState state = KeyMemory.Protect();
        Assert.Equal(0, ProcessCalls.SetLimit(ProcessCalls.ResourceMemoryLock, limit));
        Assert.Equal(new KeyMemoryState(true, false, Hint), state);
    }

    private static string[] Words(string file, string after) => File.ReadLines(file)
        .Single(line => line.StartsWith(after, StringComparison.Ordinal))[after.Length..]
        .Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
}
