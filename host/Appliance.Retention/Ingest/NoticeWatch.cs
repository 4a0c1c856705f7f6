using Appliance.Retention.Archive;
using Appliance.Retention.Forgetting;
using Appliance.Retention.Notices;
using Appliance.Wire;

namespace Appliance.Retention.Ingest;

/// <summary>
/// What ingest knows of notices while it runs: orders that come into the folder count for the next message. What is
/// over is over by the time that forgetting goes by: of a batch that this machine's clock alone calls too late, more
/// than the manifest is kept.
/// </summary>
internal sealed class NoticeWatch(
    StoreFolder folder, KeyRing keys, ReceivedClock clock, TimeProvider time, Alarms alarms, ForgetClock forget)
{
    // As for keys: two changes within one tick of the file system's clock have one time.
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(1);

    private NoticeBook book = NoticeBook.Of(folder);
    private DateTime seen;

    /// <summary>
    /// Takes what is new. An order that cannot be relied on is an alarm, part of the open transaction: those that were
    /// known go on counting.
    /// </summary>
    public void Look()
    {
        DateTime changed = Directory.GetLastWriteTimeUtc(folder.Notices);
        if (changed == seen)
        {
            return;
        }

        seen = time.GetUtcNow().UtcDateTime - changed > Settled ? changed : default;
        try
        {
            book = NoticeBook.Of(folder);
        }
        catch (ArchiveException failure)
        {
            alarms.Raise(Alarms.Notices, default, 0, 0, default, failure.Message, clock.Next());
        }
    }

    /// <summary>True where nothing may be kept under a notice any more.</summary>
    public bool IsWithdrawn(Id16 notice) => book.IsWithdrawn(notice, Now);

    /// <summary>
    /// True for a day of which nothing is kept any more. In a lab nobody holds to the twelve months that go without
    /// saying, for old captures are taken in; what was ordered or forgotten counts there too.
    /// </summary>
    public bool IsOver(Id16 notice, int day) =>
        day < (keys.IsCustodySplit || book.Notices.Contains(notice)
            ? book.FirstDay(notice, Now)
            : book.Forgotten(notice));

    /// <summary>Notices that nothing may be kept under any more.</summary>
    public IEnumerable<Id16> Withdrawn() => book.Notices.Where(IsWithdrawn);

    private ulong Now => forget.Read().NowUs;
}
