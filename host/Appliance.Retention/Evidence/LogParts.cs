using Appliance.Retention.Archive;
using Appliance.Retention.Log;
using Appliance.Retention.Requests;
using Appliance.Wire;

namespace Appliance.Retention.Evidence;

/// <summary>The entries of the log that a pack shows: the steps of one question, and nothing of another.</summary>
internal sealed class LogParts
{
    // Each is a proof of some hundred bytes; more says nothing that the newest do not.
    private const int SeenMax = 16;

    private readonly TransparencyLog log;
    private readonly List<LoggedEntry> own;

    private LogParts(TransparencyLog log, List<LoggedEntry> own, LoggedEntry delivery)
    {
        this.log = log;
        this.own = own;
        Delivery = delivery;
        Question = own.Find(entry => entry.Index == delivery.Entry.RefersTo)
            ?? throw new ArchiveException("the delivery answers no question of this request; run `retention audit`");
        Asked = AskedQuestion.Decode(ContentOf(Question).Content)
            ?? throw new ArchiveException("the question cannot be read; run `retention audit`");
    }

    /// <summary>Entry of the delivery of the answer.</summary>
    public LoggedEntry Delivery { get; }

    /// <summary>Entry of the question that it answers.</summary>
    public LoggedEntry Question { get; }

    public AskedQuestion Asked { get; }

    /// <summary>Finds the delivery of an answer.</summary>
    /// <exception cref="ArchiveException">The log has none of these bytes.</exception>
    public static LogParts Find(TransparencyLog log, Id16 request, ReadOnlySpan<byte> answer)
    {
        List<LoggedEntry> own = Own(log, request);
        var digest = Hash32.Of(answer);
        foreach (LoggedEntry entry in own)
        {
            if (entry.Entry.Kind == LogKind.Delivery && log.Content(entry.Index) is { } content
                && SearchStatement.TryReadAnswer(content.Content, out Hash32 delivered) == Refusal.None
                && delivered == digest)
            {
                return new LogParts(log, own, entry);
            }
        }

        throw new ArchiveException(
            "the log has no delivery of this answer under the request; give the file as `--format json` printed it");
    }

    /// <summary>Proofs of the steps in the log of the checkpoint.</summary>
    /// <param name="papers">Request and approvals, as signed.</param>
    /// <param name="size">Entries of the checkpoint.</param>
    public List<ReadOnlyMemory<byte>> Prove(Papers papers, ulong size)
    {
        var proofs = new List<ReadOnlyMemory<byte>>();
        foreach (LoggedEntry entry in Own(log, Question.Entry.Request))
        {
            if (entry.Index < size && IsStep(entry, papers))
            {
                LogContent content = ContentOf(entry);
                proofs.Add(new EntryProof(
                    entry.Index, entry.Bytes, content.Nonce, content.Content,
                    log.Inclusion(entry.Index, size)).Encode());
            }
        }

        return proofs;
    }

    /// <summary>The log as witnesses saw it before, with proofs that it only grew.</summary>
    public List<ReadOnlyMemory<byte>> Seen(ulong size)
    {
        var seen = new List<ReadOnlyMemory<byte>>();
        foreach (ulong before in log.CosignedSizes().Where(one => one > 0 && one < size).TakeLast(SeenMax))
        {
            byte[]? checkpoint = log.CheckpointOf(before);
            foreach (byte[] cosignature in checkpoint is null ? [] : log.Cosignatures(before))
            {
                seen.Add(new SeenCheckpoint(checkpoint!, cosignature, log.Consistency(before, size)).Encode());
            }
        }

        return seen;
    }

    private static List<LoggedEntry> Own(TransparencyLog log, Id16 request) =>
        [.. log.Entries(0, int.MaxValue).Where(entry => entry.Entry.Request == request)];

    private bool IsStep(LoggedEntry entry, Papers papers) => entry.Entry.Kind switch
    {
        LogKind.Request => Is(entry, papers.Request),
        LogKind.Approval => papers.Approvals.Any(paper => Is(entry, paper)),
        LogKind.Question => entry.Index == Question.Index,
        LogKind.Release => entry.Entry.RefersTo == Question.Index,
        LogKind.Delivery => entry.Index == Delivery.Index,
        _ => false,
    };

    private bool Is(LoggedEntry entry, ReadOnlyMemory<byte> paper) =>
        ContentOf(entry).Content.AsSpan().SequenceEqual(paper.Span);

    private LogContent ContentOf(LoggedEntry entry) => log.Content(entry.Index)
        ?? throw new ArchiveException($"what entry {entry.Index} of the log is about was forgotten in time");
}
