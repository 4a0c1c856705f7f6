using Appliance.Edge.Configuration;
using Appliance.Edge.Pipeline;
using Appliance.Flow;
using Appliance.Linux;
using Appliance.Linux.Packets;

namespace Appliance.Edge.Service;

/// <summary>
/// The interfaces of a live box: a ring each, the leg that its rules name, and what the kernel counted.
/// </summary>
internal sealed class LiveLegs : IDisposable
{
    // Frames left out in so many turns of the ring came after those that were asked for.
    private const int BlocksBeforeIdle = 2;

    private readonly PacketRing[] rings;
    private readonly List<TimeCut> cuts = [];
    private readonly List<RecordingSource> recordings = [];
    private readonly RingCounters[] counters;
    private readonly KernelDrops[] kernel;

    /// <summary>Opens a ring on every interface that a rule names; reception begins here.</summary>
    /// <exception cref="IOException">An interface is not there or may not be opened.</exception>
    public LiveLegs(ApplianceOptions options)
    {
        Interfaces = [.. options.Legs.Select(rule => rule.Interface).Distinct()];
        LegNames = [.. Interfaces.Select(name => LegOf(options, name))];
        rings = new PacketRing[Interfaces.Count];
        kernel = new KernelDrops[Interfaces.Count];
        string? folder = options.Capture.RecordTo is { } all ? RecordingFolder.Begin(all, DateTime.UtcNow) : null;
        try
        {
            for (int i = 0; i < Interfaces.Count; i++)
            {
                kernel[i] = new KernelDrops(Interfaces[i]);
                rings[i] = new PacketRing(RingOf(options.Capture, Interfaces[i]), (ushort)i);
                SteadySource steady = new(rings[i], WallClock.Steady);
                cuts.Add(new TimeCut(steady, BlocksBeforeIdle * rings[i].BlockCount));
                Record(folder, i);
            }
        }
        catch
        {
            Dispose();
            throw;
        }

        counters = new RingCounters[rings.Length];
    }

    /// <summary>Names in the order of their numbers.</summary>
    public IReadOnlyList<string> Interfaces { get; }

    /// <summary>inside, outside or mixed, as the rules of the interface say.</summary>
    public IReadOnlyList<string> LegNames { get; }

    /// <summary>In the same order; nobody changes the array.</summary>
    public PacketRing[] Rings => rings;

    /// <summary>What the packet thread reads: the rings, through their recordings where there are any.</summary>
    public IPacketSource[] Sources => recordings.Count > 0 ? [.. recordings] : [.. cuts];

    /// <summary>Leaves out what the process before recorded; called before the packet thread starts.</summary>
    public void BeginAfter(long stampNs) => cuts.ForEach(cut => cut.BeginAfter(stampNs));

    /// <summary>Leaves out what is stamped later than a time that lies ahead; any thread.</summary>
    public void EndAt(long stampNs) => cuts.ForEach(cut => cut.EndAt(stampNs));

    /// <summary>Why a recording has ended early, or null.</summary>
    public string? RecordingProblem => recordings.Select(r => r.Problem).FirstOrDefault(p => p is not null);

    /// <summary>Ends the recordings, after the packet thread has ended.</summary>
    /// <param name="endNs">The engine's time when it closed all flows.</param>
    public void FinishRecordings(long endNs)
    {
        for (int i = 0; i < recordings.Count; i++)
        {
            recordings[i].Finish(rings[i].ReadCounters().Dropped, endNs);
        }
    }

    /// <summary>True where an interface is, or may be, of the leg.</summary>
    public bool Shows(string leg) => LegNames.Any(name => name == leg || name == "mixed");

    /// <summary>Counters of an interface since its ring was opened, as last read.</summary>
    public RingCounters Counters(int index) => counters[index];

    /// <summary>Frames that were dropped before an interface's ring, as last read.</summary>
    public ulong KernelDropped(int index) => kernel[index].Count;

    /// <summary>Asks the kernel.</summary>
    public void ReadCounters()
    {
        for (int i = 0; i < counters.Length; i++)
        {
            counters[i] = rings[i].ReadCounters();
            kernel[i].Read();
        }
    }

    /// <summary>Packets of a leg that found their ring full; an interface of both legs counts for either.</summary>
    public ulong Dropped(Leg leg) => Sum(leg, i => (ulong)counters[i].Dropped);

    /// <summary>Frames of a leg that were dropped before the ring; counted alike.</summary>
    public ulong KernelDropped(Leg leg) => Sum(leg, KernelDropped);

    public void Dispose()
    {
        recordings.ForEach(recording => recording.Dispose());
        foreach (PacketRing? ring in rings)
        {
            // Not all are there where one could not be opened.
            ring?.Dispose();
        }
    }

    private ulong Sum(Leg leg, Func<int, ulong> count)
    {
        ulong sum = 0;
        string name = leg == Leg.Inside ? "inside" : "outside";
        for (int i = 0; i < counters.Length; i++)
        {
            sum += LegNames[i] == name || LegNames[i] == "mixed" ? count(i) : 0;
        }

        return sum;
    }

    private void Record(string? folder, int number)
    {
        if (folder is not null)
        {
            DurableFile.MakeFolder(folder);
            string path = RecordingFolder.PathOf(folder, number, Interfaces[number]);
            recordings.Add(new RecordingSource(cuts[number], path, Interfaces[number]));
        }
    }

    private static string LegOf(ApplianceOptions options, string name)
    {
        string[] legs = [.. options.Legs.Where(rule => rule.Interface == name).Select(rule => rule.Leg).Distinct()];
        return legs.Length == 1 ? legs[0] : "mixed";
    }

    private static RingOptions RingOf(CaptureOptions capture, string name) => new()
    {
        Interface = name,
        RingBytes = MemoryPlan.RingBytesOf(capture),
        IsPromiscuous = capture.Promiscuous,
        ShortensFrames = capture.ShortenFrames,
    };
}
