using Appliance.Edge.Configuration;
using Appliance.Flow;
using Appliance.Linux;
using Appliance.Linux.Packets;

namespace Appliance.Edge.Service;

/// <summary>The interfaces of a live box: a ring each, the leg that its rules name, and what the kernel counted.</summary>
internal sealed class LiveLegs : IDisposable
{
    private const int LongFrameShare = 4;

    private readonly List<PacketRing> rings = [];
    private readonly RingCounters[] counters;

    /// <summary>Opens a ring on every interface that a rule names; reception begins here.</summary>
    /// <exception cref="IOException">An interface is not there or may not be opened.</exception>
    public LiveLegs(ApplianceOptions options)
    {
        Interfaces = [.. options.Legs.Select(rule => rule.Interface).Distinct()];
        LegNames = [.. Interfaces.Select(name => LegOf(options, name))];
        try
        {
            for (int i = 0; i < Interfaces.Count; i++)
            {
                rings.Add(new PacketRing(RingOf(options.Capture, Interfaces[i]), (ushort)i));
            }
        }
        catch
        {
            Dispose();
            throw;
        }

        counters = new RingCounters[rings.Count];
    }

    /// <summary>Names in the order of their numbers.</summary>
    public IReadOnlyList<string> Interfaces { get; }

    /// <summary>inside, outside or mixed, as the rules of the interface say.</summary>
    public IReadOnlyList<string> LegNames { get; }

    public PacketRing[] Rings => [.. rings];

    /// <summary>Counters of an interface since its ring was opened, as last read.</summary>
    public RingCounters Counters(int index) => counters[index];

    /// <summary>Asks the kernel.</summary>
    public void ReadCounters()
    {
        for (int i = 0; i < counters.Length; i++)
        {
            counters[i] = rings[i].ReadCounters();
        }
    }

    /// <summary>Packets of a leg that found their ring full; an interface of both legs counts for either.</summary>
    public ulong Dropped(Leg leg)
    {
        ulong sum = 0;
        string name = leg == Leg.Inside ? "inside" : "outside";
        for (int i = 0; i < counters.Length; i++)
        {
            sum += LegNames[i] == name || LegNames[i] == "mixed" ? (ulong)counters[i].Dropped : 0;
        }

        return sum;
    }

    public void Dispose() => rings.ForEach(ring => ring.Dispose());

    private static string LegOf(ApplianceOptions options, string name)
    {
        string[] legs = [.. options.Legs.Where(rule => rule.Interface == name).Select(rule => rule.Leg).Distinct()];
        return legs.Length == 1 ? legs[0] : "mixed";
    }

    // One frame in four may be long: the rest is cut to what the leg join needs.
    private static RingOptions RingOf(CaptureOptions capture, string name)
    {
        int captured = capture.ShortenFrames
            ? SnapFilter.ShortBytes + ((SnapFilter.LongBytes - SnapFilter.ShortBytes) / LongFrameShare)
            : SnapFilter.LongBytes;
        return new RingOptions
        {
            Interface = name,
            RingBytes = RingSize.For(capture.RingMilliseconds, capture.RatedPacketsPerSecond, captured),
            IsPromiscuous = capture.Promiscuous,
            ShortensFrames = capture.ShortenFrames,
        };
    }
}
