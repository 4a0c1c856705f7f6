using System.Runtime.InteropServices;
using Appliance.Linux.Packets;
using Appliance.Linux.Process;
using Xunit;

namespace Appliance.Tests.Linux;

/// <summary>Sizes and offsets as the kernel's headers give them, printed by a C program on a 64-bit machine.</summary>
public sealed class KernelLayoutTests
{
    [Fact]
    public void The_structures_of_packet_sockets_have_the_sizes_of_the_kernel()
    {
        Assert.Equal(20, Marshal.SizeOf<LinkAddress>());
        Assert.Equal(28, Marshal.SizeOf<RingRequest>());
        Assert.Equal(48, Marshal.SizeOf<BlockHeader>());
        Assert.Equal(48, Marshal.SizeOf<FrameSlot>());
        Assert.Equal(12, Marshal.SizeOf<RingStatistics>());
        Assert.Equal(16, Marshal.SizeOf<Membership>());
        Assert.Equal(8, Marshal.SizeOf<FilterInstruction>());
        Assert.Equal(16, Marshal.SizeOf<FilterProgram>());
        Assert.Equal(8, Marshal.SizeOf<PollEntry>());
    }

    [Fact]
    public void Their_fields_lie_where_the_kernel_puts_them()
    {
        Assert.Equal(4, Offset<LinkAddress>("Index"));
        Assert.Equal(8, Offset<LinkAddress>("HardwareType"));
        Assert.Equal(12, Offset<LinkAddress>("AddressHigh"));
        Assert.Equal(8, Offset<BlockHeader>("Status"));
        Assert.Equal(12, Offset<BlockHeader>("FrameCount"));
        Assert.Equal(16, Offset<BlockHeader>("FirstFrame"));
        Assert.Equal(24, Offset<BlockHeader>("Sequence"));
        Assert.Equal(4, Offset<FrameSlot>("Seconds"));
        Assert.Equal(12, Offset<FrameSlot>("Captured"));
        Assert.Equal(16, Offset<FrameSlot>("Length"));
        Assert.Equal(20, Offset<FrameSlot>("Status"));
        Assert.Equal(24, Offset<FrameSlot>("FrameOffset"));
        Assert.Equal(32, Offset<FrameSlot>("VlanTag"));
        Assert.Equal(36, Offset<FrameSlot>("VlanProtocol"));
    }

    [Fact]
    public void The_state_of_the_clock_lies_where_the_kernel_puts_it()
    {
        Assert.Equal(208, Marshal.SizeOf<TimexLayout>());
        Assert.Equal(24, Offset<TimexLayout>("MaxError"));
        Assert.Equal(32, Offset<TimexLayout>("EstimatedError"));
        Assert.Equal(40, Offset<TimexLayout>("Status"));
        Assert.Equal(72, Offset<TimexLayout>("TimeSeconds"));
        Assert.Equal(88, Offset<TimexLayout>("Tick"));
        Assert.Equal(160, Offset<TimexLayout>("Tai"));
    }

    private static int Offset<T>(string field) => (int)Marshal.OffsetOf<T>(field);
}
