using System.Globalization;
using Appliance.Edge.Configuration;
using Appliance.Edge.Service;
using Appliance.Time;
using Appliance.Time.Receivers;
using Appliance.Wire;

namespace Appliance.Edge.Clocks;

/// <summary>What <c>icrctl clock</c> shows of a clock of the box's own.</summary>
public sealed record ClockDetail
{
    /// <summary>A to X: within 1 us, 100 us, 1 ms, 1 s, or nothing.</summary>
    public required string Class { get; init; }

    /// <summary>Half width of the clock itself, ns, without the stamps' path; null where there is none.</summary>
    public required double? BoundNs { get; init; }

    /// <summary>UTC at the last step as text; null while unset.</summary>
    public required string? Utc { get; init; }

    /// <summary>How far the counter runs off, ns/s.</summary>
    public required double RateNsPerSecond { get; init; }

    /// <summary>Checks that fail, in words.</summary>
    public required IReadOnlyList<string> Checks { get; init; }

    public required int SatellitesUsed { get; init; }

    public required int SatellitesInView { get; init; }

    /// <summary>known, expired, conflict or unknown.</summary>
    public required string Leap { get; init; }

    public required int TaiMinusUtc { get; init; }

    /// <summary>Last UTC day for which that is known, as text; null where unknown.</summary>
    public required string? LeapUntil { get; init; }

    /// <summary>Steps of the system clock by others.</summary>
    public required long Steps { get; init; }

    /// <summary>Frames and sentences that the receiver's line held; null without a receiver.</summary>
    public required long? ReceiverMessages { get; init; }

    /// <summary>Of those, damaged or malformed.</summary>
    public required long? ReceiverDamaged { get; init; }

    /// <summary>Pulses taken; null without any source.</summary>
    public required long? Pulses { get; init; }

    /// <summary>Pulses without a time, since a clock was stepped about them; null without a source.</summary>
    public required long? PulsesLeftOut { get; init; }

    /// <summary>Answers of peers; null without any.</summary>
    public required long? PeerAnswers { get; init; }

    /// <summary>Samples that chronyd took of us; null without a feed.</summary>
    public required long? Fed { get; init; }

    /// <summary>What became of what the run before kept.</summary>
    public required string KeptBefore { get; init; }

    /// <summary>File of the anchor log, its bytes, and the head of its chain.</summary>
    public required string LogFile { get; init; }

    public required long LogBytes { get; init; }

    public required string LogHead { get; init; }

    /// <summary>Events that are in no manifest, since there were more than it has room for.</summary>
    public required long EventsDropped { get; init; }

    /// <summary>The newest events, the oldest of them first.</summary>
    public required IReadOnlyList<string> Events { get; init; }

    internal static ClockStatus StatusOf(ClockService service, uint? boundUs)
    {
        ClockReport report = service.Engine.Report();
        string state = report.State switch
        {
            ClockState.FreeRunning => "free-running",
            _ => report.State.ToString().ToLowerInvariant(),
        };
        return new ClockStatus(state, boundUs) { Detail = Of(service, report) };
    }

    private static ClockDetail Of(ClockService service, ClockReport report)
    {
        ReceiverCounters? receiver = service.Receiver?.Counters;
        return new ClockDetail
        {
            Class = report.Class,
            BoundNs = report.BoundNs is double bound ? Math.Ceiling(bound) : null,
            Utc = report.TaiNs is long tai ? service.Engine.UtcOf(tai) : null,
            RateNsPerSecond = Math.Round(report.RateNsPerSecond, 3),
            Checks = report.Checks,
            SatellitesUsed = report.SatellitesUsed,
            SatellitesInView = report.SatellitesInView,
            Leap = report.Leap,
            TaiMinusUtc = report.TaiMinusUtc,
            LeapUntil = report.LeapExpiryDay == 0 ? null : DateOf(report.LeapExpiryDay),
            Steps = report.Steps,
            ReceiverMessages = receiver is { } heard ? heard.UbxFrames + heard.Sentences : null,
            ReceiverDamaged = receiver is { } bad ? bad.Damaged + bad.Malformed : null,
            Pulses = service.Pulses?.Taken,
            PulsesLeftOut = service.Pulses?.LeftOut,
            PeerAnswers = service.Peers?.Answers,
            Fed = service.Fed?.Sent,
            KeptBefore = service.KeptBefore,
            LogFile = service.Log.Name,
            LogBytes = service.Log.Bytes,
            LogHead = report.Head.ToString(),
            EventsDropped = service.Engine.EventsDropped,
            Events = [.. service.Events.Select(happened => WordsOf(happened, service.Engine))],
        };
    }

    private static string WordsOf(ClockEvent happened, ClockEngine engine) =>
        happened.Time is { } time && engine.UtcOf(time.Microseconds * 1000) is { } utc
            ? $"{utc}  {happened.Words()}"
            : happened.Words();

    private static string DateOf(uint day) =>
        DateTime.UnixEpoch.AddDays(day).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
