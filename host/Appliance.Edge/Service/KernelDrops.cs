using Appliance.Linux.Packets;

namespace Appliance.Edge.Service;

/// <summary>
/// What an interface's own counters say was dropped since this was made. A driver that begins anew begins at zero,
/// which takes nothing away. Used by one thread.
/// </summary>
internal sealed class KernelDrops
{
    private readonly string name;
    private long last;

    public KernelDrops(string name)
    {
        this.name = name;
        last = InterfaceCounters.TryRead(name, out InterfaceCounters now) ? now.Dropped : 0;
    }

    public ulong Count { get; private set; }

    /// <summary>Asks the kernel; an interface that is gone for the moment counts on when it is back.</summary>
    public void Read()
    {
        if (InterfaceCounters.TryRead(name, out InterfaceCounters now))
        {
            Take(now.Dropped);
        }
    }

    internal void Take(long dropped)
    {
        Count += (ulong)Math.Max(0, dropped - (dropped < last ? 0 : last));
        last = dropped;
    }
}
