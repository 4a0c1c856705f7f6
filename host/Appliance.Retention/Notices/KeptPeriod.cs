using Appliance.Retention.Archive;
using Appliance.Wire;

namespace Appliance.Retention.Notices;

/// <summary>
/// Since when a store keeps anything: what is before was never to be kept so long, or was forgotten by order. A
/// question about it is out of period, whatever else is known of that time.
/// </summary>
internal static class KeptPeriod
{
    /// <summary>Begin of what is kept under any notice; <paramref name="nowUtcUs"/> where nothing may be.</summary>
    /// <param name="folder">The store.</param>
    /// <param name="ring">Its devices.</param>
    /// <param name="nowUtcUs">UTC now, microseconds since 1970.</param>
    public static TaiTime Begin(StoreFolder folder, KeyRing ring, ulong nowUtcUs)
    {
        var book = NoticeBook.Of(folder);
        int first = NoticeBook.NoDay;
        bool isAny = false;
        foreach (Id16 notice in ring.Devices.SelectMany(device => device.Notices))
        {
            isAny = true;
            first = Math.Min(first, book.FirstDay(notice, nowUtcUs));
        }

        if (!isAny || !File.Exists(folder.Database))
        {
            return new TaiTime(long.MinValue);
        }

        if (first == NoticeBook.NoDay)
        {
            return LeapSeconds.ToTai((long)nowUtcUs);
        }

        using StoreDatabase database = StoreDatabase.Open(folder.Database, toWrite: false);
        long? forgotten = Forgotten(database);
        TaiTime begin = book.Notices.Any() || book.HasForgotten
            ? LeapSeconds.ToTai(first * (long)StoreLimits.DayUs)
            : new TaiTime(long.MinValue);
        return forgotten is { } last && last >= begin.Microseconds ? new TaiTime(last + 1) : begin;
    }

    /// <summary>The last record that was forgotten before the first that is kept; null where there is none.</summary>
    private static long? Forgotten(StoreDatabase database)
    {
        long? kept = database.One<long?>(
            "SELECT min(first_us) FROM epochs WHERE verdict = 0 AND first_us IS NOT NULL");
        return kept is null ? null : database.One<long?>(
            """
            SELECT last_us FROM batches WHERE last_us < $1 AND expired = 1 ORDER BY last_us DESC LIMIT 1
            """,
            kept);
    }
}
