using Appliance.Linux.Process;
using Xunit;

namespace Appliance.Tests.Linux;

public sealed class KernelClockTests
{
    [Theory]
    [InlineData(0x2001, 0, true, KernelLeap.None)]
    [InlineData(0x2041, 5, false, KernelLeap.None)]
    [InlineData(0x0040, 0, false, KernelLeap.None)]
    [InlineData(0x3001, 0, false, KernelLeap.None)]
    [InlineData(0x2011, 1, true, KernelLeap.Insert)]
    [InlineData(0x2021, 2, true, KernelLeap.Delete)]
    [InlineData(0x2001, 3, true, KernelLeap.InProgress)]
    public void A_clock_is_synchronised_only_where_status_and_state_both_say_so(
        int status, int state, bool expected, KernelLeap leap)
    {
        TimexLayout timex = new() { Status = status, MaxError = 1234, EstimatedError = 56, Tai = 37 };
        Assert.Equal(
            new KernelClockState(expected, 1234, 56, 37, status, leap), KernelClock.Judge(timex, state));
    }

    [Fact]
    public void The_kernel_answers_and_nothing_is_changed()
    {
        KernelClockState first = KernelClock.Read();
        KernelClockState second = KernelClock.Read();
        Assert.True(first.MaxErrorUs >= 0);
        Assert.Equal(first.TaiOffsetSeconds, second.TaiOffsetSeconds);
        Assert.Equal(first.Status, second.Status);
    }

    [Fact]
    public void A_thread_can_be_tied_to_a_processor_that_exists_and_to_no_other()
    {
        bool[] results = new bool[3];
        int allowed = 0;
        Thread thread = new(() =>
        {
            results[0] = CpuAffinity.TrySet(0);
            allowed = CpuAffinity.Allowed();
            results[1] = CpuAffinity.TrySet(1023);
            results[2] = CpuAffinity.TrySet(-1);
        });
        thread.Start();
        thread.Join();
        Assert.Equal([true, false, false], results);
        Assert.Equal(1, allowed);
    }
}
