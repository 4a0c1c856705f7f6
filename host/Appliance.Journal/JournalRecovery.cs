namespace Appliance.Journal;

/// <summary>
/// Judges segments after a start and puts the decisions of <see cref="RecoveryTable"/> into effect. Every step may be
/// cut off: doing all of it again gives the same end. Looks at the newest segments only, so that a full flash does not
/// delay the start; <see cref="JournalReader"/> judges all of them at leisure.
/// </summary>
internal sealed class JournalRecovery(IJournalDevice device, JournalOptions options)
{
    private readonly List<RecoveryFinding> findings = [];
    private readonly List<ulong> next = [];
    private RecoveryReport report = new();
    private int findingCount;

    /// <summary>Blank segments that stay, rising.</summary>
    public IReadOnlyList<ulong> Next => next;

    /// <summary>Runs the recovery.</summary>
    public RecoveryReport Run()
    {
        List<ulong> numbers = SegmentName.All(device);
        bool hasLater = false;
        int looked = 0;
        for (int index = numbers.Count - 1; index >= 0 && !IsDone(looked); index--)
        {
            SegmentImage image = SegmentImage.Load(device, numbers[index]);
            Settle(image, hasLater);
            hasLater |= image.HasFrames;
            looked += image.HasFrames ? 1 : 0;
        }

        next.Reverse();
        return report with { Findings = findings, FindingCount = findingCount };
    }

    // The newest batch is looked for as far back as it takes: segments without one are short, a run that soon ended.
    private bool IsDone(int looked) => report is { LastBatch: not null, LastEpochStatement: not null }
        && (report.LastReceipt is not null || looked >= Limits.RecoverySegmentsMax);

    private void Settle(SegmentImage image, bool hasLater)
    {
        List<JournalFrame> frames = [.. JournalReader.FramesOf(image, hasLater)];
        RecoveryFacts facts = FactsOf(image, frames, hasLater, options.SegmentBytes);
        (RecoveryDecision decision, string name) = RecoveryTable.Decide(facts);
        Name(frames, decision, name);
        Remember(image, frames);
        Do(image, frames, decision, facts);
    }

    internal static RecoveryFacts FactsOf(
        SegmentImage image, List<JournalFrame> frames, bool hasLater, int segmentBytes)
    {
        bool torn = false, rotted = false, outOfOrder = false;
        (uint, uint)? last = null;
        foreach (JournalFrame frame in frames)
        {
            torn |= frame.Verdict == FrameVerdict.Torn;
            rotted |= frame.Verdict is FrameVerdict.Rotted or FrameVerdict.Foreign;
            if (frame is { Verdict: FrameVerdict.Whole, Label.Kind: FrameKind.Batch })
            {
                (uint Epoch, uint Sequence) place = (frame.Label.Epoch, frame.Label.Sequence);
                outOfOrder |= last is not null && place.CompareTo(last.Value) <= 0;
                last = place;
            }
        }

        bool own = image.Content == SegmentContent.Own;
        return new RecoveryFacts(
            image.Content, hasLater, own && torn, own && rotted, outOfOrder,
            own ? image.IsSealed : image.Length < segmentBytes);
    }

    private void Name(List<JournalFrame> frames, RecoveryDecision decision, string row)
    {
        foreach (JournalFrame frame in frames)
        {
            if (frame.Verdict != FrameVerdict.Whole)
            {
                Name(new RecoveryFinding(frame.Place, decision, $"{Word(frame.Verdict)}, {frame.Why}"));
            }
        }

        if (decision == RecoveryDecision.KeepEvidence && frames.TrueForAll(f => f.Verdict == FrameVerdict.Whole))
        {
            Name(new RecoveryFinding(frames[0].Place, decision, row));
        }
    }

    private static string Word(FrameVerdict verdict) => verdict switch
    {
        FrameVerdict.Torn => "torn",
        FrameVerdict.Rotted => "rotted",
        _ => "foreign",
    };

    private void Name(RecoveryFinding finding)
    {
        findingCount++;
        if (findings.Count < Limits.FindingsMax)
        {
            findings.Add(finding);
        }
    }

    private void Remember(SegmentImage image, List<JournalFrame> frames)
    {
        foreach (Stretch stretch in image.Stretches)
        {
            uint epoch = stretch.Header.Label.Epoch;
            report = report with { EpochNext = Math.Max(report.EpochNext, stretch.IsFrame ? epoch + 1 : 0) };
        }

        for (int index = frames.Count - 1; index >= 0; index--)
        {
            JournalFrame frame = frames[index];
            report = frame.Verdict != FrameVerdict.Whole ? report : frame.Label.Kind switch
            {
                FrameKind.Batch when report.LastBatch is null => report with { LastBatch = frame },
                FrameKind.EpochStatement when report.LastEpochStatement is null =>
                    report with { LastEpochStatement = frame },
                FrameKind.Receipt when report.LastReceipt is null => report with { LastReceipt = frame },
                _ => report,
            };
        }
    }

    private void Do(SegmentImage image, List<JournalFrame> frames, RecoveryDecision decision, RecoveryFacts facts)
    {
        switch (decision)
        {
            case RecoveryDecision.UseNext:
                next.Add(image.Number);
                break;
            case RecoveryDecision.Remove:
                device.Delete(SegmentName.Of(image.Number));
                break;
            case RecoveryDecision.Seal or RecoveryDecision.SealDiscardingTail:
                CutOff(image, frames);
                break;
            case RecoveryDecision.Keep or RecoveryDecision.KeepEvidence:
                break;
            default:
                throw new InvalidOperationException($"segment {image.Number}: facts exclude each other: {facts}");
        }
    }

    private void CutOff(SegmentImage image, List<JournalFrame> frames)
    {
        long end = 0;
        foreach (JournalFrame frame in frames)
        {
            end = frame.Verdict == FrameVerdict.Whole
                ? frame.Place.Offset + FrameHeader.SpanOf(frame.Place.Length)
                : end;
        }

        if (end == 0)
        {
            device.Delete(SegmentName.Of(image.Number));
        }
        else if (end < image.Length)
        {
            device.Truncate(SegmentName.Of(image.Number), end);
        }
    }
}
