using Appliance.Retention.Questions;
using Appliance.Wire;
using static System.FormattableString;

namespace Appliance.Retention.Forgetting;

/// <summary>What the signs of time say about a clock.</summary>
internal enum TimeDoubt
{
    /// <summary>It fits them.</summary>
    None = 0,

    /// <summary>There is no sign of time yet: nothing came, nothing was confirmed.</summary>
    Unknown = 1,

    /// <summary>It is further ahead of every other sign than a machine can have been off unnoticed.</summary>
    Ahead = 2,

    /// <summary>It is behind what is certain to have been.</summary>
    Behind = 3,
}

/// <summary>The time by which something is forgotten, UTC microseconds since 1970.</summary>
/// <param name="NowUs">What forgetting goes by: the clock, or the earlier of both where they do not fit; 0 where
/// nothing is certain.</param>
/// <param name="ClockUs">What this machine's clock says.</param>
/// <param name="CertainUs">What it is at least, by every other sign; 0 where there is none.</param>
/// <param name="Doubt">Whether the two fit.</param>
/// <param name="IsOverdue">It is in doubt for longer than may pass unattended.</param>
internal readonly record struct ForgetTime(
    ulong NowUs, ulong ClockUs, ulong CertainUs, TimeDoubt Doubt, bool IsOverdue)
{
    /// <summary>
    /// What answers go by: a day that is over by either of both is over. So a guard on forgetting answers nothing that
    /// should be forgotten, and a clock set back opens nothing again.
    /// </summary>
    public ulong LatestUs => Math.Max(ClockUs, CertainUs);

    /// <summary>What is wrong and what to do, one sentence; null where nothing is.</summary>
    public string? Sentence => Doubt switch
    {
        TimeDoubt.Unknown => Invariant(
            $"this machine's clock says {Text(ClockUs)} and nothing bears it out; {Remedy}"),
        TimeDoubt.Ahead => Invariant(
            $"this machine's clock says {Text(ClockUs)}, every other sign of time only {Text(CertainUs)}: what is ")
            + $"over by the clock alone is kept and not answered; {Remedy}",
        TimeDoubt.Behind => Invariant(
            $"this machine's clock says {Text(ClockUs)} and it is at least {Text(CertainUs)}: forgetting waits for ")
            + $"it, and what is over by then is not answered; set the clock, or where it is right remove "
            + ForgetClock.FileName,
        _ => null,
    };

    /// <summary>The UTC day that forgetting goes by, days since 1970.</summary>
    public int Day => (int)(NowUs / StoreLimits.DayUs);

    private const string Remedy = "set the clock, or where it is right confirm it (`retention notice clock`)";

    private static string Text(ulong utcUs) => UtcText.Of(LeapSeconds.ToTai((long)utcUs));
}
