using System.Globalization;
using Appliance.Flow;

namespace Appliance.Edge.Service;

/// <summary>How long the NAT keeps a binding after its last packet, as its public tuples show.</summary>
public sealed record TimeoutStatus
{
    public required string Realm { get; init; }

    /// <summary>udp, tcp-established, tcp-transitory or icmp.</summary>
    public required string Class { get; init; }

    /// <summary>Longest silence after which a tuple still had its line; null for none.</summary>
    public required double? KeptSeconds { get; init; }

    /// <summary>Shortest longer silence after which it had another; null for none.</summary>
    public required double? ChangedSeconds { get; init; }

    /// <summary>Silences after which the line was the same, and another.</summary>
    public required ulong Kept { get; init; }

    public required ulong Changed { get; init; }

    /// <summary>Observations that contradict the two times.</summary>
    public required uint Against { get; init; }

    /// <summary>The same as a sentence.</summary>
    public string Words => string.Create(
        CultureInfo.InvariantCulture, $"{Realm}, {Class}: {Between()} ({Kept:N0} kept, {Changed:N0} changed)");

    /// <summary>What an engine has seen of each realm and class; those without an observation are left out.</summary>
    public static IReadOnlyList<TimeoutStatus> Of(FlowEngine engine, FlowOptions flow)
    {
        List<TimeoutStatus> found = [];
        foreach (NatTimeoutReading reading in engine.NatTimeouts)
        {
            if (reading.Kept + reading.Changed == 0)
            {
                continue;
            }

            found.Add(new TimeoutStatus
            {
                Realm = flow.Rules[reading.Rule].Realm,
                Class = reading.Class switch
                {
                    NatClass.TcpEstablished => "tcp-established",
                    NatClass.TcpTransitory => "tcp-transitory",
                    NatClass.Icmp => "icmp",
                    _ => "udp",
                },
                KeptSeconds = Seconds(reading.KeptMs),
                ChangedSeconds = Seconds(reading.ChangedMs),
                Kept = reading.Kept,
                Changed = reading.Changed,
                Against = reading.Against,
            });
        }

        return found;
    }

    private static double? Seconds(uint ms) => ms == 0 ? null : ms / 1000.0;

    private string Between()
    {
        const string after = "after its last packet";
        return (KeptSeconds, ChangedSeconds) switch
        {
            ({ } kept, { } changed) => string.Create(
                CultureInfo.InvariantCulture, $"a binding ends {kept:0.#} to {changed:0.#} s {after}"),
            ({ } kept, null) => string.Create(
                CultureInfo.InvariantCulture, $"a binding lives {kept:0.#} s at least {after}"),
            (null, { } changed) => string.Create(
                CultureInfo.InvariantCulture, $"a tuple is lent again {changed:0.#} s {after}"),
            _ => "nothing certain",
        };
    }
}
