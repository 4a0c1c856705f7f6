using Appliance.Wire;
using Limits = Appliance.Retention.Questions.Limits;

namespace Appliance.Retention.Warden;

/// <summary>Every bound of the warden, with its reason.</summary>
internal static class WardenLimits
{
    /// <summary>
    /// How far beyond a question's time batches with attribution are opened: sessions are repeated every six hours, so
    /// the line behind an address may stand that much earlier or later.
    /// </summary>
    public const long AttributionAroundUs = Limits.SessionAroundUs + Limits.ReadAroundUs;

    /// <summary>How far beyond it contacts are opened: the records of a flow that was running.</summary>
    public const long ContactAroundUs = Limits.ReadAroundUs;

    /// <summary>
    /// How old the entry of a question may be when its keys are asked for: a question of 30 days takes minutes.
    /// </summary>
    public const ulong QuestionAgeUs = 3600UL * TaiTime.MicrosecondsPerSecond;

    /// <summary>Files of referrals in memory, below 48 MB each and mostly below 1 MB: one for each run at a
    /// time.</summary>
    public const int ReferralsMax = 4;

    /// <summary>How far the log's clock may be ahead of the warden's.</summary>
    public const ulong ClockSkewUs = 60UL * TaiTime.MicrosecondsPerSecond;

    /// <summary>Releases that were promised and not yet claimed, about 100 KiB each: one for each process that
    /// asks.</summary>
    public const int PromisesMax = 64;

    /// <summary>Batches of one release: the bound of its statement.</summary>
    public const int BatchesMax = Wire.Limits.ReleasedBatchesMax / Wire.Limits.SectionsMax;

    /// <summary>
    /// Values whose filter tokens one call may ask: the inside addresses that a question of many candidates found.
    /// </summary>
    public const int ValuesMax = 4096;

    /// <summary>Longest life of a legal hold, days: ten years, the longest that a trial and its appeals take.</summary>
    public const int HoldDaysMax = 3660;

    /// <summary>The same in microseconds.</summary>
    public const ulong HoldUsMax = HoldDaysMax * 86_400UL * TaiTime.MicrosecondsPerSecond;

    /// <summary>Holds of a warden, ended ones included, about 2 KiB each: more than one for each request of a
    /// year.</summary>
    public const int HoldsMax = 65_536;

    /// <summary>How often a running warden looks whether a day is over.</summary>
    public static readonly TimeSpan ForgetEvery = TimeSpan.FromHours(1);

    /// <summary>Bytes of one message: a release of the most batches, about 1 KiB each, in base64.</summary>
    public const int MessageBytesMax = 64 << 20;
}
