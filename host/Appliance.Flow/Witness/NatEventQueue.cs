using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>
/// Bounded ring of events between the thread that listens (writes) and the packet thread (reads). What finds no room is
/// dropped and counted; its log then counts as interrupted, as after any loss. The interruption needs no room: it lies
/// beside the ring, one for each log, and is told before anything that was written after it.
/// </summary>
#pragma warning disable CA1711 // It is a queue; it just is no collection of the framework's kind.
public sealed class NatEventQueue(int capacity)
#pragma warning restore CA1711
{
    private const int Logs = Limits.LogSourcesMax + 1;
    private readonly NatEvent[] ring = new NatEvent[capacity];

    /// <summary>Arrival of the last event dropped, by log: exports, then lines; and what of it was told.</summary>
    private readonly long[] gaps = new long[2 * Logs];
    private readonly long[] gapsTold = new long[2 * Logs];
    private long written;
    private long read;
    private long dropped;
    private long droppedTold;

    /// <summary>Events that found no room.</summary>
    public long Dropped => Volatile.Read(ref dropped);

    /// <summary>Writer: puts an event in, or drops it.</summary>
    public void Put(in NatEvent item)
    {
        if (written - Volatile.Read(ref read) < ring.Length)
        {
            ring[written % ring.Length] = item;
            Volatile.Write(ref written, written + 1);
            return;
        }

        int log = (item.Witness == Witnesses.Nel ? 0 : Logs) + Math.Min(item.Source, (ushort)Limits.LogSourcesMax);
        long atNs = item.ArrivalNs != 0 ? item.ArrivalNs : item.StampNs + item.StampStepNs;
        Volatile.Write(ref gaps[log], Math.Max(gaps[log], atNs));
        Volatile.Write(ref dropped, dropped + 1);
    }

    /// <summary>Reader: gives all events that are there to the engine; allocates nothing.</summary>
    public void DrainTo(FlowEngine engine)
    {
        // The end first: of what was dropped before it nothing may stay untold while what follows is believed.
        long end = Volatile.Read(ref written);
        long lost = Dropped - droppedTold;
        if (lost > 0)
        {
            TellGaps(engine);
            engine.CountDroppedEvents((ulong)lost);
            droppedTold += lost;
        }

        while (read < end)
        {
            engine.Take(ring[read % ring.Length]);
            Volatile.Write(ref read, read + 1);
        }
    }

    private void TellGaps(FlowEngine engine)
    {
        for (int log = 0; log < gaps.Length; log++)
        {
            long atNs = Volatile.Read(ref gaps[log]);
            if (atNs == gapsTold[log])
            {
                continue;
            }

            gapsTold[log] = atNs;
            engine.Take(new NatEvent
            {
                Action = NatAction.Gap,
                Witness = log < Logs ? Witnesses.Nel : Witnesses.Syslog,
                Source = (ushort)(log % Logs),
                ArrivalNs = atNs,
            });
        }
    }
}
