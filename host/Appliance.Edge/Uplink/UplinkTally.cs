using Appliance.Wire;

namespace Appliance.Edge.Uplink;

/// <summary>What the uplink counts and says of itself; written by its own tasks, read by whoever asks.</summary>
internal sealed class UplinkTally(string broker)
{
    private long receiptsRejected;
    private long connections;
    private volatile string state = "starting";
    private volatile string? lastError;
    private volatile string? rejectedWhy;
    private volatile string? refusedWhy;
    private volatile string? laterWhy;
    private volatile bool hasNoStore;
    private volatile bool isWithdrawn;

    public void Stopped() => state = "stopped";

    public void Connected()
    {
        connections++;
        lastError = null;
        state = "connected";
    }

    public void Ended(string why)
    {
        lastError = why;
        state = "connecting";
    }

    /// <summary>Whether a store was subscribed when the last batch reached the broker.</summary>
    public void StoreHeard(bool isThere) => hasNoStore = !isThere;

    public void Rejected(string why)
    {
        Interlocked.Increment(ref receiptsRejected);
        rejectedWhy = why;
    }

    public void Refused(Position position, string why) => refusedWhy = $"the last, {position}: {why}";

    /// <summary>A store's refusal, by its signed receipt.</summary>
    public void Refused(Position position, Refusal why)
    {
        Refused(position, why.Sentence());
        isWithdrawn |= why == Refusal.NoticeWithdrawn;
    }

    public void Later(Refusal reason) => laterWhy = reason.Sentence();

    public void Receipted() => laterWhy = null;

    public UplinkStatus Status(OutboxTotals totals, long nowUtcUs)
    {
        double? age = totals.OldestUtcUs == long.MaxValue ? null : Math.Max(0, nowUtcUs - totals.OldestUtcUs) / 1e6;
        return new UplinkStatus
        {
            State = state,
            Broker = broker,
            BacklogBatches = totals.Batches,
            BacklogBytes = totals.Bytes,
            BacklogIsWhole = totals.IsWhole,
            InFlight = totals.InFlight,
            OldestUnreceiptedSeconds = age is { } seconds ? Math.Round(seconds, 1) : null,
            Receipted = totals.Receipted,
            Refused = totals.Refused,
            Resent = totals.Resent,
            ReceiptsRejected = Interlocked.Read(ref receiptsRejected),
            Unreadable = totals.Unreadable,
            Connections = Interlocked.Read(ref connections),
            LastError = lastError,
            Alarms = [.. Alarms(totals)],
        };
    }

    private IEnumerable<string> Alarms(OutboxTotals totals)
    {
        if (lastError is { } error)
        {
            yield return $"uplink: {error}";
        }
        else if (hasNoStore && totals.Batches > 0)
        {
            yield return "uplink: no store is subscribed at the broker; start it, or check its access list";
        }

        if (laterWhy is { } later && totals.Batches > 0)
        {
            yield return $"uplink: the store does not take batches yet: {later}; enrol this device's keys at the store";
        }

        if (isWithdrawn)
        {
            yield return "uplink: a store says that this box's notice is withdrawn; stop recording, or give the "
                + "box the configuration and keys of its new notice; what is on flash goes when "
                + "journal.retentionDays are over";
        }

        if (totals.Refused > 0)
        {
            yield return $"uplink: {totals.Refused} batches were refused and are kept ({refusedWhy}); "
                + "mend the cause, then restart to send them again";
        }

        if (Interlocked.Read(ref receiptsRejected) is > 0 and long count)
        {
            yield return $"uplink: {count} receipts are not a pinned store's word ({rejectedWhy}); "
                + "compare uplink.storeKeys with the store's key";
        }

        if (totals.Unreadable > 0)
        {
            yield return $"uplink: {totals.Unreadable} batches could not be read from flash; run `icrctl verify`";
        }
    }
}
