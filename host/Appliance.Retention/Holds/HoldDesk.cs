using System.Security.Cryptography;
using Appliance.Retention.Archive;
using Appliance.Retention.Log;
using Appliance.Retention.Requests;
using Appliance.Retention.Warden;
using Appliance.Wire;

namespace Appliance.Retention.Holds;

/// <summary>
/// The store's part in legal holds: seals what a question found to a case key of the warden, opens it under a further
/// order, and takes the warden's statements of ends into the log.
/// </summary>
internal sealed class HoldDesk(HoldFolder folder, TransparencyLog log, TimeProvider clock)
{
    /// <summary>Keeps records beyond their retention. The statement is logged before the hold can be found.</summary>
    public HoldStatement Make(IWarden warden, AskedUnder under, Request request, HeldRecords records, ulong untilUtcUs)
    {
        byte[] signed = warden.MakeHold(new HoldAsk(under, untilUtcUs)).Statement;
        if (HoldStatement.TryRead(signed, out HoldStatement? made) != Refusal.None)
        {
            throw new ArchiveException("the warden's statement of a hold cannot be read; see the warden's log");
        }

        log.Append(Draft(LogKind.Control, signed, made!, records.Manifests.Count, records.Proofs.Count, request));
        var header = new SealedHeader(SealedKind.Hold, made!.Hold, request.Id, default, UtcClock.Now(clock));
        folder.Put(
            made, signed, SealedFile.Seal(header, records.Encode(), made.CaseKey, RandomNumberGenerator.Fill));
        return made;
    }

    /// <summary>Opens a hold: the warden releases its case key after the log has the release.</summary>
    /// <exception cref="WardenException">It refuses.</exception>
    /// <exception cref="ArchiveException">The hold is damaged.</exception>
    public HeldRecords Open(
        IWarden warden,
        LogWitness witness,
        Func<AskedUnder> under,
        Request request,
        LoggedEntry question,
        Id16 hold)
    {
        RecipientKey own = RecipientKey.New(
            SectionPlain.AttributionNumber, 0, KeyRole.WardenA, RandomNumberGenerator.Fill);
        byte[] sealedRecords = folder.Sealed(hold);
        ReleasePromise promise = warden.OpenHold(
            new HoldOpenAsk(under(), hold.ToString(), own.Public.Point.ToArray()));
        LoggedEntry logged = log.Append(new LogDraft
        {
            Kind = LogKind.Release,
            Actor = LogActor.Warden,
            Content = promise.Statement,
            Request = request.Id,
            Purpose = request.Purpose,
            RefersTo = question.Index,
        });
        LogProof proof = LogProofs.Of(log, logged, warden.SeenSize(), witness);
        ReleasedKeys released = warden.Release(new ReleaseClaim(promise.Statement, proof));
        log.AddCosignature(proof.Checkpoint, released.Cosignature);
        byte[] scalar = new byte[ContentKeys.Size];
        SealedKey key = released.Keys[0];
        bool isOpen = ContentKeys.TryOpen(
            key.Key, request.Id, new ReleasedSection(Hash32.FromBytes(key.Batch), key.Section), own, scalar);
        Refusal refusal = SealedFile.TryOpen(sealedRecords, scalar, out SealedHeader? header, out byte[] plain);
        CryptographicOperations.ZeroMemory(scalar);
        return isOpen && refusal == Refusal.None && header!.Name == hold && HeldRecords.Decode(plain) is { } records
            ? records
            : throw new ArchiveException($"hold {hold} cannot be opened: {refusal.Sentence()}; restore it from a copy");
    }

    /// <summary>
    /// Logs what the warden states and the log does not have: holds that a crash left out, and ends; returns how many
    /// ends.
    /// </summary>
    public int TakeEnds(HoldList stated)
    {
        int taken = 0;
        HashSet<Hash32> logged = [.. log.Open(LogKind.Control).Select(found => Hash32.Of(found.Content))];
        foreach (HoldReport report in stated.Holds)
        {
            // Drawn by the warden when the store died: nothing is sealed to it, and the log says that it was made.
            if (!logged.Contains(Hash32.Of(report.Statement))
                && HoldStatement.TryRead(report.Statement, out HoldStatement? made) == Refusal.None)
            {
                log.Append(Draft(LogKind.Control, report.Statement, made!, 0, 0, null));
            }

            if (report.End.Length > 0 && HoldStatement.TryRead(report.End, out HoldStatement? end) == Refusal.None
                && folder.EndOf(end!.Hold) is null)
            {
                log.Append(Draft(LogKind.Destroy, report.End, end, 0, 0, null));
                folder.End(end.Hold, report.End);
                taken++;
            }
        }

        return taken;
    }

    private static LogDraft Draft(
        LogKind kind, byte[] content, HoldStatement hold, int batches, int records, Request? request) => new()
    {
        Kind = kind,
        Actor = LogActor.Warden,
        Content = content,
        Request = hold.Request,
        Purpose = request?.Purpose ?? 0,
        Batches = (ulong)batches,
        Records = (ulong)records,
        RefersTo = hold.QuestionIndex,
    };
}
