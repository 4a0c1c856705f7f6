namespace Appliance.Journal;

/// <summary>What a segment's first block and its frames say the file is.</summary>
internal enum SegmentContent
{
    /// <summary>Nothing was written in this life: zeros, or the mark of a segment that is used again.</summary>
    Blank,

    /// <summary>
    /// Marked to be used again under another number, and not renamed yet: its batches were receipted.
    /// </summary>
    Freed,

    /// <summary>Frames of this segment.</summary>
    Own,

    /// <summary>Only frames of other segments: somebody renamed files.</summary>
    Foreign,

    /// <summary>Neither zeros nor a frame: the header of the first frame rotted, and nothing follows it.</summary>
    Junk,
}

/// <summary>One stretch of a segment: a frame of it, or blocks where none of its frames begins.</summary>
/// <param name="Offset">First byte.</param>
/// <param name="Span">Bytes.</param>
/// <param name="IsFrame">A header of this segment with the right checksum.</param>
/// <param name="IsWhole">And the body is what was written.</param>
/// <param name="IsDamage">Not a frame, and not blank either: an unreadable block or a spoilt header.</param>
/// <param name="Header">The header, where <paramref name="IsFrame"/>.</param>
internal readonly record struct Stretch(
    long Offset, long Span, bool IsFrame, bool IsWhole, bool IsDamage, FrameHeader Header);

/// <summary>
/// One segment read into memory and cut into stretches. Never fails for what the bytes contain; a block that the
/// medium cannot give is damage.
/// </summary>
internal sealed class SegmentImage
{
    private readonly List<Stretch> stretches = [];
    private readonly byte[] bytes;
    private readonly HashSet<int> unreadable = [];
    private bool hasForeign;

    private SegmentImage(ulong number, byte[] bytes)
    {
        Number = number;
        this.bytes = bytes;
    }

    public ulong Number { get; }

    public long Length => bytes.Length;

    public SegmentContent Content { get; private set; }

    /// <summary>Stretches in order up to the last one that is not blank.</summary>
    public IReadOnlyList<Stretch> Stretches => stretches;

    /// <summary>Highest commit number of a frame; 0 without frames.</summary>
    public uint LastCommit { get; private set; }

    /// <summary>Cut off after its last frame, at a close or by recovery: all that is there had been durable.</summary>
    public bool IsSealed { get; private set; }

    public bool HasFrames => LastCommit > 0;

    public ReadOnlyMemory<byte> Payload(in Stretch stretch) =>
        bytes.AsMemory((int)stretch.Offset + FrameHeader.Bytes, (int)stretch.Header.Length);

    /// <summary>True where version, kind and flags of a frame are known to this program.</summary>
    public bool IsKnown(in Stretch stretch) => FrameHeader.IsKnown(bytes.AsSpan((int)stretch.Offset));

    public static SegmentImage Load(IJournalDevice device, ulong number)
    {
        string name = SegmentName.Of(number);
        // A longer file was not made by this program; what lies behind the limit is not looked at.
        long length = Math.Min(device.Length(name), Limits.SegmentBytesMax);
        SegmentImage image = new(number, new byte[length]);
        image.Read(device, name);
        image.Cut();
        image.Content = image.Judge();
        return image;
    }

    private void Read(IJournalDevice device, string name)
    {
        try
        {
            device.Read(name, 0, bytes);
        }
        catch (JournalDeviceException failure) when (failure.Fault == DeviceFault.Medium)
        {
            for (int at = 0; at < bytes.Length; at += Limits.BlockBytes)
            {
                ReadBlock(device, name, at);
            }
        }
    }

    private void ReadBlock(IJournalDevice device, string name, int at)
    {
        Span<byte> block = bytes.AsSpan(at, Math.Min(Limits.BlockBytes, bytes.Length - at));
        try
        {
            device.Read(name, at, block);
        }
        catch (JournalDeviceException failure) when (failure.Fault == DeviceFault.Medium)
        {
            block.Clear();
            unreadable.Add(at / Limits.BlockBytes);
        }
    }

    private void Cut()
    {
        for (long at = 0; at + FrameHeader.Bytes <= bytes.Length;)
        {
            Stretch next = StretchAt(at);
            LastCommit = Math.Max(LastCommit, next.IsFrame ? next.Header.Commit : 0u);
            IsSealed |= next.IsFrame && bytes.Length < next.Header.SegmentBlocks * Limits.BlockBytes;
            stretches.Add(next);
            at += next.Span;
        }

        // A sealed segment has no unused rest: what is not a frame in it is a frame that was.
        int used = IsSealed ? stretches.Count : stretches.FindLastIndex(s => s.IsFrame || s.IsDamage) + 1;
        stretches.RemoveRange(used, stretches.Count - used);
        JoinHoles();
    }

    /// <summary>Neighbouring blocks without a frame become one stretch.</summary>
    private void JoinHoles()
    {
        int kept = 0;
        foreach (Stretch next in stretches.ToArray())
        {
            if (kept > 0 && !next.IsFrame && !stretches[kept - 1].IsFrame)
            {
                Stretch hole = stretches[kept - 1];
                stretches[kept - 1] = hole with
                {
                    Span = hole.Span + next.Span, IsDamage = hole.IsDamage || next.IsDamage,
                };
                continue;
            }

            stretches[kept++] = next;
        }

        stretches.RemoveRange(kept, stretches.Count - kept);
    }

    private Stretch StretchAt(long at)
    {
        ReadOnlySpan<byte> rest = bytes.AsSpan((int)at);
        uint block = (uint)(at / Limits.BlockBytes);
        bool isHeader = FrameHeader.TryRead(rest, out FrameHeader header);
        if (!isHeader || header.Segment != Number || header.Block != block)
        {
            hasForeign |= isHeader && header.Label.Kind != FrameKind.Blank;
            bool damage = unreadable.Contains((int)block)
                || (!isHeader && FrameHeader.LooksDamaged(rest, Number, block));
            return new Stretch(at, Math.Min(Limits.BlockBytes, rest.Length), false, false, damage, default);
        }

        if (header.Label.Kind == FrameKind.Blank)
        {
            return new Stretch(at, Math.Min(Limits.BlockBytes, rest.Length), false, false, false, default);
        }

        bool whole = header.Span <= rest.Length
            && FrameHeader.IsBodyRight(rest[..(int)header.Span], (int)header.Length);
        return new Stretch(at, Math.Min(header.Span, rest.Length), true, whole, !whole, header);
    }

    private SegmentContent Judge()
    {
        bool marked = FrameHeader.TryRead(bytes, out FrameHeader first) && first.Label.Kind == FrameKind.Blank;
        if (marked && first.Segment != Number)
        {
            return SegmentContent.Freed;
        }

        if (HasFrames)
        {
            return SegmentContent.Own;
        }

        if (marked)
        {
            return SegmentContent.Blank;
        }

        Span<byte> firstBlock = bytes.AsSpan(0, Math.Min(bytes.Length, Limits.BlockBytes));
        bool junk = stretches.Count > 0 || firstBlock.ContainsAnyExcept((byte)0);
        return hasForeign ? SegmentContent.Foreign : junk ? SegmentContent.Junk : SegmentContent.Blank;
    }
}
