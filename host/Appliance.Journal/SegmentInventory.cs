namespace Appliance.Journal;

/// <summary>Which batches a segment holds, and whether all of it can be read.</summary>
internal sealed class SegmentInventory
{
    private readonly List<(uint Epoch, uint Sequence)> batches = [];

    /// <summary>Highest UTC day of a batch; null where none can be read.</summary>
    public uint? DayMax { get; private set; }

    /// <summary>There is something whose label cannot be read, so nobody can say that it was receipted.</summary>
    public bool IsDamaged { get; private set; }

    public static SegmentInventory Of(SegmentImage image)
    {
        SegmentInventory inventory = new() { IsDamaged = !image.HasFrames };
        foreach (Stretch stretch in image.Stretches)
        {
            if (stretch.IsFrame && image.IsKnown(stretch))
            {
                inventory.Add(stretch.Header.Label);
            }
            else
            {
                inventory.IsDamaged = true;
            }
        }

        return inventory;
    }

    public void Add(in FrameLabel label)
    {
        if (label.Kind == FrameKind.Batch)
        {
            batches.Add((label.Epoch, label.Sequence));
            DayMax = Math.Max(DayMax ?? 0, label.Day);
        }
    }

    /// <summary>Batches without a receipt; where something cannot be read, that counts as one more.</summary>
    /// <param name="isReceipted">By epoch and sequence; null where there are no receipts.</param>
    public int CountWaiting(Func<uint, uint, bool>? isReceipted)
    {
        int count = IsDamaged ? 1 : 0;
        foreach ((uint epoch, uint sequence) in batches)
        {
            count += isReceipted is not null && isReceipted(epoch, sequence) ? 0 : 1;
        }

        return count;
    }

    /// <summary>True where every batch is receipted.</summary>
    public bool IsReceipted(Func<uint, uint, bool> isReceipted)
    {
        foreach ((uint epoch, uint sequence) in batches)
        {
            if (!isReceipted(epoch, sequence))
            {
                return false;
            }
        }

        return !IsDamaged;
    }
}
