using Appliance.Retention.Archive;
using Appliance.Retention.Notices;
using Appliance.Wire;

namespace Appliance.Retention.Forgetting;

/// <summary>What a store or a warden has that tells the time and was not made by its own clock.</summary>
internal static class SignsOfTime
{
    /// <summary>Shows a store's clock the signs that the store has, and reads it.</summary>
    public static ForgetTime Read(ForgetClock clock, StoreFolder folder, StoreDatabase database, NoticeBook book)
    {
        if (OfDevices(database) is { } signed)
        {
            clock.Reach(signed);
        }

        clock.Reach(book.ConfirmedUs);
        Begin(clock, folder);
        return clock.Read();
    }

    /// <summary>Shows a clock that knows nothing yet what the keys of a folder are for.</summary>
    public static void Begin(ForgetClock clock, StoreFolder folder)
    {
        if (!clock.IsUnknown)
        {
            return;
        }

        int first = int.MaxValue;
        int last = int.MinValue;
        foreach (RecipientKey key in KeyRing.Sets(folder).SelectMany(set => set.Recipients))
        {
            first = Math.Min(first, key.Day);
            last = Math.Max(last, key.Day);
        }

        if (first <= last)
        {
            clock.Begin(first, last);
        }
    }

    /// <summary>
    /// The latest time that devices bear out: of several the second latest, so that one whose clock runs ahead moves
    /// nothing. UTC microseconds since 1970; null where no device has sent a record.
    /// </summary>
    public static ulong? Of(IEnumerable<ulong> latestOfDevices)
    {
        ulong[] latest = [.. latestOfDevices.OrderDescending().Take(2)];
        return latest.Length == 0 ? null : latest[^1];
    }

    private static ulong? OfDevices(StoreDatabase database) => Of(database.All(
        "SELECT max(last_us) FROM epochs WHERE verdict = 0 AND last_us IS NOT NULL GROUP BY device",
        row => (ulong)LeapSeconds.ToUtc(row.Time(0))));
}
