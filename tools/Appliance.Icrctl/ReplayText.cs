using System.Globalization;
using Appliance.Edge.NatLog;
using Appliance.Edge.Pipeline;

namespace Appliance.Icrctl;

/// <summary>A replay's summary as a person reads it.</summary>
internal static class ReplayText
{
    public static string Of(ReplaySummary s, string folder)
    {
        ulong undecoded = s.PacketsUndecoded.Values.Aggregate(0UL, (sum, count) => sum + count);
        ulong named = s.Named.Values.Aggregate(0UL, (sum, count) => sum + count);
        double perSession = s.Flows == 0 ? 0 : (double)s.Bytes / s.Flows;
        string text = string.Create(CultureInfo.InvariantCulture, $"""
            packets      {s.PacketsInside:N0} inside, {s.PacketsOutside:N0} outside
                         {undecoded:N0} not decoded, {s.Duplicates:N0} duplicates, {s.Sliced:N0} sliced
            flows        {s.Flows:N0} in {s.Records:N0} records, {named:N0} names
            attributed   {s.Attributed:N0}; ambiguous {s.Ambiguous:N0}; unattributed {s.Unattributed:N0}
            written      {s.Batches:N0} batches, {s.Bytes:N0} bytes ({perSession:F1} a flow) in {folder}
            took         {s.Seconds:F2} s, {s.CpuSeconds:F2} s of CPU
            """);
        return s.NatLog is { } log ? text + "\n" + Of(log) : text;
    }

    private static string Of(NatLogSummary log)
    {
        string strange = log.NotUnderstood.Count == 0
            ? "all lines understood"
            : "not understood: " + string.Join(", ", log.NotUnderstood.Select(pair => $"{pair.Key} {pair.Value}"));
        return string.Create(CultureInfo.InvariantCulture, $"""
            NAT's log    {log.Messages:N0} messages, {log.Events:N0} events, {log.Gaps:N0} gaps; {strange}
                         {log.ClockOff:N0} events with a wrong clock, {log.Malformed:N0} malformed
            witnesses    named {log.Named:N0}, agreed {log.Agreed:N0}; in doubt {log.Doubts:N0}
                         contradict each other {log.Conflicts:N0}
            """);
    }
}
