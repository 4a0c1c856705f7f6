using Appliance.Retention.Archive;
using Appliance.Wire;

namespace Appliance.Retention.Ingest;

/// <summary>A batch that passed every check, with what ingest needs of it.</summary>
/// <param name="Batch">Verified and still sealed.</param>
/// <param name="Rows">All sections, opened once; their roots were recomputed. Null where nothing was opened.</param>
/// <param name="Opened">Sections that were opened.</param>
/// <param name="IsOver">Its retention was over when it came: its manifest alone is kept.</param>
internal sealed record JudgedBatch(VerifiedBatch Batch, RowBatch? Rows, SectionSet Opened, bool IsOver);

/// <summary>
/// Holds a batch against everything that can be checked: signature and certificate, notice, day, recipients and
/// ciphertexts, its place in the chain, and with ingest's day key the roots of its rows. Changes nothing.
/// </summary>
internal sealed class BatchJudge(EpochBook epochs, ChainBook chain, ReceivedClock clock, NoticeWatch? notices)
{
    /// <summary>
    /// The verdict. The batch is given where it is to be stored (None, Swapped). Where it is whole and signed but
    /// contradicts the chain (Fork, Rollback), <paramref name="evidence"/> is true: it is to be kept aside.
    /// </summary>
    /// <param name="keys">Of its device.</param>
    /// <param name="claim">What it says of itself.</param>
    /// <param name="bytes">The batch.</param>
    /// <param name="mayStaySealed">It was opened and receipted before, and lies in the archive: without a key that
    /// still opens it, it is given with its rows sealed.</param>
    /// <param name="judged">The batch, where it is to be stored.</param>
    /// <param name="evidence">It is to be kept aside.</param>
    public Refusal Judge(
        DeviceKeys keys,
        BatchClaim claim,
        ReadOnlyMemory<byte> bytes,
        bool mayStaySealed,
        out JudgedBatch? judged,
        out bool evidence)
    {
        judged = null;
        evidence = false;
        if (epochs.Find(keys, claim.Kid) is not { } epoch)
        {
            return epochs.Has(keys.Device, claim.Epoch) ? Refusal.ForeignKey : Refusal.UnknownEpoch;
        }

        Refusal refusal = Verify(keys, epoch.Certified, bytes, out VerifiedBatch? batch);
        if (refusal == Refusal.None && notices?.IsWithdrawn(batch!.Manifest.Notice) == true)
        {
            refusal = Refusal.NoticeWithdrawn;
        }

        if (refusal != Refusal.None)
        {
            return refusal;
        }

        refusal = epoch.Verdict != Refusal.None ? epoch.Verdict : chain.JudgeBatch(batch!.Header, epoch.Certified);
        evidence = refusal is Refusal.Fork or Refusal.Rollback;
        if (refusal is not (Refusal.None or Refusal.Swapped))
        {
            return refusal;
        }

        if (notices?.IsOver(batch!.Manifest.Notice, batch.Manifest.Day) == true)
        {
            judged = new JudgedBatch(batch, null, default, IsOver: true);
            return refusal;
        }

        Refusal opening = Open(keys, batch!, mayStaySealed, out judged);
        return opening == Refusal.None ? refusal : opening;
    }

    private static Refusal Open(DeviceKeys keys, VerifiedBatch batch, bool mayStaySealed, out JudgedBatch? judged)
    {
        Refusal refusal = keys.Ingest.TryOpen(batch, SectionSet.Both, out RowBatch rows, out SectionSet opened);
        if (refusal == Refusal.NoKey && mayStaySealed)
        {
            // In the lab a warden's keys may be here, and they live for a year.
            refusal = keys.Reader.TryOpen(batch, SectionSet.Both, out rows, out opened);
        }

        bool staysSealed = refusal == Refusal.NoKey && mayStaySealed;
        judged = staysSealed ? new JudgedBatch(batch, null, SectionSet.None, IsOver: false)
            : refusal == Refusal.None ? new JudgedBatch(batch, rows, opened, IsOver: false)
            : null;
        return staysSealed ? Refusal.None : refusal;
    }

    /// <summary>Holds what is left of an expired batch against signature and chain; given where it fits.</summary>
    public Refusal JudgeManifest(DeviceKeys keys, ReadOnlyMemory<byte> bytes, out VerifiedManifest? header)
    {
        var rules = new ReaderRules(keys.Device, default, int.MaxValue);
        CertifiedEpoch? epoch = null;
        Refusal refusal = BatchCheck.TryVerifyManifest(
            bytes, kid => epoch = epochs.Find(keys, kid)?.Certified, rules, out header);
        refusal = refusal == Refusal.None ? chain.JudgeBatch(header!, epoch!) : refusal;
        header = refusal is Refusal.None or Refusal.Swapped ? header : null;
        return refusal;
    }

    private Refusal Verify(
        DeviceKeys keys, CertifiedEpoch epoch, ReadOnlyMemory<byte> bytes, out VerifiedBatch? batch)
    {
        // A batch may be of tomorrow where this machine's clock is a little behind the box.
        var rules = new ReaderRules(keys.Device, default, clock.Today + 1);
        Refusal refusal = BatchCheck.TryVerify(bytes, kid => kid == epoch.Key.Kid ? epoch : null, rules, out batch);
        return refusal != Refusal.None || keys.HasNotice(batch!.Manifest.Notice) ? refusal : Refusal.WrongNotice;
    }
}
