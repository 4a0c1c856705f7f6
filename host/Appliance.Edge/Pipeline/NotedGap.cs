using Appliance.Wire;

namespace Appliance.Edge.Pipeline;

/// <summary>A stretch in which packets of a leg were not seen.</summary>
/// <param name="From">Begin of the interval in which they were counted.</param>
/// <param name="To">Its end.</param>
/// <param name="Leg">inside or outside.</param>
/// <param name="Cause">As gap rows name it: ring, estimate.</param>
/// <param name="Packets">How many.</param>
/// <param name="Manifest">Cause in the manifest; null for what is only estimated, whose counters stand there.</param>
internal readonly record struct NotedGap(
    TaiTime From, TaiTime To, string Leg, string Cause, ulong Packets, GapCause? Manifest);
