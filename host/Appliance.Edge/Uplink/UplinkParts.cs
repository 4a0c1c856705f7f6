using Appliance.Edge.Configuration;
using Appliance.Journal;
using Appliance.Mqtt;

namespace Appliance.Edge.Uplink;

/// <summary>What outlives a connection and is handed to each.</summary>
internal sealed record UplinkParts
{
    public required UplinkOptions Options { get; init; }

    public required UplinkTiming Timing { get; init; }

    /// <summary>Number of the present run.</summary>
    public required uint Epoch { get; init; }

    public required Outbox Outbox { get; init; }

    public required Announcements Announcements { get; init; }

    public required OutboxScan Scan { get; init; }

    public required JournalReader Reader { get; init; }

    public required ReceiptCheck Check { get; init; }

    public required UplinkTally Tally { get; init; }

    public required Wake Wake { get; init; }

    public required Func<BoxHealth> Health { get; init; }

    /// <summary>Takes or refuses a control message; what the broker is told.</summary>
    public required Func<MqttMessage, ReasonCode> Control { get; init; }

    /// <summary>Monotonic milliseconds.</summary>
    public static long NowMs => Environment.TickCount64;

    /// <summary>UTC microseconds since 1970; for ages that are shown, never for timeouts.</summary>
    public static long NowUtcUs => (DateTime.UtcNow - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>The status as it is now.</summary>
    public UplinkStatus Status() => Tally.Status(Outbox.Totals(), NowUtcUs);
}
