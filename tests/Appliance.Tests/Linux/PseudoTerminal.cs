using Appliance.Linux;
using Appliance.Linux.Clocks;
using Microsoft.Win32.SafeHandles;
using Xunit;

namespace Appliance.Tests.Linux;

/// <summary>A pseudo-terminal whose near end plays a device and whose far end is opened like a serial line.</summary>
internal sealed class PseudoTerminal : IDisposable
{
    private const uint Unlock = 0x40045431; // TIOCSPTLCK
    private const uint Number = 0x80045430; // TIOCGPTN

    private readonly SafeFileHandle near;

    public PseudoTerminal()
    {
        near = ClockCalls.Open("/dev/ptmx", LibC.ReadWrite | ClockCalls.NoControllingTerminal);
        int isLocked = 0;
        int number = 0;
        Assert.Equal(0, ClockCalls.Control(near, Unlock, ref isLocked));
        Assert.Equal(0, ClockCalls.Control(near, Number, ref number));
        Path = $"/dev/pts/{number}";
    }

    /// <summary>The far end.</summary>
    public string Path { get; }

    /// <summary>What the device says.</summary>
    public void Say(ReadOnlySpan<byte> bytes) =>
        Assert.Equal(bytes.Length, (int)ClockCalls.Write(near, bytes, (nuint)bytes.Length));

    /// <summary>What the device was told.</summary>
    public byte[] Hear(int timeoutMs = 1000)
    {
        byte[] buffer = new byte[4096];
        return ClockCalls.IsReadable(near, Path, timeoutMs)
            ? buffer[..(int)ClockCalls.Read(near, buffer, (nuint)buffer.Length)]
            : [];
    }

    public void Dispose() => near.Dispose();
}
