using System.Globalization;
using Appliance.Journal;
using Appliance.Wire;

namespace Appliance.Edge.Pipeline;

/// <summary>
/// What leaves the box at the end of its retention, whether or not it has a receipt. What has none is lost: it is
/// counted, and the next manifest with room for it says so.
/// </summary>
internal sealed class FlashExpiry(BoxPipeline box, int retentionDays)
{
    // 2026-01-01: no box recorded before. It stays: what an earlier release wrote has a right day.
    private const int FirstDay = 20_454;
    private long untold;
    private uint untoldDay;

    /// <summary>Batches without a receipt that were removed since the start.</summary>
    public long Lost { get; private set; }

    /// <summary>Removes what is over; on the thread that drains.</summary>
    /// <param name="forgetsBy">The time by which it is judged.</param>
    /// <param name="isReceipted">By epoch and sequence; null where there is no store.</param>
    public void Pass(TaiTime forgetsBy, Func<uint, uint, bool>? isReceipted)
    {
        int today = LeapSeconds.UtcDay(forgetsBy);
        DayRange days = new(FirstDay, (uint)Math.Max(0, today + 1));
        foreach (ExpiredSegment gone in box.Journal.Expire((uint)Math.Max(0, today - retentionDays), days, isReceipted))
        {
            untold += gone.Waiting;
            Lost += gone.Waiting;
            untoldDay = gone.LastDay;
        }

        if (untold > 0 && box.TryNote(new ManifestEvent(forgetsBy, EventKind.Alarm, Words())))
        {
            box.CountAlarms(1);
            untold = 0;
        }
    }

    /// <summary>What the status says of it; null where nothing was lost.</summary>
    public string? Problem => Lost == 0 ? null : string.Create(
        CultureInfo.InvariantCulture,
        $"{Lost} batches were removed from flash without a receipt when their retention was over; connect the store");

    private string Words() => string.Create(
        CultureInfo.InvariantCulture,
        $"{untold} batches without a receipt removed from flash, their retention was over "
        + $"(until {DateTime.UnixEpoch.AddDays(untoldDay):yyyy-MM-dd})");
}
