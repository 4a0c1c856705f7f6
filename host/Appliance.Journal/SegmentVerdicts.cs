namespace Appliance.Journal;

/// <summary>
/// Verdicts on the stretches of one segment. What tells torn from rotted: a commit begins only after the flush of the
/// one before has returned, so whatever lies before a frame of a later commit, in a segment with a written successor,
/// or in one that was sealed, had been durable.
/// </summary>
internal static class SegmentVerdicts
{
    /// <summary>Verdict for each stretch of the image.</summary>
    /// <param name="image">The segment.</param>
    /// <param name="hasLater">A later segment holds a frame.</param>
    public static FrameVerdict[] Of(SegmentImage image, bool hasLater)
    {
        FrameVerdict[] verdicts = new FrameVerdict[image.Stretches.Count];
        bool torn = false;
        for (int index = 0; index < verdicts.Length; index++)
        {
            Stretch stretch = image.Stretches[index];
            verdicts[index] = stretch switch
            {
                { IsWhole: true } when torn => FrameVerdict.Torn, // Its commit is not whole: discarded with it.
                { IsWhole: true } => image.IsKnown(stretch) ? FrameVerdict.Whole : FrameVerdict.Foreign,
                _ when hasLater || image.IsSealed || WasDurable(image, index) => FrameVerdict.Rotted,
                _ => FrameVerdict.Torn,
            };
            torn |= verdicts[index] == FrameVerdict.Torn;
        }

        return verdicts;
    }

    /// <summary>What the reader tells people about a stretch.</summary>
    public static string Words(in Stretch stretch, FrameVerdict verdict) => verdict switch
    {
        FrameVerdict.Whole => "",
        FrameVerdict.Foreign => "unknown version or kind",
        FrameVerdict.Torn when stretch.IsWhole => "follows a torn frame of its own commit",
        FrameVerdict.Torn => "the last commit was not finished",
        _ when stretch.IsFrame => "the payload is not what was written",
        _ when stretch.IsDamage => "the header is spoilt or the block cannot be read",
        _ => "a frame is missing",
    };

    private static bool WasDurable(SegmentImage image, int index)
    {
        Stretch stretch = image.Stretches[index];
        if (stretch.IsFrame)
        {
            return stretch.Header.Commit < image.LastCommit;
        }

        for (int later = index + 1; later < image.Stretches.Count; later++)
        {
            if (image.Stretches[later].IsFrame)
            {
                // The next frame opens its commit: then the hole is of an earlier one, whose flush had returned.
                FrameHeader next = image.Stretches[later].Header;
                return next.Commit < image.LastCommit || next.Index == 0;
            }
        }

        return false;
    }
}
