using System.Globalization;
using Appliance.Time.Observations;
using Appliance.Wire;

namespace Appliance.Time;

/// <summary>How the clock is, for people.</summary>
public sealed record ClockReport
{
    /// <summary>
    /// The check that tells that somebody turns the system clock, as chrony does for a living: no fault by itself.
    /// </summary>
    public const string Steered = "system clock steered";

    /// <summary>State of the estimator.</summary>
    public required ClockState State { get; init; }

    /// <summary>A to X: within 1 us, 100 us, 1 ms, 1 s, or nothing.</summary>
    public required string Class { get; init; }

    /// <summary>Half width, ns; null without one.</summary>
    public double? BoundNs { get; init; }

    /// <summary>TAI at the last step, ns since 1970.</summary>
    public long? TaiNs { get; init; }

    /// <summary>How far the raw counter runs off, ns/s, and how that changes, ns/s a second.</summary>
    public double RateNsPerSecond { get; init; }

    public double AgeingPerSecond { get; init; }

    /// <summary>Checks that fail, in words.</summary>
    public required IReadOnlyList<string> Checks { get; init; }

    public int SatellitesUsed { get; init; }

    public int SatellitesInView { get; init; }

    /// <summary>known, expired, conflict, unknown.</summary>
    public required string Leap { get; init; }

    public int TaiMinusUtc { get; init; }

    /// <summary>UTC day since 1970 up to which it is known.</summary>
    public uint LeapExpiryDay { get; init; }

    /// <summary>What is announced for the end of a month.</summary>
    public LeapEvent LeapNext { get; init; }

    /// <summary>Steps of the system clock that were seen.</summary>
    public long Steps { get; init; }

    /// <summary>Head of the anchor log.</summary>
    public Hash32 Head { get; init; }
}

/// <summary>Something that happened to the clock.</summary>
/// <param name="Time">When; null before the clock knew.</param>
/// <param name="State">State since then.</param>
/// <param name="Checks">Checks that fail, in words.</param>
/// <param name="Leap">What is known of leap seconds.</param>
/// <param name="DoubtSeconds">Trust was taken back so far: times of that stretch have a wider bound. 0: not.</param>
public readonly record struct ClockEvent(
    TaiTime? Time, ClockState State, IReadOnlyList<string> Checks, string Leap, double DoubtSeconds)
{
    /// <summary>From when on times that were given are worth less; null where trust stands.</summary>
    public TaiTime? DoubtSince { get; init; }

    /// <summary>The latest of those times.</summary>
    public TaiTime DoubtUntil { get; init; }

    /// <summary>The half width of those times that holds the truth as it is known now, microseconds.</summary>
    public uint DoubtBoundUs { get; init; }

    /// <summary>
    /// By how much all bounds that were given before can be too small: a mirror is slower than declared. 0: not.
    /// </summary>
    public uint ShortUs { get; init; }

    /// <summary>One line for a manifest, at most 256 bytes.</summary>
    public string Words()
    {
        string checks = Checks.Count == 0 ? "" : $"; {string.Join(", ", Checks)}";
        string doubt = DoubtSince is not { } since
            ? ""
            : string.Create(
                CultureInfo.InvariantCulture,
                $"; trust taken back by {DoubtSeconds:F0} s; ")
                + new ClockDoubt(since, DoubtUntil, DoubtBoundUs).Words();
        string text = $"clock {State.ToString().ToLowerInvariant()}{doubt}; leap seconds {Leap}{checks}";
        return text.Length <= 250 ? text : text[..250];
    }
}
