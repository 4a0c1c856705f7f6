namespace Appliance.Journal;

/// <summary>Outcome of a commit.</summary>
public enum CommitState
{
    /// <summary>All appended frames are durable.</summary>
    Durable,

    /// <summary>No room for a new segment. The frames stay appended; free something and commit again.</summary>
    Full,
}

/// <summary>
/// Appends frames to pre-written segments: any number of <see cref="Append"/>, then one <see cref="Commit"/> with one
/// flush. One thread. A failed write or flush ends it for good: what is durable is then unknown, and only a new
/// recovery can find out; every later call repeats the first cause.
/// </summary>
public sealed class JournalWriter
{
    private readonly IJournalDevice device;
    private readonly JournalOptions options;
    private readonly SegmentShelf shelf;
    private readonly List<FrameLabel> labels = [];
    private readonly List<int> lengths = [];
    private readonly List<FramePlace> committed = [];
    private byte[] pending = new byte[64 << 10];
    private int pendingBytes;
    private byte[]? statement;
    private FrameLabel statementLabel;
    private (uint Epoch, uint Sequence)? lastBatch;
    private ulong active;
    private SegmentInventory inventory = new();
    private long position;
    private ushort commit;
    private JournalDeviceException? broken;

    private JournalWriter(IJournalDevice device, JournalOptions options, SegmentShelf shelf)
    {
        this.device = device;
        this.options = options;
        this.shelf = shelf;
    }

    /// <summary>
    /// Recovers the folder and makes it ready to write. A new run always begins a new segment, so nothing that is there
    /// is written over. Nothing may be appended before the epoch statement of the run.
    /// </summary>
    public static JournalWriter Open(IJournalDevice device, JournalOptions options, out RecoveryReport report)
    {
        if (options.Check() is { } wrong)
        {
            throw new ArgumentException(wrong, nameof(options));
        }

        JournalRecovery recovery = new(device, options);
        report = recovery.Run();
        SegmentShelf shelf = new(device, options, recovery.Next);
        return new JournalWriter(device, options, shelf)
        {
            lastBatch = report.LastBatch is { } last ? (last.Label.Epoch, last.Label.Sequence) : null,
        };
    }

    /// <summary>Bytes of all segment files.</summary>
    public long Bytes => shelf.Bytes;

    /// <summary>Segments that hold frames.</summary>
    public int SegmentCount => shelf.WrittenCount + (active == 0 ? 0 : 1);

    /// <summary>Where the frames of the last commit lie, in the order of their appending.</summary>
    public IReadOnlyList<FramePlace> Committed => committed;

    /// <summary>
    /// Called for each frame of a commit, in order, once it is durable: whoever sends batches on hears of them here and
    /// never earlier. Copies of the epoch statement are not told.
    /// </summary>
    public Action<FrameLabel, FramePlace>? OnDurable { get; set; }

    /// <summary>The largest payload that fits a segment beside the epoch statement.</summary>
    public int PayloadBytesMax =>
        options.SegmentBytes - (statement is null ? 0 : (int)FrameHeader.SpanOf(statement.Length)) - FrameHeader.Bytes;

    /// <summary>True where a payload of this size could be committed now without making room.</summary>
    public bool HasRoomFor(int payloadBytes) =>
        broken is null && (Fits(pendingBytes + FrameHeader.SpanOf(payloadBytes)) || shelf.Prepare());

    /// <summary>Takes a copy of the payload; durable only after <see cref="Commit"/>.</summary>
    public void Append(FrameLabel label, ReadOnlySpan<byte> payload)
    {
        ThrowIfBroken();
        CheckOrder(label, payload.Length);
        int span = (int)FrameHeader.SpanOf(payload.Length);
        if (pendingBytes + span > pending.Length)
        {
            Array.Resize(ref pending, Math.Max(pending.Length * 2, pendingBytes + span));
        }

        payload.CopyTo(pending.AsSpan(pendingBytes + FrameHeader.Bytes));
        pendingBytes += span;
        labels.Add(label);
        lengths.Add(payload.Length);
        if (label.Kind == FrameKind.EpochStatement)
        {
            statement = payload.ToArray();
            statementLabel = label;
        }
    }

    /// <inheritdoc cref="Append(FrameLabel, ReadOnlySpan{byte})"/>
    public void Append(FrameKind kind, uint epoch, uint sequence, ReadOnlySpan<byte> payload) =>
        Append(new FrameLabel(kind, epoch, sequence), payload);

    /// <summary>Makes all appended frames durable with one flush.</summary>
    public CommitState Commit()
    {
        ThrowIfBroken();
        if (labels.Count == 0)
        {
            return CommitState.Durable;
        }

        try
        {
            if (!Fits(pendingBytes) && !Roll())
            {
                return CommitState.Full;
            }

            WritePending();
        }
        catch (JournalDeviceException failure)
        {
            broken = failure;
            throw;
        }

        return CommitState.Durable;
    }

    /// <summary>
    /// Prepares the next segment, once the one being written is half full: until then receipts may free one, which
    /// saves writing zeros. Called off the hot path. False: the flash is full.
    /// </summary>
    public bool Prepare()
    {
        ThrowIfBroken();
        return (active != 0 && position < options.SegmentBytes / 2) || shelf.Prepare();
    }

    /// <summary>
    /// Frees segments whose batches all have a receipt, a bounded number a call; returns their numbers. The segment
    /// that holds the newest batch is never among them, so that a position is never used twice after a restart.
    /// </summary>
    public IReadOnlyList<ulong> Free(Func<uint, uint, bool> isReceipted)
    {
        ThrowIfBroken();
        return active == 0 ? [] : shelf.Free(isReceipted, keepNewest: inventory.DayMax is null);
    }

    /// <summary>
    /// Removes segments whose batches are all older than <paramref name="day"/> (UTC days since 1970).
    /// </summary>
    /// <param name="day">First day that stays.</param>
    /// <param name="days">Days that can be right; a batch of another counts as one of the next segment's day.</param>
    /// <param name="isReceipted">By epoch and sequence; null where there are no receipts.</param>
    public IReadOnlyList<ExpiredSegment> Expire(
        uint day, DayRange? days = null, Func<uint, uint, bool>? isReceipted = null)
    {
        ThrowIfBroken();
        return active == 0
            ? []
            : shelf.Expire(day, days ?? DayRange.All, isReceipted, keepNewest: inventory.DayMax is null);
    }

    /// <summary>
    /// Commits, cuts the unused rest off and, unless a restart follows at once, removes the blank segments.
    /// </summary>
    public CommitState Close(bool keepBlank = false)
    {
        CommitState state = Commit();
        Shelve();
        if (!keepBlank)
        {
            shelf.RemoveBlank();
        }

        return state;
    }

    private void CheckOrder(in FrameLabel label, int payloadBytes)
    {
        bool isStatement = label.Kind == FrameKind.EpochStatement;
        if (payloadBytes > (isStatement ? Limits.EpochStatementBytesMax : PayloadBytesMax)
            || pendingBytes + FrameHeader.SpanOf(payloadBytes) > PayloadBytesMax + FrameHeader.Bytes
            || labels.Count >= Limits.CommitFramesMax - 1)
        {
            throw new ArgumentException($"{payloadBytes} bytes do not fit one commit of {options.SegmentBytes}");
        }

        if (label.Kind is FrameKind.Blank or > FrameKind.Receipt)
        {
            throw new ArgumentException($"{label.Kind} is not appended");
        }

        if (statement is null && !isStatement)
        {
            throw new InvalidOperationException("the first frame of a run is its epoch statement");
        }

        if (label.Kind == FrameKind.Batch)
        {
            (uint, uint) place = (label.Epoch, label.Sequence);
            if (label.Epoch != statementLabel.Epoch || (lastBatch is { } last && place.CompareTo(last) <= 0))
            {
                throw new InvalidOperationException($"batch {place} after {lastBatch}: a position is never used twice");
            }

            lastBatch = place;
        }
    }

    private bool Fits(long bytes) => active != 0 && position + bytes <= options.SegmentBytes;

    private bool Roll()
    {
        if (!shelf.Prepare())
        {
            return false;
        }

        if (active != 0)
        {
            shelf.PutWritten(active, inventory);
        }

        active = shelf.Take();
        inventory = new SegmentInventory();
        position = 0;
        commit = 0;
        return true;
    }

    private void WritePending()
    {
        string name = SegmentName.Of(active);
        long at = position;
        byte index = 0;
        commit++;
        if (at == 0 && statement is not null && labels[0].Kind != FrameKind.EpochStatement)
        {
            byte[] copy = new byte[FrameHeader.SpanOf(statement.Length)];
            Header(statementLabel, statement.Length, at, index++, isCopy: true).Write(copy, statement);
            device.Write(name, at, copy);
            at += copy.Length;
        }

        committed.Clear();
        long begin = at;
        for (int frame = 0; frame < labels.Count; frame++)
        {
            Span<byte> bytes = pending.AsSpan((int)(at - begin), (int)FrameHeader.SpanOf(lengths[frame]));
            FrameHeader header = Header(labels[frame], lengths[frame], at, index++, isCopy: false);
            header.Write(bytes, bytes.Slice(FrameHeader.Bytes, lengths[frame]));
            committed.Add(new FramePlace(active, at, lengths[frame]));
            at += bytes.Length;
        }

        device.Write(name, begin, pending.AsSpan(0, pendingBytes));
        device.Flush(name);
        for (int frame = 0; OnDurable is not null && frame < labels.Count; frame++)
        {
            OnDurable(labels[frame], committed[frame]);
        }

        Forget(at);
    }

    private FrameHeader Header(FrameLabel label, int length, long at, byte index, bool isCopy) => new()
    {
        Segment = active, Block = (uint)(at / Limits.BlockBytes), Length = (uint)length, Commit = commit,
        Index = index, Label = label, IsCopy = isCopy,
        SegmentBlocks = (ushort)(options.SegmentBytes / Limits.BlockBytes),
    };

    private void Forget(long end)
    {
        foreach (FrameLabel label in labels)
        {
            inventory.Add(label);
        }

        position = end;
        pendingBytes = 0;
        labels.Clear();
        lengths.Clear();
    }

    private void Shelve()
    {
        if (active == 0)
        {
            return;
        }

        if (position < options.SegmentBytes)
        {
            shelf.CutOff(active, position);
        }

        shelf.PutWritten(active, inventory);
        active = 0;
    }

    private void ThrowIfBroken()
    {
        if (broken is not null)
        {
            throw new JournalDeviceException(broken.Fault, $"the journal stopped earlier: {broken.Message}");
        }
    }
}
