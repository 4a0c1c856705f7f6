using Appliance.Retention.Archive;
using Appliance.Retention.Log;
using Appliance.Retention.Requests;
using Appliance.Wire;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Appliance.Retention.Serve;

/// <summary>
/// While the store serves: reports oral approvals that were not confirmed in time, although nobody looks, and logs the
/// end of questions whose process was killed. A failure is an event, and it is tried again the next time.
/// </summary>
internal sealed class OverdueWatch(StoreFolder folder, TimeProvider time, ILogger events)
{
    // Kept from look to look: each reads what came since.
    private readonly UnendedQuestions unended = new(folder, time);

    /// <summary>Looks until told to stop.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            Look();
            await Task.Delay(StoreLimits.OverdueEvery, time, stop).ConfigureAwait(
                ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Look()
    {
        if (!File.Exists(folder.TrustFile))
        {
            return;
        }

        try
        {
            using var log = TransparencyLog.Open(folder.Log, time);
            foreach (Id16 request in new ConfirmationWatch(new PaperFolder(folder.Requests), log, time).Run())
            {
                Events.Unconfirmed(events, request);
            }

            foreach (ulong question in unended.End(log))
            {
                Events.Interrupted(events, question);
            }
        }
        catch (Exception failure)
            when (failure is ArchiveException or SqliteException or IOException or UnauthorizedAccessException)
        {
            Events.CannotReport(events, failure.Message);
        }
    }
}
