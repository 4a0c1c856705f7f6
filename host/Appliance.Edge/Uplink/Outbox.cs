using System.Diagnostics.CodeAnalysis;
using Appliance.Journal;
using Appliance.Wire;

namespace Appliance.Edge.Uplink;

/// <summary>
/// The batches that have no receipt, in order. Used by two threads: the writer offers what is durable and asks what may
/// be freed; the uplink takes, sends and settles. Holds places, never payloads; when it is full it falls behind, and
/// <see cref="OutboxScan"/> takes the rest up from flash later.
/// </summary>
internal sealed class Outbox(int itemsMax = UplinkLimits.OutboxItemsMax)
{
    private readonly Lock gate = new();
    private readonly SortedDictionary<Position, OutboxItem> waiting = [];
    private readonly Dictionary<Position, OutboxItem> sent = [];
    private readonly Dictionary<Position, OutboxItem> quarantined = [];
    private readonly PositionSet receipted = new();
    private readonly Queue<ReceiptCopy> copies = new();
    private Position? taken;
    private Position? offered;

    // Flash holds batches that are not held here: from the start until the first scan, and when there is no room.
    private bool isBehind = true;
    private long bytes;
    private long sentBytes;
    private long receiptedCount;
    private long refusedCount;
    private long unreadableCount;
    private long resentCount;

    /// <summary>True once this run has had a receipt.</summary>
    public bool HasReceipts => Locked(() => receiptedCount > 0);

    /// <summary>True where a scan is due: half of what can be held has gone.</summary>
    public bool WantsScan => Locked(() => isBehind && waiting.Count <= itemsMax / 2);

    /// <summary>The highest position that the writer of this run made durable; null before the first.</summary>
    public Position? Offered => Locked(() => offered);

    /// <summary>True where nothing waits for sending or for a receipt.</summary>
    public bool IsEmpty => Locked(() => !isBehind && waiting.Count == 0 && sent.Count == 0);

    /// <summary>A batch is durable; called by the writer thread in the order of writing.</summary>
    public void Offer(Position position, FramePlace place, long nowUtcUs)
    {
        lock (gate)
        {
            offered = position;
            isBehind |= waiting.Count >= itemsMax;
            if (!isBehind)
            {
                Add(new OutboxItem(position, place, nowUtcUs));
            }
        }
    }

    /// <summary>
    /// A batch that a scan found; passed over where it is known. False where there is no room: the scan ends.
    /// </summary>
    public bool TryAdopt(Position position, Func<OutboxItem> make)
    {
        lock (gate)
        {
            if (taken is { } last && position.CompareTo(last) <= 0)
            {
                return true;
            }

            if (waiting.Count >= itemsMax)
            {
                return false;
            }

            Add(make());
            return true;
        }
    }

    /// <summary>
    /// The scan has seen all of the flash; false where the writer has gone on meanwhile and it must look again.
    /// </summary>
    public bool TryCatchUp()
    {
        lock (gate)
        {
            isBehind = offered is { } last && (taken is not { } mine || mine.CompareTo(last) < 0);
            return !isBehind;
        }
    }

    /// <summary>
    /// The scan has seen all up to this position: what it did not find there is not on flash and is not waited for.
    /// </summary>
    public void SkipTo(Position position)
    {
        lock (gate)
        {
            if (taken is not { } last || last.CompareTo(position) < 0)
            {
                taken = position;
                unreadableCount++;
            }
        }
    }

    /// <summary>A receipt copy that a scan found on flash.</summary>
    public void AdoptReceipt(Position position, Hash32 id)
    {
        lock (gate)
        {
            if (waiting.TryGetValue(position, out OutboxItem? item) && item.Id == id)
            {
                Remove(item);
                receipted.Add(position);
            }
        }
    }

    /// <summary>Takes the next batch to be sent, if the window has room for it.</summary>
    public bool TryTake(int windowBatches, long nowMs, [NotNullWhen(true)] out OutboxItem? item)
    {
        lock (gate)
        {
            item = null;
            if (waiting.Count == 0 || sent.Count >= windowBatches)
            {
                return false;
            }

            SortedDictionary<Position, OutboxItem>.Enumerator first = waiting.GetEnumerator();
            first.MoveNext();
            OutboxItem next = first.Current.Value;
            if (sent.Count > 0 && sentBytes + next.Place.Length > UplinkLimits.WindowBytesMax)
            {
                return false;
            }

            waiting.Remove(next.Position);
            sent.Add(next.Position, next);
            sentBytes += next.Place.Length;
            resentCount += next.SentMs != 0 ? 1 : 0;
            next.SentMs = nowMs;
            item = next;
            return true;
        }
    }

    /// <summary>Notes the id that was read from the batch itself: receipts are compared with it.</summary>
    public void SetId(OutboxItem item, Hash32 id)
    {
        lock (gate)
        {
            item.Id = id;
        }
    }

    /// <summary>
    /// All that is on its way is to be sent again, in order: the connection ended, or no store answered.
    /// </summary>
    public void ReturnAll()
    {
        lock (gate)
        {
            foreach (OutboxItem item in sent.Values)
            {
                waiting.Add(item.Position, item);
            }

            sent.Clear();
            sentBytes = 0;
        }
    }

    /// <summary>True where something has been on its way for longer than this.</summary>
    public bool IsOverdue(long nowMs, long limitMs)
    {
        lock (gate)
        {
            foreach (OutboxItem item in sent.Values)
            {
                if (nowMs - item.SentMs > limitMs)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Settles a batch with a receipt that verified.</summary>
    public Settlement Settle(Receipt receipt, ReadOnlyMemory<byte> receiptBytes)
    {
        lock (gate)
        {
            Position position = new(receipt.Epoch.Number, receipt.Sequence);
            if (Find(position) is not { } item)
            {
                return Settlement.Repeated;
            }

            if (item.Id != receipt.Id)
            {
                return Settlement.OtherId;
            }

            if (receipt.Reason is Refusal.UnknownEpoch or Refusal.Missing)
            {
                return Settlement.Later;
            }

            if (receipt.Reason != Refusal.None)
            {
                Refuse(item);
                return Settlement.Refused;
            }

            Remove(item);
            receipted.Add(position);
            receiptedCount++;
            if (copies.Count < UplinkLimits.ReceiptCopiesMax)
            {
                copies.Enqueue(new ReceiptCopy(position, receiptBytes));
            }

            return Settlement.Receipted;
        }
    }

    /// <summary>The broker's refusal of a batch that no repetition will change.</summary>
    public void Quarantine(OutboxItem item)
    {
        lock (gate)
        {
            if (sent.ContainsKey(item.Position))
            {
                Refuse(item);
            }
        }
    }

    /// <summary>Its bytes are not on flash any more, or not what they were: it cannot be sent.</summary>
    public void GiveUp(OutboxItem item)
    {
        lock (gate)
        {
            Remove(item);
            unreadableCount++;
        }
    }

    /// <summary>What <see cref="JournalWriter.Free"/> asks.</summary>
    public bool IsReceipted(uint epoch, uint sequence)
    {
        lock (gate)
        {
            return receipted.Contains(new Position(epoch, sequence));
        }
    }

    /// <summary>Moves receipts out to be copied to flash.</summary>
    public void TakeCopies(List<ReceiptCopy> into, int countMax)
    {
        lock (gate)
        {
            while (into.Count < countMax && copies.TryDequeue(out ReceiptCopy? copy))
            {
                into.Add(copy);
            }
        }
    }

    /// <summary>Counts as they stand.</summary>
    public OutboxTotals Totals()
    {
        lock (gate)
        {
            long oldest = long.MaxValue;
            foreach (OutboxItem item in sent.Values)
            {
                oldest = Math.Min(oldest, item.WrittenUtcUs);
            }

            if (waiting.Count > 0)
            {
                SortedDictionary<Position, OutboxItem>.Enumerator first = waiting.GetEnumerator();
                first.MoveNext();
                oldest = Math.Min(oldest, first.Current.Value.WrittenUtcUs);
            }

            return new OutboxTotals(
                waiting.Count + sent.Count, bytes, sent.Count, oldest, receiptedCount, refusedCount, unreadableCount,
                resentCount, !isBehind);
        }
    }

    private T Locked<T>(Func<T> read)
    {
        lock (gate)
        {
            return read();
        }
    }

    private void Add(OutboxItem item)
    {
        waiting.Add(item.Position, item);
        taken = item.Position;
        bytes += item.Place.Length;
    }

    private OutboxItem? Find(Position position) =>
        sent.TryGetValue(position, out OutboxItem? item) || waiting.TryGetValue(position, out item)
            || quarantined.TryGetValue(position, out item)
            ? item
            : null;

    private void Remove(OutboxItem item)
    {
        if (sent.Remove(item.Position))
        {
            sentBytes -= item.Place.Length;
            bytes -= item.Place.Length;
        }
        else if (waiting.Remove(item.Position))
        {
            bytes -= item.Place.Length;
        }
        else if (quarantined.Remove(item.Position))
        {
            refusedCount--;
        }
    }

    private void Refuse(OutboxItem item)
    {
        if (quarantined.ContainsKey(item.Position))
        {
            return;
        }

        Remove(item);
        refusedCount++;
        if (quarantined.Count < UplinkLimits.QuarantineMax)
        {
            quarantined.Add(item.Position, item);
        }
    }
}

/// <summary>A receipt that is to be kept on flash beside the batches.</summary>
internal sealed record ReceiptCopy(Position Position, ReadOnlyMemory<byte> Bytes);
