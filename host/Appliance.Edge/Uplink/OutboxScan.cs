using Appliance.Journal;
using Appliance.Wire;

namespace Appliance.Edge.Uplink;

/// <summary>
/// Takes up from flash what the outbox does not hold: everything at a start, and later what it had no room for. Runs
/// beside the writer, so of the present run it believes only what the writer has offered.
/// </summary>
internal sealed class OutboxScan(
    Outbox outbox, Announcements announcements, JournalReader reader, ReceiptCheck check, uint epoch)
{
    private ulong segment;

    /// <summary>Reads until the outbox is full or holds all that is on flash.</summary>
    /// <exception cref="JournalDeviceException">The folder cannot be read.</exception>
    public void Run(CancellationToken cancel)
    {
        while (true)
        {
            Position? limit = outbox.Offered;
            if (!Pass(limit, cancel))
            {
                return;
            }

            if (limit is { } last)
            {
                outbox.SkipTo(last);
            }

            if (outbox.TryCatchUp())
            {
                return;
            }
        }
    }

    /// <summary>One pass over the rest of the flash; false where the outbox is full.</summary>
    private bool Pass(Position? limit, CancellationToken cancel)
    {
        foreach (JournalFrame frame in reader.Frames(segment))
        {
            cancel.ThrowIfCancellationRequested();
            segment = frame.Place.Segment;
            if (frame.Verdict == FrameVerdict.Whole && !Take(frame, limit))
            {
                return false;
            }
        }

        return true;
    }

    private bool Take(JournalFrame frame, Position? limit)
    {
        Position position = new(frame.Label.Epoch, frame.Label.Sequence);
        switch (frame.Label.Kind)
        {
            case FrameKind.EpochStatement or FrameKind.Checkpoint when position.Epoch < epoch:
                announcements.Note(frame.Label, frame.Place);
                return true;
            case FrameKind.Receipt when check.TryVerify(frame.Payload, out Receipt? receipt) == Refusal.None:
                outbox.AdoptReceipt(position, receipt!.Id);
                return true;
            case FrameKind.Batch when position.Epoch < epoch || (limit is { } last && position.CompareTo(last) <= 0):
                return outbox.TryAdopt(position, () => ItemOf(position, frame));
            default:
                return true;
        }
    }

    private static OutboxItem ItemOf(Position position, JournalFrame frame)
    {
        bool isRead = BatchClaim.TryRead(frame.Payload, out BatchClaim claim) == Refusal.None;
        long writtenUtcUs = isRead ? LeapSeconds.ToUtc(claim.Last) : 0;
        return new OutboxItem(position, frame.Place, writtenUtcUs) { Id = claim.Id };
    }
}
