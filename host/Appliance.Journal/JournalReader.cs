namespace Appliance.Journal;

/// <summary>
/// Reads a folder of segments in order and says of each frame whether it may be used. Needs no lock and changes
/// nothing, so it may run beside the writer; what the writer has not flushed may then appear torn. Content never makes
/// it throw; a device that cannot list or open its files does.
/// </summary>
public sealed class JournalReader(IJournalDevice device)
{
    /// <summary>Size of the segments that <see cref="Frames"/> is to read; 0 before it began.</summary>
    public long BytesTotal { get; private set; }

    /// <summary>How much of that lies before the newest frame it gave: how far a reading has come.</summary>
    public long BytesRead { get; private set; }

    /// <summary>
    /// Every frame and every bad stretch, in the order of writing. Memory of one segment is held at a time; payloads
    /// stay valid as long as they are referred to.
    /// </summary>
    /// <param name="fromSegment">Segments before this one are passed over.</param>
    public IEnumerable<JournalFrame> Frames(ulong fromSegment = 0)
    {
        List<ulong> numbers = SegmentName.All(device);
        ulong lastWritten = LastWritten(device, numbers);
        BytesTotal = BytesOf(numbers);
        long before = 0;
        foreach (ulong number in numbers)
        {
            SegmentImage? image = number < fromSegment ? null : TryLoad(device, number);
            if (image is null)
            {
                continue; // Or freed since the folder was listed.
            }

            foreach (JournalFrame frame in FramesOf(image, number < lastWritten))
            {
                BytesRead = before + frame.Place.Offset;
                yield return frame;
            }

            before += image.Length;
        }
    }

    /// <summary>Numbers of the segments that there are, rising.</summary>
    public IReadOnlyList<ulong> Segments() => SegmentName.All(device);

    /// <summary>
    /// One frame by its place, as the writer or the catalogue gave it; false where it is not whole there.
    /// </summary>
    public bool TryRead(FramePlace place, out JournalFrame frame)
    {
        frame = new JournalFrame(FrameVerdict.Rotted, default, place, default, false, "not at this place");
        string name = SegmentName.Of(place.Segment);
        long span = FrameHeader.SpanOf(place.Length);
        if (place.Length < 0 || span > Limits.SegmentBytesMax)
        {
            return false;
        }

        byte[] bytes = new byte[span];
        try
        {
            if (device.Read(name, place.Offset, bytes) < bytes.Length)
            {
                return false;
            }
        }
        catch (JournalDeviceException failure) when (failure.Fault is DeviceFault.Medium or DeviceFault.Missing)
        {
            return false;
        }

        return TryTake(place, bytes, ref frame);
    }

    /// <summary>The highest segment that holds a frame; 0 where none does.</summary>
    internal static ulong LastWritten(IJournalDevice device, List<ulong> numbers)
    {
        for (int index = numbers.Count - 1; index >= 0; index--)
        {
            if (TryLoad(device, numbers[index]) is { HasFrames: true })
            {
                return numbers[index];
            }
        }

        return 0;
    }

    internal static IEnumerable<JournalFrame> FramesOf(SegmentImage image, bool hasLater)
    {
        if (image.Content == SegmentContent.Freed || (image.Content == SegmentContent.Blank && !hasLater))
        {
            yield break;
        }

        if (image.Content != SegmentContent.Own)
        {
            yield return WholeSegment(image);
            yield break;
        }

        FrameVerdict[] verdicts = SegmentVerdicts.Of(image, hasLater);
        for (int index = 0; index < verdicts.Length; index++)
        {
            Stretch stretch = image.Stretches[index];
            bool whole = verdicts[index] == FrameVerdict.Whole;
            int length = whole ? (int)stretch.Header.Length : (int)stretch.Span;
            yield return new JournalFrame(
                verdicts[index],
                stretch.Header.Label,
                new FramePlace(image.Number, stretch.Offset, length),
                whole ? image.Payload(stretch) : default,
                stretch.Header.IsCopy,
                SegmentVerdicts.Words(stretch, verdicts[index]));
        }
    }

    private long BytesOf(List<ulong> numbers)
    {
        long bytes = 0;
        foreach (ulong number in numbers)
        {
            try
            {
                bytes += device.Length(SegmentName.Of(number));
            }
            catch (JournalDeviceException failure) when (failure.Fault == DeviceFault.Missing)
            {
                // Freed since the folder was listed.
            }
        }

        return bytes;
    }

    private static JournalFrame WholeSegment(SegmentImage image)
    {
        FramePlace place = new(image.Number, 0, (int)image.Length);
        return image.Content == SegmentContent.Foreign
            ? new JournalFrame(FrameVerdict.Foreign, default, place, default, false, "frames of another segment")
            : new JournalFrame(FrameVerdict.Rotted, default, place, default, false, "no frame can be read");
    }

    private static bool TryTake(FramePlace place, byte[] bytes, ref JournalFrame frame)
    {
        bool right = FrameHeader.TryRead(bytes, out FrameHeader header)
            && header.Segment == place.Segment && header.Block == place.Offset / Limits.BlockBytes
            && header.Length == place.Length && FrameHeader.IsKnown(bytes)
            && FrameHeader.IsBodyRight(bytes, place.Length);
        if (right)
        {
            ReadOnlyMemory<byte> payload = bytes.AsMemory(FrameHeader.Bytes, place.Length);
            frame = new JournalFrame(FrameVerdict.Whole, header.Label, place, payload, header.IsCopy, "");
        }

        return right;
    }

    private static SegmentImage? TryLoad(IJournalDevice device, ulong number)
    {
        try
        {
            return SegmentImage.Load(device, number);
        }
        catch (JournalDeviceException failure) when (failure.Fault == DeviceFault.Missing)
        {
            return null;
        }
    }
}
