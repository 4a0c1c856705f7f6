using System.Globalization;
using Appliance.Flow;

namespace Appliance.Edge.Service;

/// <summary>The delay between two legs, as joined flows show it. It is reported; the join does not trust it.</summary>
public sealed record DelayStatus
{
    // Beyond this share of the window packets of the tail of the spread fall out of it.
    private const double WindowShare = 0.8;
    private const double UsPerMs = 1000;
    private const double NsPerSecond = 1e9;

    /// <summary>Names of the leg rules.</summary>
    public required string Inside { get; init; }

    public required string Outside { get; init; }

    /// <summary>learning, learned, or learning-again after a step.</summary>
    public required string State { get; init; }

    /// <summary>Outside stamp minus inside stamp of one packet, microseconds; either sign.</summary>
    public required int DelayUs { get; init; }

    /// <summary>Four of five packets lie within this of it.</summary>
    public required int SpreadUs { get; init; }

    /// <summary>Microseconds a second.</summary>
    public required int DriftPpm { get; init; }

    /// <summary>Joined flows it was learned from.</summary>
    public required ulong Flows { get; init; }

    /// <summary>Lasting changes since the start.</summary>
    public required ulong Steps { get; init; }

    /// <summary>Seconds of capture since the latest joined flow.</summary>
    public required double AgeSeconds { get; init; }

    /// <summary>Largest difference at which packets are compared.</summary>
    public required int WindowMs { get; init; }

    /// <summary>The window is about to cut packets off.</summary>
    public bool IsNearWindow => State == "learned" && Math.Abs(DelayUs) + SpreadUs > WindowShare * WindowMs * UsPerMs;

    /// <summary>The same as a sentence.</summary>
    public string Words => string.Create(CultureInfo.InvariantCulture, $"{Outside} against {Inside}: {Delay()}");

    /// <summary>What all readings of an engine say.</summary>
    public static IReadOnlyList<DelayStatus> Of(FlowEngine engine, FlowOptions flow)
    {
        List<DelayStatus> found = [];
        foreach (LegDelayReading reading in engine.LegDelays)
        {
            found.Add(new DelayStatus
            {
                Inside = flow.Rules[reading.InsideRule].Name,
                Outside = flow.Rules[reading.OutsideRule].Name,
                State = reading.State switch
                {
                    LegDelayState.Learned => "learned",
                    LegDelayState.LearningAgain => "learning-again",
                    _ => "learning",
                },
                DelayUs = reading.DelayUs,
                SpreadUs = reading.SpreadUs,
                DriftPpm = reading.DriftPpm,
                Flows = reading.Samples,
                Steps = reading.Steps,
                AgeSeconds = Math.Round(Math.Max(0, engine.NowNs - reading.LastNs) / NsPerSecond, 1),
                WindowMs = flow.DelayWindowMs,
            });
        }

        return found;
    }

    private string Delay() => State switch
    {
        "learning" => "not enough flows joined yet to tell the delay between the legs",
        "learning-again" => "the delay between the legs has changed and is being learned again",
        _ when IsNearWindow => string.Create(
            CultureInfo.InvariantCulture,
            $"{Said()}; packets beyond {WindowMs} ms are not joined: raise traffic.delayWindowMs, or mirror both "
            + $"legs over paths of equal length"),
        _ => Said(),
    };

    private string Said()
    {
        string way = DelayUs < 0 ? "earlier" : "later";
        string steps = Steps == 0 ? ""
            : string.Create(CultureInfo.InvariantCulture, $", {Steps:N0} step{(Steps == 1 ? "" : "s")}");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Math.Abs(DelayUs) / UsPerMs:0.0##} ms {way} (+-{SpreadUs / UsPerMs:0.0##}), drift {DriftPpm} us/s, "
            + $"{Flows:N0} flows{steps}");
    }
}
