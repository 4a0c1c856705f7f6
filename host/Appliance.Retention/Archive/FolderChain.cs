using Appliance.Journal;
using Appliance.Retention.Corrections;
using Appliance.Wire;

namespace Appliance.Retention.Archive;

/// <summary>A batch in a folder of segments: where it lies and what its manifest says.</summary>
internal sealed record FolderBatch(
    FramePlace Place,
    EpochRef Epoch,
    uint Sequence,
    Hash32 Id,
    TaiTime First,
    TaiTime Last,
    IReadOnlyList<ManifestGap> Gaps);

/// <summary>
/// The verified chain of a folder: its batches, and the gaps that their numbers and manifests tell of.
/// </summary>
internal sealed class FolderChain
{
    private readonly ChainVerifier verifier;
    private readonly Action<string> complain;
    private readonly List<FolderBatch> batches = [];

    // Highest batch number of each epoch that a checkpoint or a later epoch statement says must exist.
    private readonly Dictionary<uint, uint> heads = [];

    private FolderChain(KeySet keys, Action<string> complain)
    {
        this.complain = complain;
        Rules = new ReaderRules(keys.Device, keys.Notice, LatestDay: int.MaxValue);
        verifier = new ChainVerifier(keys.DeviceKey, Rules);
        DeviceKey = keys.DeviceKey;
    }

    public ReaderRules Rules { get; }

    /// <summary>By first record time, then epoch and number.</summary>
    public IReadOnlyList<FolderBatch> Batches => batches;

    public IReadOnlyList<CoverageGap> Gaps { get; private set; } = [];

    /// <summary>What the box's clock took back.</summary>
    public List<ToldDoubt> Doubts { get; } = [];

    public TaiTime First { get; private set; }

    public TaiTime Last { get; private set; }

    private PublicKey DeviceKey { get; }

    public static FolderChain Read(JournalReader journal, KeySet keys, Action<string> complain)
    {
        var chain = new FolderChain(keys, complain);
        foreach (JournalFrame frame in journal.Frames())
        {
            if (frame.Verdict == FrameVerdict.Whole)
            {
                chain.Take(frame);
            }
            else if (frame.Verdict != FrameVerdict.Torn)
            {
                // A torn frame is of a commit that was not finished: nobody was told that it is kept.
                complain($"segment {frame.Place.Segment} at {frame.Place.Offset}: {frame.Why}; restore it from a copy");
            }
        }

        chain.Finish();
        return chain;
    }

    public CertifiedEpoch? Find(KeyId kid) => verifier.Find(kid);

    private void Take(JournalFrame frame)
    {
        Refusal refusal = frame.Label.Kind switch
        {
            FrameKind.EpochStatement => TakeEpoch(frame),
            FrameKind.Batch => TakeBatch(frame),
            FrameKind.Checkpoint => TakeCheckpoint(frame),
            _ => Refusal.None,
        };
        if (refusal is not (Refusal.None or Refusal.Swapped or Refusal.Replayed))
        {
            complain(
                $"segment {frame.Place.Segment} at {frame.Place.Offset}: refused: {refusal.Sentence()}; "
                + "answers go without it");
        }
    }

    private Refusal TakeEpoch(JournalFrame frame)
    {
        Refusal refusal = verifier.AddEpoch(frame.Payload);
        if (refusal is Refusal.None or Refusal.Swapped
            && CertifiedEpoch.TryVerify(frame.Payload, DeviceKey, Rules, out CertifiedEpoch? epoch) == Refusal.None
            && epoch!.Statement.LastDurable is { } last)
        {
            Attest(last);
        }

        return refusal;
    }

    private Refusal TakeBatch(JournalFrame frame)
    {
        Refusal refusal = verifier.AddBatch(frame.Payload, out VerifiedBatch? batch);
        if (batch is not null)
        {
            Manifest manifest = batch.Manifest;
            foreach (ManifestEvent happened in manifest.Events)
            {
                if (ClockDoubt.TryRead(happened, out ClockDoubt doubt))
                {
                    Doubts.Add(new ToldDoubt(manifest.Epoch.Number, manifest.Sequence, doubt));
                }
            }

            batches.Add(new FolderBatch(
                frame.Place, manifest.Epoch, manifest.Sequence, batch.Id, manifest.First, manifest.Last,
                manifest.Gaps));
        }

        return refusal;
    }

    private Refusal TakeCheckpoint(JournalFrame frame)
    {
        Refusal refusal = verifier.AddCheckpoint(frame.Payload);
        if (refusal == Refusal.None
            && Checkpoint.TryVerify(frame.Payload, DeviceKey, Rules, out Checkpoint? checkpoint) == Refusal.None)
        {
            Attest(checkpoint!.Head);
        }

        return refusal;
    }

    private void Attest(ChainPosition head) =>
        heads[head.Epoch.Number] = Math.Max(heads.GetValueOrDefault(head.Epoch.Number), head.Sequence);

    private void Finish()
    {
        if (batches.Count == 0)
        {
            return;
        }

        batches.Sort((a, b) => (a.Epoch.Number, a.Sequence).CompareTo((b.Epoch.Number, b.Sequence)));
        Gaps = FolderGaps.Of(batches, heads);
        First = batches.Min(batch => batch.First);
        Last = batches.Max(batch => batch.Last);
        batches.Sort((a, b) => (a.First, a.Epoch.Number, a.Sequence).CompareTo((b.First, b.Epoch.Number, b.Sequence)));
    }
}
