using Appliance.Linux;
using Appliance.Retention.Archive;
using Appliance.Wire;

namespace Appliance.Retention.Log;

/// <summary>What an audit found.</summary>
/// <param name="Size">Entries of the log.</param>
/// <param name="New">Entries that the auditor's copy had not yet.</param>
/// <param name="Cosigned">Largest size that a trusted witness cosigned; 0 for none.</param>
/// <param name="Kinds">Entries by kind, in the order of their numbers.</param>
/// <param name="Unended">Questions that have no end: being asked now, or their process was killed.</param>
/// <param name="Faults">What is wrong, a sentence each; empty where all is well.</param>
internal sealed record AuditReport(
    ulong Size, ulong New, ulong Cosigned, IReadOnlyDictionary<string, long> Kinds, IReadOnlyList<ulong> Unended,
    IReadOnlyList<string> Faults);

/// <summary>
/// Holds a log against the auditor's own copy of it. The copy is a plain file of entries that only the auditor writes:
/// what was ever seen cannot be altered, removed or forked without being found out, whoever has the log's key.
/// </summary>
internal sealed class Auditor
{
    /// <summary>File of the copy: each entry as 4 bytes of length, big-endian, and its bytes.</summary>
    public const string CopyName = "entries.copy";

    /// <summary>File of the last head that the auditor signed.</summary>
    public const string HeadName = "head.cosigned";

    private readonly TransparencyLog log;
    private readonly string folder;
    private readonly string copy;
    private readonly List<string> faults = [];
    private readonly SortedDictionary<LogKind, long> kinds = [];

    public Auditor(TransparencyLog log, string folder)
    {
        this.log = log;
        this.folder = folder;
        DurableFile.MakeFolder(folder);
        copy = Path.Combine(folder, CopyName);
    }

    /// <summary>Compares, checks and, where nothing is wrong, brings the copy up to the log.</summary>
    /// <param name="logKey">Pinned key of the log; null pins the one that it has now.</param>
    /// <param name="witness">Pinned key of the witness; null where cosignatures are not checked.</param>
    /// <param name="own">The auditor's own key; null: the log as it stands is not cosigned.</param>
    public AuditReport Run(PublicKey? logKey, PublicKey? witness, StoreKey? own = null)
    {
        if (logKey is not null && !logKey.IsSame(log.Key))
        {
            faults.Add("the log has another key than the one that is pinned: it was replaced");
        }

        List<byte[]> known = ReadCopy();
        IReadOnlyList<LoggedEntry> entries = log.Entries(0, int.MaxValue);
        var frontier = new MerkleFrontier();
        var roots = new Dictionary<ulong, Hash32>();
        HashSet<ulong> wanted = [.. log.CosignedSizes()];
        Compare(known, entries);
        for (int i = 0; i < entries.Count; i++)
        {
            Judge(entries[i], i, entries);
            frontier.Append(LogEntry.LeafOf(entries[i].Bytes));
            if (wanted.Contains(frontier.Count))
            {
                roots[frontier.Count] = frontier.Root();
            }
        }

        SignedCheckpoint head = CheckCheckpoint(frontier);
        ulong cosigned = CheckCosignatures(roots, witness);
        if (faults.Count == 0)
        {
            Extend(entries, known.Count);
            Cosign(own, head);
        }

        return new AuditReport(
            frontier.Count,
            frontier.Count - Math.Min(frontier.Count, (ulong)known.Count),
            cosigned,
            kinds.ToDictionary(pair => pair.Key.ToString().ToLowerInvariant(), pair => pair.Value),
            [.. UnendedQuestions.Among(entries).Select(question => question.Index)],
            faults);
    }

    /// <summary>
    /// Signs the head that was found good, beside the copy and in the log, where an entry says that it was audited: who
    /// shows another log later contradicts what the auditor signed.
    /// </summary>
    private void Cosign(StoreKey? own, SignedCheckpoint head)
    {
        if (own is null)
        {
            return;
        }

        using SigningKey key = own.Open();
        byte[] signed = head.Checkpoint.Sign(key).Bytes;
        DurableFile.Put(Path.Combine(folder, HeadName), copy + ".part", signed);
        log.AddCosignature(head.Bytes, signed);
        log.Append(new LogDraft { Kind = LogKind.Control, Actor = LogActor.Auditor, Content = signed });
    }

    private void Compare(List<byte[]> known, IReadOnlyList<LoggedEntry> entries)
    {
        if (entries.Count < known.Count)
        {
            faults.Add($"the log has {entries.Count} entries and had {known.Count}: it was rolled back");
        }

        for (int i = 0; i < Math.Min(known.Count, entries.Count); i++)
        {
            if (!known[i].AsSpan().SequenceEqual(entries[i].Bytes))
            {
                faults.Add($"entry {i} is not the one that was there before: the log was rewritten or forked");
                return;
            }
        }
    }

    /// <summary>An entry in the light of those before it.</summary>
    private void Judge(LoggedEntry logged, int place, IReadOnlyList<LoggedEntry> entries)
    {
        LogEntry entry = logged.Entry;
        kinds[entry.Kind] = kinds.GetValueOrDefault(entry.Kind) + 1;
        if (logged.Index != (ulong)place)
        {
            faults.Add($"entry {place} is missing");
        }

        LogKind? needs = entry.Kind switch
        {
            LogKind.Release or LogKind.Delivery => LogKind.Question,
            LogKind.Question when entry.RefersTo is not null => LogKind.Question,
            _ => null,
        };
        if (needs is { } wanted
            && (entry.RefersTo is not { } before || before >= (ulong)place || entries[(int)before].Entry.Kind != wanted
                || entries[(int)before].Entry.Request != entry.Request))
        {
            string kind = entry.Kind.ToString().ToLowerInvariant();
            faults.Add($"entry {place}, a {kind}, refers to no question of its request");
        }

        LogContent? content = log.Content(logged.Index);
        if (content is not null && LogEntry.CommitmentOf(content.Nonce, content.Content) != entry.Commitment)
        {
            faults.Add($"entry {place} commits to something else than what is kept beside it");
        }
    }

    private SignedCheckpoint CheckCheckpoint(MerkleFrontier frontier)
    {
        SignedCheckpoint signed = log.Checkpoint();
        if (signed.Checkpoint.Size != frontier.Count || signed.Checkpoint.Root != frontier.Root())
        {
            faults.Add("the log's own checkpoint is of another tree than its entries");
        }

        return signed;
    }

    private ulong CheckCosignatures(Dictionary<ulong, Hash32> roots, PublicKey? witness)
    {
        ulong largest = 0;
        foreach (ulong size in log.CosignedSizes())
        {
            foreach (byte[] bytes in log.Cosignatures(size))
            {
                if (witness is not null && !IsBy(bytes, witness))
                {
                    // Another witness's, or an auditor's: whoever pins that key judges it.
                    continue;
                }

                Refusal refusal = CheckCosignature(bytes, size, roots, witness);
                if (refusal == Refusal.None)
                {
                    largest = Math.Max(largest, size);
                }
                else if (witness is not null)
                {
                    faults.Add($"what a witness cosigned at {size} entries does not fit: {refusal.Sentence()}");
                }
            }
        }

        return largest;
    }

    private static bool IsBy(byte[] cosignature, PublicKey witness) =>
        SignedObject.TryRead(SignedType.Checkpoint, cosignature, out SignedObject? signed) != Refusal.None
        || signed!.Kid == witness.Kid;

    private static Refusal CheckCosignature(
        byte[] bytes, ulong size, Dictionary<ulong, Hash32> roots, PublicKey? witness)
    {
        if (witness is null)
        {
            return Refusal.ForeignKey;
        }

        Refusal refusal = LogCheckpoint.TryVerify(bytes, witness, out LogCheckpoint? seen);
        bool fits = refusal == Refusal.None
            && seen!.Size == size && roots.TryGetValue(size, out Hash32 root) && seen.Root == root;
        return refusal != Refusal.None || fits ? refusal : Refusal.Fork;
    }

    private List<byte[]> ReadCopy()
    {
        var known = new List<byte[]>();
        byte[] bytes = File.Exists(copy) ? File.ReadAllBytes(copy) : [];
        int at = 0;
        while (at < bytes.Length)
        {
            int length = bytes.Length - at >= sizeof(int)
                ? System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at))
                : -1;
            if (length < 0 || length > bytes.Length - at - sizeof(int))
            {
                throw new ArchiveException($"{copy} is damaged at byte {at}; restore the auditor's copy");
            }

            known.Add(bytes[(at + sizeof(int))..(at + sizeof(int) + length)]);
            at += sizeof(int) + length;
        }

        return known;
    }

    private void Extend(IReadOnlyList<LoggedEntry> entries, int known)
    {
        using var all = new MemoryStream();
        Span<byte> length = stackalloc byte[sizeof(int)];
        all.Write(known > 0 ? File.ReadAllBytes(copy) : []);
        for (int i = known; i < entries.Count; i++)
        {
            System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(length, entries[i].Bytes.Length);
            all.Write(length);
            all.Write(entries[i].Bytes);
        }

        DurableFile.Put(copy, copy + ".part", all.ToArray());
    }
}
