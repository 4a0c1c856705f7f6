using System.Globalization;
using System.Numerics;
using Appliance.Linux.Packets;
using Appliance.Linux.Process;

namespace Appliance.Edge.Configuration;

/// <summary>
/// What the box takes of the machine's memory, decided before anything starts: what the configuration leaves open is
/// derived from the machine, what it fixes must fit. The packet path takes nothing afterwards; the flow table is only
/// reserved at the start, and the kernel commits a page when the first flow comes to lie on it.
/// </summary>
public sealed record MemoryPlan
{
    // 64 + 56 + 8 bytes of the table, 32 of its indexes, 24 for where the flow's first record went, 12 for a quarter of
    // an IPv6 address.
    private const long FlowBytes = 196;

    // Runtime and libraries, join (60 MiB), names (20), record queue, open batch with its encoder, outbox, catalogue:
    // at rest about 130 MiB are resident; the rest is for garbage between two collections at full load.
    private const long BaseBytes = 256 << 20;

    // The rest of the system: kernel, clock, page cache of the journal.
    private const long SystemBytesLeast = 192 << 20;

    // A session of 20 packets stays for about 100 s: 60 s of silence for UDP, longer for idle TCP, less for ended TCP.
    private const int FlowsPerRatedPacket = 5;
    private const int FlowsLeast = 1 << 14;
    private const int FlowsMost = 1 << 24;
    private const int RingMsWanted = 500;

    // The packet thread may pause for 50 ms at the rated load; a ring that holds less than twice that loses packets.
    private const int RingMsLeast = 100;
    private const int MiB = 1 << 20;

    // One frame in four may be long: the rest is cut to what the leg join needs.
    private const int LongFrameShare = 4;

    /// <summary>What may be taken in all.</summary>
    public required long BudgetBytes { get; init; }

    /// <summary>Where that comes from, in words.</summary>
    public required string BudgetFrom { get; init; }

    /// <summary>Flows that can be open at once.</summary>
    public required int FlowLimit { get; init; }

    /// <summary>Where that comes from: configured, memory, or rated load.</summary>
    public required string FlowLimitFrom { get; init; }

    /// <summary>How long a ring holds what arrives at the rated load.</summary>
    public required int RingMilliseconds { get; init; }

    /// <summary>Bytes of all rings.</summary>
    public required long RingBytes { get; init; }

    /// <summary>Bytes in all when everything is full.</summary>
    public long NeededBytes => BaseBytes + RingBytes + (FlowLimit * FlowBytes);

    /// <summary>Derives what is open; false with a sentence where the configuration does not fit the machine.</summary>
    /// <param name="options">Checked configuration.</param>
    /// <param name="machine">What there is.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="problem">What does not fit, and what would.</param>
    public static bool TryMake(
        ApplianceOptions options, MachineMemory machine, out MemoryPlan plan, out string problem)
    {
        (long budget, string from) = BudgetOf(machine);
        long free = budget - BaseBytes;
        int interfaces = options.Legs.Select(rule => rule.Interface).Distinct().Count();
        int ringMs = options.Capture.RingMilliseconds != 0
            ? options.Capture.RingMilliseconds
            : RingMsOf(options.Capture, interfaces, free);
        long rings = interfaces * RingBytesOf(options.Capture with { RingMilliseconds = ringMs });
        (int flows, string flowsFrom) = FlowsOf(options, free - rings);
        plan = new MemoryPlan
        {
            BudgetBytes = budget,
            BudgetFrom = from,
            FlowLimit = flows,
            FlowLimitFrom = flowsFrom,
            RingMilliseconds = ringMs,
            RingBytes = rings,
        };
        problem = plan.NeededBytes <= budget ? "" : plan.Refusal(free - rings);
        return problem.Length == 0;
    }

    /// <summary>The configuration with everything decided.</summary>
    public ApplianceOptions Apply(ApplianceOptions options) => options with
    {
        Capture = options.Capture with { RingMilliseconds = RingMilliseconds },
        Traffic = options.Traffic with { FlowLimit = FlowLimit },
    };

    /// <summary>Bytes of one interface's ring, its milliseconds being decided.</summary>
    internal static long RingBytesOf(CaptureOptions capture)
    {
        int captured = capture.ShortenFrames
            ? SnapFilter.ShortBytes + ((SnapFilter.LongBytes - SnapFilter.ShortBytes) / LongFrameShare)
            : SnapFilter.LongBytes;
        return RingSize.For(capture.RingMilliseconds, capture.RatedPacketsPerSecond, captured);
    }

    // A quarter of the machine is left to the rest of it; a tenth of a group's limit to the page cache it is charged.
    private static (long Bytes, string From) BudgetOf(MachineMemory machine)
    {
        long own = machine.PhysicalBytes - Math.Max(machine.PhysicalBytes / 4, SystemBytesLeast);
        long group = machine.GroupBytes is long limit ? limit - (limit / 10) : long.MaxValue;
        return group < own
            ? (group, Text($"the control group's limit of {machine.GroupBytes / MiB} MiB, less a tenth"))
            : (own, Text($"the machine's {machine.PhysicalBytes / MiB} MiB, less what the rest of it needs"));
    }

    private static int RingMsOf(CaptureOptions capture, int interfaces, long free)
    {
        int ms = RingMsWanted;
        while (ms > RingMsLeast && interfaces * RingBytesOf(capture with { RingMilliseconds = ms }) > free / 2)
        {
            ms -= RingMsLeast / 2;
        }

        return ms;
    }

    // Powers of two: the indexes are, and anything between would leave half of them unused.
    private static (int Flows, string From) FlowsOf(ApplianceOptions options, long free)
    {
        if (options.Traffic.FlowLimit != 0)
        {
            return (options.Traffic.FlowLimit, "configured");
        }

        long fitting = Floor(Math.Clamp(free / FlowBytes, FlowsLeast, FlowsMost));
        long rated = BitOperations.RoundUpToPowerOf2(
            (uint)Math.Min(FlowsMost, (long)options.Capture.RatedPacketsPerSecond * FlowsPerRatedPacket));
        return fitting < rated ? ((int)fitting, "memory") : ((int)rated, "rated load");
    }

    private string Refusal(long freeForFlows)
    {
        string advice = freeForFlows >= FlowsLeast * FlowBytes
            ? Text($"lower traffic.flowLimit to {Floor(freeForFlows / FlowBytes)}")
            : "lower capture.ratedPacketsPerSecond or capture.ringMilliseconds";
        return Text(
            $"{FlowLimit} flows and rings of {RingMilliseconds} ms need {NeededBytes / MiB} MiB, and there are ")
            + Text($"{BudgetBytes / MiB} MiB ({BudgetFrom}); {advice}, or give more memory");
    }

    private static long Floor(long value) => 1L << (63 - BitOperations.LeadingZeroCount((ulong)value));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
