using Appliance.Retention.Archive;

namespace Appliance.Retention.Ingest;

/// <summary>
/// Takes key sets that were enrolled while the writer runs (<c>retention keys add</c>). The folder's time of
/// modification tells of a new file, for one look at it before each message.
/// </summary>
internal sealed class KeyWatch(StoreFolder folder, KeyRing keys, ReceivedClock clock, TimeProvider time, Alarms alarms)
{
    // Two changes within one tick of the file system's clock (4 ms) have one time: what is so young is looked at again.
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(1);

    private DateTime seen;

    /// <summary>
    /// Takes what is new. A file that cannot be used is an alarm, part of the open transaction: a store that has keys
    /// goes on with those.
    /// </summary>
    public void Look()
    {
        DateTime changed = Directory.GetLastWriteTimeUtc(folder.Keys);
        if (changed == seen)
        {
            return;
        }

        seen = time.GetUtcNow().UtcDateTime - changed > Settled ? changed : default;
        try
        {
            keys.TakeNew(folder);

            // What was destroyed on the medium goes from memory too.
            keys.Reload(folder);
        }
        catch (ArchiveException failure)
        {
            alarms.Raise(Alarms.Keys, default, 0, 0, default, failure.Message, clock.Next());
        }
    }
}
