using System.Security.Cryptography;
using Appliance.Linux;
using Appliance.Retention.Archive;
using Appliance.Retention.Requests;
using Appliance.Wire;
using Microsoft.Data.Sqlite;

namespace Appliance.Retention.Log;

/// <summary>
/// The transparency log of a store: an RFC 9162 tree that only grows, in an SQLite file of its own, so that it outlives
/// the index and can be served apart. Several processes may append; each commit is durable when it returns. Who alters
/// the file cannot alter what a witness has cosigned. One thread for each instance.
/// </summary>
internal sealed class TransparencyLog : IDisposable
{
    public const string FileName = "log.db";

    private readonly StoreDatabase database;
    private readonly TimeProvider clock;
    private readonly StoreKey identity;
    private readonly MerkleNodes tree;

    private TransparencyLog(StoreDatabase database, StoreKey identity, TimeProvider clock)
    {
        this.database = database;
        this.identity = identity;
        this.clock = clock;
        tree = new MerkleNodes(ReadNode);
    }

    /// <summary>Name of the log.</summary>
    public Id16 Id => identity.Store;

    /// <summary>Key of its checkpoints: what witnesses and auditors pin.</summary>
    public PublicKey Key => identity.Public;

    /// <summary>Number of entries.</summary>
    public ulong Size => (ulong)database.One<long>("SELECT ifnull(max(no) + 1, 0) FROM entries");

    /// <summary>Nodes of the tree that were hashed so far, for those who look at the cost of a proof.</summary>
    public long Hashes => tree.Hashes;

    /// <summary>Opens the log in a folder; makes it where there is none.</summary>
    /// <exception cref="ArchiveException">It cannot be used.</exception>
    public static TransparencyLog Open(string folder, TimeProvider clock)
    {
        DurableFile.MakeFolder(folder);
        StoreKey identity = ReadKey(Path.Combine(folder, "log.json"));
        return new TransparencyLog(
            StoreDatabase.Open(Path.Combine(folder, FileName), toWrite: true, LogTables.Tables), identity, clock);
    }

    /// <summary>Appends an entry; it is durable when this returns.</summary>
    public LoggedEntry Append(LogDraft draft)
    {
        byte[] nonce = RandomNumberGenerator.GetBytes(LogEntry.NonceSize);
        database.Begin();
        ulong index = Size;
        var entry = new LogEntry
        {
            Kind = draft.Kind,
            UtcUs = UtcClock.Now(clock),
            Request = draft.Request,
            Actor = draft.Actor,
            Commitment = LogEntry.CommitmentOf(nonce, draft.Content.Span),
            Purpose = draft.Purpose,
            Batches = draft.Batches,
            Records = draft.Records,
            RefersTo = draft.RefersTo,
        };
        byte[] bytes = entry.Encode();
        database.Run("INSERT INTO entries (no, bytes) VALUES ($1, $2)", index, bytes);
        database.Run(
            "INSERT INTO contents (no, nonce, content) VALUES ($1, $2, $3)", index, nonce, draft.Content.ToArray());
        tree.Append(index, LogEntry.LeafOf(bytes), WriteNode);
        database.Commit();
        return new LoggedEntry(index, bytes, entry);
    }

    /// <summary>The log as it stands, signed. An older checkpoint of the same size is returned again.</summary>
    public SignedCheckpoint Checkpoint()
    {
        database.Begin();
        ulong size = Size;
        byte[]? bytes = database.One<byte[]>("SELECT bytes FROM checkpoints WHERE size = $1", size);
        if (bytes is null)
        {
            using SigningKey key = identity.Open();
            bytes = new LogCheckpoint(Id, size, tree.Root(size), UtcClock.Now(clock)).Sign(key).Bytes;
            database.Run("INSERT INTO checkpoints (size, bytes) VALUES ($1, $2)", size, bytes);
        }

        database.Commit();
        return Read(bytes);
    }

    /// <summary>The checkpoint of an earlier size as it was signed then; null where none was.</summary>
    public byte[]? CheckpointOf(ulong size) =>
        database.One<byte[]>("SELECT bytes FROM checkpoints WHERE size = $1", size);

    /// <summary>Seals an evidence pack with the log's key.</summary>
    public byte[] Seal(Id16 request, ulong question, IReadOnlyList<PackedFile> files)
    {
        using SigningKey key = identity.Open();
        return new PackSeal(Id, request, question, UtcClock.Now(clock), files).Sign(key).Bytes;
    }

    /// <summary>Keeps what a witness signed about a checkpoint of this log.</summary>
    public void AddCosignature(byte[] checkpoint, byte[] cosignature) => database.Run(
        "INSERT OR REPLACE INTO cosignatures (size, witness, bytes) VALUES ($1, $2, $3)",
        Read(checkpoint).Checkpoint.Size,
        SignedObject.TryRead(SignedType.Checkpoint, cosignature, out SignedObject? signed) == Refusal.None
            ? (long)signed!.Kid.Value
            : throw new ArchiveException("the witness's cosignature cannot be read"),
        cosignature);

    /// <summary>Cosignatures of a size, by witness.</summary>
    public IReadOnlyList<byte[]> Cosignatures(ulong size) => database.All(
        "SELECT bytes FROM cosignatures WHERE size = $1 ORDER BY witness", row => row.Bytes(0), size);

    /// <summary>Sizes that a witness has cosigned, ascending.</summary>
    public IReadOnlyList<ulong> CosignedSizes() => database.All(
        "SELECT DISTINCT size FROM cosignatures ORDER BY size", row => (ulong)row.GetInt64(0));

    /// <summary>Entries from an index on, at most so many.</summary>
    /// <exception cref="ArchiveException">An entry cannot be read: the file was altered.</exception>
    public IReadOnlyList<LoggedEntry> Entries(ulong first, int most) => database.All(
        "SELECT no, bytes FROM entries WHERE no >= $1 ORDER BY no LIMIT $2", ReadEntry, first, most);

    /// <summary>What an entry commits to, or null where it was forgotten.</summary>
    public LogContent? Content(ulong index)
    {
        List<LogContent> found = database.All(
            "SELECT nonce, content FROM contents WHERE no = $1",
            row => new LogContent(row.Bytes(0), row.Bytes(1)),
            index);
        return found.Count == 0 ? null : found[0];
    }

    /// <summary>Proof that an entry is in the log of that size, RFC 9162 section 2.1.3.1.</summary>
    public Hash32[] Inclusion(ulong index, ulong size) => tree.Inclusion(index, size);

    /// <summary>Entries of a kind whose content is still here, with it.</summary>
    public IReadOnlyList<(LoggedEntry Entry, byte[] Content)> Open(LogKind kind) =>
    [
        .. database.All(
            "SELECT e.no, e.bytes, c.content FROM entries e JOIN contents c ON c.no = e.no ORDER BY e.no",
            row => (Entry: ReadEntry(row), Content: row.Bytes(2)))
            .Where(found => found.Entry.Entry.Kind == kind),
    ];

    /// <summary>
    /// Proof that the log of the first size is a prefix of the second, RFC 9162 section 2.1.4.1; empty for a first
    /// size of 0, of which everything is an extension.
    /// </summary>
    public Hash32[] Consistency(ulong first, ulong size) => 
        first == 0 ? [] : tree.Consistency(first, size);

    /// <summary>
    /// Forgets what entries before a time are about: from then on nobody can open their commitments, whatever file they
    /// read. Entries and tree stay. What was destroyed, and who was enrolled, is about no customer and stays open.
    /// </summary>
    /// <returns>Contents forgotten.</returns>
    /// <exception cref="ArchiveException">Another process reads the log all the while.</exception>
    public int ForgetBefore(ulong utcUs)
    {
        database.Begin();
        int forgotten = 0;
        foreach (LoggedEntry entry in database.All(
            "SELECT no, bytes FROM entries WHERE no IN (SELECT no FROM contents) ORDER BY no", ReadEntry))
        {
            if (entry.Entry.UtcUs < utcUs && entry.Entry.Kind is not (LogKind.Destroy or LogKind.Control))
            {
                forgotten += database.Run("DELETE FROM contents WHERE no = $1", entry.Index);
            }
        }

        database.Commit();
        // Also where nothing was left to delete: a crash may have come between.
        database.Shrink();
        return forgotten;
    }

    public void Dispose() => database.Dispose();

    private static StoreKey ReadKey(string file)
    {
        if (!File.Exists(file))
        {
            DurableFile.Put(
                file,
                file + ".part",
                System.Text.Encoding.UTF8.GetBytes(StoreKey.New(RandomNumberGenerator.Fill).ToJson()));
        }

        return StoreKey.TryParse(File.ReadAllText(file), out StoreKey? key, out string wrong)
            ? key
            : throw new ArchiveException($"{file}: {wrong}");
    }

    private static LoggedEntry ReadEntry(SqliteDataReader row)
    {
        byte[] bytes = row.Bytes(1);
        return LogEntry.TryDecode(bytes, out LogEntry? entry) == Refusal.None
            ? new LoggedEntry((ulong)row.GetInt64(0), bytes, entry!)
            : throw new ArchiveException($"entry {row.GetInt64(0)} of the log is damaged; run `retention audit`");
    }

    private SignedCheckpoint Read(byte[] bytes) =>
        LogCheckpoint.TryVerify(bytes, Key, out LogCheckpoint? checkpoint) == Refusal.None
            ? new SignedCheckpoint(checkpoint!, bytes)
            : throw new ArchiveException("a checkpoint of the log is damaged; run `retention audit`");

    private void WriteNode(int height, ulong index, Hash32 node) => database.Run(
        "INSERT OR REPLACE INTO nodes (height, no, hash) VALUES ($1, $2, $3)", height, index, node);

    private Hash32 ReadNode(int height, ulong index) =>
        database.One<byte[]>("SELECT hash FROM nodes WHERE height = $1 AND no = $2", height, index) is { } hash
            ? Hash32.FromBytes(hash)
            : throw new ArchiveException("the tree of the log does not fit its entries; run `retention audit`");
}
