using Appliance.Evidence;
using Appliance.Retention.Requests;
using Appliance.Wire;

namespace Appliance.Tests.Retention.Evidence;

/// <summary>
/// A log of the entries of a pack alone, in which what they are about was changed, and all that hangs on it follows:
/// commitments, indices, releases, search statement, proofs, checkpoint, cosignature.
/// </summary>
internal sealed class ForgedLog(PackForge keys)
{
    public Func<AskedQuestion, AskedQuestion> Question { get; init; } = asked => asked;

    public Func<ReleaseStatement, ReleaseStatement> Release { get; init; } = stated => stated;

    public Func<SearchStatement, SearchStatement> Search { get; init; } = stated => stated;

    public Func<LogEntry, LogEntry> Entry { get; init; } = entry => entry;

    public SigningKey ReleaseKey { get; init; } = keys.Warden;

    public SigningKey SearchKey { get; init; } = keys.Store;

    /// <summary>Writes the log's files anew; index of the question.</summary>
    public ulong Rewrite(SortedDictionary<string, byte[]> files)
    {
        ByteList.TryDecode(files[PackNames.Entries], out ReadOnlyMemory<byte>[] list);
        EntryProof[] old = [.. list.Select(Read)];
        int asked = Array.FindIndex(old, proof => KindOf(proof) == LogKind.Question);
        var entries = new List<(byte[] Entry, byte[] Nonce, byte[] Content)>();
        Hash32 question = default;
        foreach (EntryProof proof in old)
        {
            LogEntry.TryDecode(proof.Entry, out LogEntry? entry);
            byte[] content = ContentOf(entry!.Kind, proof, (ulong)asked, question);
            LogEntry made = Entry(entry with
            {
                Commitment = LogEntry.CommitmentOf(proof.Nonce.Span, content),
                RefersTo = entry.RefersTo is null ? null : (ulong)asked,
            });
            question = entry.Kind == LogKind.Question ? made.Commitment : question;
            entries.Add((made.Encode(), proof.Nonce.ToArray(), content));
        }

        Write(files, entries);
        return (ulong)asked;
    }

    private static EntryProof Read(ReadOnlyMemory<byte> bytes)
    {
        EntryProof.TryDecode(bytes, out EntryProof? proof);
        return proof!;
    }

    private static LogKind KindOf(EntryProof proof)
    {
        LogEntry.TryDecode(proof.Entry, out LogEntry? entry);
        return entry!.Kind;
    }

    private byte[] ContentOf(LogKind kind, EntryProof proof, ulong asked, Hash32 question)
    {
        switch (kind)
        {
            case LogKind.Question:
                return Question(AskedQuestion.Decode(proof.Content.Span)!).Encode();
            case LogKind.Release:
                ReleaseStatement.TryVerify(proof.Content, keys.Warden.Public, out ReleaseStatement? release);
                return Release(release! with { QuestionIndex = asked, Question = question }).Sign(ReleaseKey).Bytes;
            case LogKind.Delivery:
                SearchStatement.TryVerify(proof.Content, keys.Store.Public, out SearchStatement? search);
                return Search(search! with { QuestionIndex = asked, Question = question }).Sign(SearchKey).Bytes;
            default:
                return proof.Content.ToArray();
        }
    }

    private void Write(
        SortedDictionary<string, byte[]> files, List<(byte[] Entry, byte[] Nonce, byte[] Content)> entries)
    {
        var tree = new MerkleTree([.. entries.SelectMany(one => Bytes(LogEntry.LeafOf(one.Entry)))]);
        LogCheckpoint.TryVerify(files[PackNames.Checkpoint], keys.Log.Public, out LogCheckpoint? old);
        LogCheckpoint now = old! with { Size = (ulong)entries.Count, Root = tree.Root() };
        LogCheckpoint before = old with { Size = 1, Root = LogEntry.LeafOf(entries[0].Entry) };
        files[PackNames.Checkpoint] = now.Sign(keys.Log).Bytes;
        files[PackNames.Cosignatures] = ByteList.Encode([now.Sign(keys.Warden).Bytes]);
        files[PackNames.Seen] = ByteList.Encode(
        [
            new SeenCheckpoint(
                before.Sign(keys.Log).Bytes, before.Sign(keys.Warden).Bytes, tree.Consistency(1)).Encode(),
        ]);
        files[PackNames.Entries] = ByteList.Encode([.. entries.Select((one, i) => new ReadOnlyMemory<byte>(
            new EntryProof((ulong)i, one.Entry, one.Nonce, one.Content, tree.Inclusion(i)).Encode()))]);
        files.Remove(PackNames.CheckpointStamp);
    }

    private static byte[] Bytes(Hash32 hash)
    {
        byte[] bytes = new byte[Hash32.Size];
        hash.Write(bytes);
        return bytes;
    }
}
