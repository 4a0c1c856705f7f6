namespace Appliance.Journal;

/// <summary>
/// The segments beside the one being written: blank ones to come, written ones that wait for receipts. Makes, reuses
/// and removes files, and keeps the account of bytes.
/// </summary>
internal sealed class SegmentShelf
{
    private readonly IJournalDevice device;
    private readonly JournalOptions options;
    private readonly Queue<ulong> blank = new();
    private readonly SortedDictionary<ulong, SegmentInventory?> written = [];
    private ulong numberNext = 1;
    private ulong freeFrom;

    public SegmentShelf(IJournalDevice device, JournalOptions options, IReadOnlyList<ulong> blankNumbers)
    {
        this.device = device;
        this.options = options;
        foreach (ulong number in SegmentName.All(device))
        {
            Bytes += device.Length(SegmentName.Of(number));
            numberNext = number + 1;
            written.Add(number, null);
        }

        foreach (ulong number in blankNumbers)
        {
            written.Remove(number);
            blank.Enqueue(number);
        }
    }

    /// <summary>Bytes of all segment files.</summary>
    public long Bytes { get; private set; }

    /// <summary>Segments with frames, the one being written excluded.</summary>
    public int WrittenCount => written.Count;

    public bool HasBlank => blank.Count > 0;

    /// <summary>Makes sure that a blank segment is there; false where there is no room for one.</summary>
    public bool Prepare()
    {
        if (HasBlank)
        {
            return true;
        }

        if (Bytes > options.TotalBytesMax - options.SegmentBytes)
        {
            return false;
        }

        try
        {
            device.Create(SegmentName.Of(numberNext), options.SegmentBytes);
        }
        catch (JournalDeviceException failure) when (failure.Fault == DeviceFault.Full)
        {
            return false;
        }

        Bytes += options.SegmentBytes;
        blank.Enqueue(numberNext++);
        return true;
    }

    /// <summary>Takes the blank segment with the lowest number.</summary>
    public ulong Take() => blank.Dequeue();

    /// <summary>Puts a segment that was being written beside the others.</summary>
    public void PutWritten(ulong number, SegmentInventory inventory) => written.Add(number, inventory);

    /// <summary>Cuts the unused rest off a segment that will not be written again.</summary>
    public void CutOff(ulong number, long used)
    {
        device.Truncate(SegmentName.Of(number), used);
        Bytes -= options.SegmentBytes - used;
    }

    /// <summary>Removes the blank segments.</summary>
    public void RemoveBlank()
    {
        while (blank.TryDequeue(out ulong number))
        {
            device.Delete(SegmentName.Of(number));
            Bytes -= options.SegmentBytes;
        }
    }

    /// <summary>Frees segments whose batches are all receipted; returns their numbers.</summary>
    /// <param name="isReceipted">By epoch and sequence.</param>
    /// <param name="keepNewest">
    /// The segment being written holds no batch yet: the newest one that does stays.
    /// </param>
    public List<ulong> Free(Func<uint, uint, bool> isReceipted, bool keepNewest)
    {
        List<ulong> freed = [];
        int looked = 0, loads = Limits.FreeLoadsPerCall;
        ulong[] numbers = [.. written.Keys];
        ulong kept = keepNewest ? NewestWithBatch(numbers, ref loads) : 0;
        foreach (ulong number in numbers)
        {
            if (number < freeFrom || number == kept)
            {
                continue;
            }

            if (looked++ == Limits.FreeSegmentsPerCall || InventoryOf(number, ref loads) is not { } inventory)
            {
                freeFrom = number;
                return freed;
            }

            if (inventory.IsReceipted(isReceipted))
            {
                Reuse(number);
                freed.Add(number);
            }
        }

        freeFrom = 0;
        return freed;
    }

    /// <summary>
    /// Removes segments whose batches are all of days before <paramref name="day"/>, receipted or not. Never reused:
    /// what has expired should not stay readable in an unused rest.
    /// </summary>
    public List<ExpiredSegment> Expire(uint day, DayRange days, Func<uint, uint, bool>? isReceipted, bool keepNewest)
    {
        List<ExpiredSegment> expired = [];
        int loads = Limits.FreeLoadsPerCall;
        ulong[] numbers = [.. written.Keys];
        ulong kept = keepNewest ? NewestWithBatch(numbers, ref loads) : 0;
        for (int index = 0; index < numbers.Length && numbers[index] != kept; index++)
        {
            if (LastDay(numbers, index, days, ref loads) is not { } last || last >= day)
            {
                break; // Days rise with the segments.
            }

            expired.Add(new ExpiredSegment(numbers[index], last, written[numbers[index]]!.CountWaiting(isReceipted)));
            Remove(numbers[index]);
        }

        return expired;
    }

    /// <summary>
    /// A day that nothing in the segment is later than; null where it is not known yet. What cannot be read, or has a
    /// day that no clock could rightly say, was written before the batches of the next segment, so their day bounds it.
    /// </summary>
    private uint? LastDay(ulong[] numbers, int index, DayRange days, ref int loads)
    {
        uint least = 0;
        for (; index < numbers.Length && InventoryOf(numbers[index], ref loads) is { } own; index++)
        {
            uint day = days.Holds(own.DayMax) ? own.DayMax!.Value : 0;
            least = Math.Max(least, day);
            if (day > 0 && !own.IsDamaged)
            {
                return least;
            }
        }

        return null;
    }

    /// <summary>The newest segment that holds a batch, or may hold one, as far as is known.</summary>
    private ulong NewestWithBatch(ulong[] numbers, ref int loads)
    {
        for (int index = numbers.Length - 1; index >= 0; index--)
        {
            if (InventoryOf(numbers[index], ref loads) is not { DayMax: null })
            {
                return numbers[index];
            }
        }

        return 0;
    }

    private SegmentInventory? InventoryOf(ulong number, ref int loads)
    {
        if (written[number] is null && loads-- > 0)
        {
            written[number] = SegmentInventory.Of(SegmentImage.Load(device, number));
        }

        return written[number];
    }

    private void Reuse(ulong number)
    {
        string name = SegmentName.Of(number);
        if (blank.Count >= Limits.SparesMax || device.Length(name) != options.SegmentBytes)
        {
            Remove(number);
            return;
        }

        // First the mark, then the name: a cut between them leaves a file that says itself that it is free.
        FrameHeader mark = new()
        {
            Segment = numberNext, Block = 0, Length = 0, Commit = 0, SegmentBlocks = 0, Index = 0,
            Label = new FrameLabel(FrameKind.Blank, 0, 0),
        };
        byte[] block = new byte[Limits.BlockBytes];
        mark.Write(block, default);
        device.Write(name, 0, block);
        device.Flush(name);
        device.Rename(name, SegmentName.Of(numberNext));
        written.Remove(number);
        blank.Enqueue(numberNext++);
    }

    private void Remove(ulong number)
    {
        string name = SegmentName.Of(number);
        Bytes -= device.Length(name);
        device.Delete(name);
        written.Remove(number);
    }
}
