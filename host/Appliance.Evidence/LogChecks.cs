using Appliance.Wire;

namespace Appliance.Evidence;

/// <summary>The transparency log: that the steps of the question are in it, in order, and that it only grew.</summary>
internal static class LogChecks
{
    public static Outcome Checkpoint(PackState state)
    {
        Refusal refusal = LogCheckpoint.TryVerify(
            state.Files[PackNames.Checkpoint], state.Pins.LogKey, out LogCheckpoint? checkpoint);
        if (refusal != Refusal.None || checkpoint!.Log != state.Pins.Log)
        {
            return Outcome.Fail($"the checkpoint is not of the pinned log: {refusal.Sentence()}");
        }

        state.Checkpoint = checkpoint;
        return Outcome.Pass($"{checkpoint.Size} entries at {Times.Utc(checkpoint.UtcUs)}");
    }

    public static Outcome Witness(PackState state)
    {
        if (state.Pins.Witnesses.Count == 0)
        {
            return Outcome.Open("no witness's key was given");
        }

        foreach (ReadOnlyMemory<byte> bytes in state.List(PackNames.Cosignatures) ?? [])
        {
            if (Cosigned(state, bytes) is { } seen && IsSame(seen, state.Checkpoint))
            {
                return Outcome.Pass($"cosigned at {seen.Size} entries");
            }
        }

        return Outcome.Fail($"no pinned witness cosigned this size and root");
    }

    public static Outcome Entries(PackState state)
    {
        LogCheckpoint checkpoint = state.Checkpoint!;
        if (state.List(PackNames.Entries) is not { } list)
        {
            return Outcome.Fail($"the entries cannot be read");
        }

        foreach (ReadOnlyMemory<byte> bytes in list)
        {
            if (EntryProof.TryDecode(bytes, out EntryProof? proof) != Refusal.None
                || LogEntry.TryDecode(proof!.Entry, out LogEntry? entry) != Refusal.None)
            {
                return Outcome.Fail($"an entry of the log cannot be read");
            }

            bool isThere = MerkleCheck.Includes(
                checkpoint.Size, proof.Index, LogEntry.LeafOf(proof.Entry.Span), [.. proof.Path], checkpoint.Root);
            if (!isThere || !state.Entries.TryAdd(proof.Index, (entry!, proof)))
            {
                return Outcome.Fail($"entry {proof.Index} is not in the log of the checkpoint");
            }

            if (LogEntry.CommitmentOf(proof.Nonce.Span, proof.Content.Span) != entry!.Commitment)
            {
                return Outcome.Fail($"entry {proof.Index} commits to something else than the pack shows");
            }
        }

        return Outcome.Pass($"{string.Join(", ", state.Entries.Select(pair =>
            $"{pair.Key} {pair.Value.Entry.Kind.ToString().ToLowerInvariant()}"))}");
    }

    /// <summary>Request, approvals, question, releases, delivery: logged as signed, in turn.</summary>
    public static Outcome Order(PackState state)
    {
        PackSeal seal = state.Seal!;
        Request request = state.Request!;
        if (seal.Request != request.Id)
        {
            return Outcome.Fail($"it was sealed for another request");
        }

        var papers = new List<ReadOnlyMemory<byte>>(state.List(PackNames.Approvals) ?? []);
        papers.Insert(0, state.Files[PackNames.Request]);
        for (int i = 0; i < papers.Count; i++)
        {
            ReadOnlyMemory<byte> paper = papers[i];
            LogKind wanted = i == 0 ? LogKind.Request : LogKind.Approval;
            if (!state.Entries.Any(pair => pair.Key < seal.Question && pair.Value.Entry.Kind == wanted
                && pair.Value.Proof.Content.Span.SequenceEqual(paper.Span)))
            {
                return Outcome.Fail($"a {wanted.ToString().ToLowerInvariant()} is not in the log before the question");
            }
        }

        if (!state.Entries.TryGetValue(seal.Question, out (LogEntry Entry, EntryProof Proof) asked)
            || asked.Entry.Kind != LogKind.Question
            || PackQuestion.Parse(asked.Proof.Content) is not { } question)
        {
            return Outcome.Fail($"entry {seal.Question} is no question");
        }

        foreach ((ulong index, (LogEntry entry, _)) in state.Entries)
        {
            bool answers = entry.Kind is LogKind.Release or LogKind.Delivery;
            if (entry.Request != request.Id || (answers && (entry.RefersTo != seal.Question || index <= seal.Question)))
            {
                return Outcome.Fail($"entry {index} belongs to another request or question");
            }
        }

        state.Question = question;
        return InForce(state, request, asked.Entry);
    }

    public static Outcome History(PackState state)
    {
        LogCheckpoint checkpoint = state.Checkpoint!;
        if (state.List(PackNames.Seen) is not { } list)
        {
            return Outcome.Fail($"what witnesses saw cannot be read");
        }

        if (state.Pins.Witnesses.Count == 0 || list.Length == 0)
        {
            return Outcome.Open("no witness's key was given, or no witness saw the log before");
        }

        ulong least = ulong.MaxValue;
        foreach (ReadOnlyMemory<byte> bytes in list)
        {
            if (SeenCheckpoint.TryDecode(bytes, out SeenCheckpoint? seen) != Refusal.None
                || LogCheckpoint.TryVerify(seen!.Checkpoint, state.Pins.LogKey, out LogCheckpoint? before)
                    != Refusal.None)
            {
                return Outcome.Fail($"a checkpoint of before is not of the pinned log");
            }

            if (Cosigned(state, seen.Cosignature) is not { } cosigned)
            {
                // Of a witness that the reader does not know: it says nothing to them.
                continue;
            }

            if (!IsSame(cosigned, before))
            {
                return Outcome.Fail($"what a witness signed at {cosigned.Size} entries is not what the log signed");
            }

            if (!MerkleCheck.Extends(before!.Size, checkpoint.Size, before.Root, checkpoint.Root, [.. seen.Path]))
            {
                return Outcome.Fail($"the log does not extend what a witness saw at {before.Size} entries");
            }

            least = Math.Min(least, before.Size);
        }

        return least == ulong.MaxValue ? Outcome.Open("no pinned witness saw the log before")
            : Outcome.Pass($"from {least} to {checkpoint.Size} entries nothing was rewritten ({list.Length} points)");
    }

    public static Outcome Releases(PackState state)
    {
        if (state.Pins.Witnesses.Count == 0)
        {
            return Outcome.Open("no warden's key was given");
        }

        (LogEntry question, _) = state.Entries[state.Seal!.Question];
        foreach ((ulong index, (LogEntry entry, EntryProof proof)) in state.Entries)
        {
            if (entry.Kind != LogKind.Release)
            {
                continue;
            }

            if (Stated(state, proof.Content) is not { } release
                || release.Request != state.Request!.Id || release.QuestionIndex != state.Seal.Question
                || release.Question != question.Commitment)
            {
                return Outcome.Fail($"entry {index} is no release by a pinned warden for this question");
            }

            state.Released.UnionWith(release.Sections);
        }

        return Outcome.Pass($"content keys of {state.Released.Count} sections of batches");
    }

    private static Outcome InForce(PackState state, Request request, LogEntry question)
    {
        ulong before = 0;
        foreach ((_, (LogEntry entry, _)) in state.Entries)
        {
            if (entry.UtcUs < before)
            {
                return Outcome.Fail($"the times of the entries do not ascend");
            }

            before = entry.UtcUs;
        }

        bool inForce = question.UtcUs < request.ExpiresUtcUs
            && state.Approvals.TrueForAll(approval => approval.UtcUs <= question.UtcUs);
        return inForce
            ? Outcome.Pass($"asked at {Times.Utc(question.UtcUs)}, the order in force")
            : Outcome.Fail($"the order was not in force when the question was asked");
    }

    private static ReleaseStatement? Stated(PackState state, ReadOnlyMemory<byte> content)
    {
        foreach (PublicKey key in state.Pins.Witnesses)
        {
            if (ReleaseStatement.TryVerify(content, key, out ReleaseStatement? statement) == Refusal.None)
            {
                return statement;
            }
        }

        return null;
    }

    private static LogCheckpoint? Cosigned(PackState state, ReadOnlyMemory<byte> bytes)
    {
        foreach (PublicKey key in state.Pins.Witnesses)
        {
            if (LogCheckpoint.TryVerify(bytes, key, out LogCheckpoint? seen) == Refusal.None)
            {
                return seen;
            }
        }

        return null;
    }

    private static bool IsSame(LogCheckpoint seen, LogCheckpoint? checkpoint) =>
        checkpoint is not null && seen.Log == checkpoint.Log && seen.Size == checkpoint.Size
        && seen.Root == checkpoint.Root;
}
