using System.Globalization;
using Appliance.Edge.Clocks;
using Appliance.Edge.Service;

namespace Appliance.Icrctl.Clocks;

/// <summary>The clock as a person in a PoP reads it.</summary>
internal static class ClockText
{
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    /// <summary>State and bound, and of a clock of the box's own all that it tells.</summary>
    public static string Whole(ClockStatus clock)
    {
        IEnumerable<string> legs = clock.Legs.Select(leg => $"leg       {leg.Leg}: records {Within(leg.BoundUs)}");
        string first = string.Join('\n', legs.Prepend($"clock     {Line(clock)}"));
        return clock.Detail is { } detail ? $"{first}\n{Detail(detail)}" : first;
    }

    /// <summary>State and bound in one line.</summary>
    public static string Line(ClockStatus clock)
    {
        string own = clock.Detail is { } detail ? $"; class {detail.Class}" : "";
        return $"{clock.State}, {Within(clock.BoundUs)}{own}";
    }

    private static string Within(uint? boundUs) =>
        boundUs is uint us ? string.Create(Invariant, $"within {us:N0} us") : "without a bound";

    private static string Detail(ClockDetail d)
    {
        List<string> lines = [];
        lines.Add(d is { BoundNs: double ns, Utc: { } utc }
            ? string.Create(
                Invariant,
                $"time      {utc} within {ns:N0} ns; the counter runs off by {d.RateNsPerSecond:N1} ns/s")
            : "time      not known: stamps order packets, nothing more");
        lines.Add(string.Create(
            Invariant,
            $"leap      {d.Leap}, TAI - UTC = {d.TaiMinusUtc} s{(d.LeapUntil is { } day ? $" until {day}" : "")}"));
        if (d.ReceiverMessages is long messages)
        {
            lines.Add(string.Create(
                Invariant,
                $"receiver  {d.SatellitesUsed} of {d.SatellitesInView} satellites used; {messages:N0} messages, {
                    d.ReceiverDamaged:N0} damaged; {d.Pulses:N0} pulses{LeftOut(d)}"));
        }

        if (d.PeerAnswers is long answers)
        {
            lines.Add(string.Create(Invariant, $"peers     {answers:N0} answers"));
        }

        if (d.Fed is long fed)
        {
            lines.Add(string.Create(Invariant, $"chronyd   took {fed:N0} samples"));
        }

        lines.Add(d.Checks.Count == 0 ? "checks    all hold" : $"checks    {string.Join(", ", d.Checks)}");
        lines.Add(string.Create(Invariant, $"system    its clock was stepped {d.Steps:N0} times by others"));
        lines.Add($"before    {d.KeptBefore}");
        lines.Add(string.Create(Invariant, $"log       {d.LogFile}, {d.LogBytes:N0} bytes, head {d.LogHead[..16]}"));
        lines.AddRange(d.Events.Select(happened => $"event     {happened}"));
        if (d.EventsDropped > 0)
        {
            lines.Add(string.Create(Invariant, $"event     {d.EventsDropped:N0} more are in no manifest"));
        }

        return string.Join('\n', lines);
    }

    private static string LeftOut(ClockDetail d) =>
        d.PulsesLeftOut > 0 ? string.Create(Invariant, $", {d.PulsesLeftOut:N0} more without a time") : "";
}
