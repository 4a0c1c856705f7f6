using Microsoft.Data.Sqlite;

namespace Appliance.Journal;

/// <summary>What became of a batch.</summary>
public enum BatchState
{
    /// <summary>Durable on the flash, not offered yet.</summary>
    Stored = 0,

    /// <summary>Sent; no receipt yet.</summary>
    Offered = 1,

    /// <summary>The store has it.</summary>
    Receipted = 2,

    /// <summary>The store refused it: kept, and not offered again by itself.</summary>
    Quarantined = 3,
}

/// <summary>One batch in the catalogue.</summary>
/// <param name="Label">Epoch, sequence, day and rows.</param>
/// <param name="Place">Where it lies.</param>
/// <param name="Id">Its identity, as <see cref="Catalogue"/> was told to compute it.</param>
/// <param name="State">What became of it.</param>
public sealed record CatalogueEntry(FrameLabel Label, FramePlace Place, byte[] Id, BatchState State);

/// <summary>
/// Which batch lies where, and what became of it: a SQLite file beside the segments, for questions that would otherwise
/// read all of the flash. It holds nothing that the segments do not hold, so a change does not wait for the disk: a
/// power cut may take the newest entries, which are read again at the next opening, and a file that is missing, damaged
/// or of another version is made anew. One thread.
/// </summary>
public sealed class Catalogue : IDisposable
{
    private const int SchemaVersion = 1;
    private const string Schema = """
        CREATE TABLE batch (
            epoch INTEGER NOT NULL, seq INTEGER NOT NULL, day INTEGER NOT NULL, rows INTEGER NOT NULL,
            segment INTEGER NOT NULL, at INTEGER NOT NULL, length INTEGER NOT NULL, id BLOB NOT NULL,
            state INTEGER NOT NULL, PRIMARY KEY (epoch, seq)) WITHOUT ROWID;
        CREATE INDEX batch_state ON batch (state, epoch, seq);
        CREATE INDEX batch_segment ON batch (segment);
        """;

    private readonly SqliteConnection connection;
    private readonly Func<JournalFrame, byte[]> idOf;

    private Catalogue(SqliteConnection connection, Func<JournalFrame, byte[]> idOf)
    {
        this.connection = connection;
        this.idOf = idOf;
    }

    /// <summary>True where the file that was there could not be used and the segments were read.</summary>
    public bool WasRebuilt { get; private set; }

    /// <summary>
    /// Opens the catalogue, or makes it from the segments. <paramref name="discard"/> removes the damaged files; it is
    /// a delegate because files are not touched from here.
    /// </summary>
    /// <param name="path">The SQLite file.</param>
    /// <param name="reader">The segments.</param>
    /// <param name="idOf">Identity of a batch from its frame.</param>
    /// <param name="discard">Deletes a file where it exists.</param>
    public static Catalogue Open(
        string path, JournalReader reader, Func<JournalFrame, byte[]> idOf, Action<string> discard)
    {
        if (TryOpen(path, idOf) is { } catalogue)
        {
            catalogue.CatchUp(reader);
            return catalogue;
        }

        foreach (string suffix in (string[])["", "-wal", "-shm", "-journal"])
        {
            discard(path + suffix);
        }

        Catalogue made = new(Connect(path), idOf) { WasRebuilt = true };
        made.Build(reader);
        return made;
    }

    /// <summary>Enters a frame that was committed: a batch, or the receipt of one; others are passed over.</summary>
    public void Add(JournalFrame frame)
    {
        if (frame.Label.Kind == FrameKind.Batch)
        {
            Run(
                "INSERT INTO batch VALUES ($epoch, $seq, $day, $rows, $segment, $at, $length, $id, $state) "
                + "ON CONFLICT DO UPDATE SET segment = $segment, at = $at, length = $length, id = $id",
                ("$epoch", (long)frame.Label.Epoch), ("$seq", (long)frame.Label.Sequence),
                ("$day", (long)frame.Label.Day), ("$rows", (long)frame.Label.Rows),
                ("$segment", (long)frame.Place.Segment), ("$at", frame.Place.Offset),
                ("$length", (long)frame.Place.Length), ("$id", idOf(frame)), ("$state", (long)BatchState.Stored));
        }
        else if (frame.Label.Kind == FrameKind.Receipt)
        {
            Set(frame.Label.Epoch, frame.Label.Sequence, BatchState.Receipted);
        }
    }

    /// <summary>Notes what became of a batch; false where the catalogue does not have it.</summary>
    public bool Set(uint epoch, uint sequence, BatchState state) => Run(
        "UPDATE batch SET state = $state WHERE epoch = $epoch AND seq = $seq",
        ("$state", (long)state), ("$epoch", (long)epoch), ("$seq", (long)sequence)) == 1;

    /// <summary>Forgets what lay in segments that are gone.</summary>
    public void Forget(IReadOnlyList<ulong> segments)
    {
        foreach (ulong segment in segments)
        {
            Run("DELETE FROM batch WHERE segment = $segment", ("$segment", (long)segment));
        }
    }

    /// <summary>
    /// After a start every batch that was on its way is offered again: its receipt may have been lost.
    /// </summary>
    public int OfferAgain() => Run(
        "UPDATE batch SET state = $stored WHERE state = $offered",
        ("$stored", (long)BatchState.Stored), ("$offered", (long)BatchState.Offered));

    /// <summary>One batch, or null.</summary>
    public CatalogueEntry? Find(uint epoch, uint sequence)
    {
        List<CatalogueEntry> found = Select(
            "WHERE epoch = $epoch AND seq = $seq", ("$epoch", (long)epoch), ("$seq", (long)sequence));
        return found.Count == 0 ? null : found[0];
    }

    /// <summary>The oldest batches in a state, in the order of writing.</summary>
    public IReadOnlyList<CatalogueEntry> Oldest(BatchState state, int countMax) => Select(
        "WHERE state = $state ORDER BY epoch, seq LIMIT $count", ("$state", (long)state), ("$count", (long)countMax));

    /// <summary>How many batches are in a state, and their bytes.</summary>
    public (long Batches, long Bytes) Total(BatchState state)
    {
        using SqliteCommand command = Command(
            "SELECT count(*), coalesce(sum(length), 0) FROM batch WHERE state = $state", ("$state", (long)state));
        using SqliteDataReader row = command.ExecuteReader();
        row.Read();
        return (row.GetInt64(0), row.GetInt64(1));
    }

    /// <summary>True where the batch has a receipt: what <see cref="JournalWriter.Free"/> asks.</summary>
    public bool IsReceipted(uint epoch, uint sequence) => Find(epoch, sequence)?.State == BatchState.Receipted;

    /// <summary>Closes the file.</summary>
    public void Dispose() => connection.Dispose();

    private static Catalogue? TryOpen(string path, Func<JournalFrame, byte[]> idOf)
    {
        SqliteConnection? connection = null;
        try
        {
            connection = Connect(path);
            Catalogue catalogue = new(connection, idOf);
            bool usable = (long)catalogue.Scalar("PRAGMA user_version")! == SchemaVersion
                && (string)catalogue.Scalar("PRAGMA quick_check(1)")! == "ok";
            if (usable)
            {
                return catalogue;
            }
        }
        catch (SqliteException)
        {
            // Damaged or not a database: made anew, which is the whole answer.
        }

        connection?.Dispose();
        return null;
    }

    private static SqliteConnection Connect(string path)
    {
        SqliteConnectionStringBuilder text = new() { DataSource = path, Pooling = false };
        SqliteConnection connection = new(text.ToString());
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        // NORMAL: no flush at a change, only when the log is folded in, so that the one flush a batch stays one, and a
        // cut loses the newest changes but never mixes old and new pages.
        command.CommandText = "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL";
        command.ExecuteNonQuery();
        return connection;
    }

    private void Build(JournalReader reader)
    {
        using SqliteTransaction transaction = connection.BeginTransaction();
        Run(Schema);
        AddFrom(reader, 0);
        Run($"PRAGMA user_version = {SchemaVersion}");
        transaction.Commit();
    }

    /// <summary>
    /// Changes survive a cut as a prefix of what was done, so all that is missing lies in the newest segment known here
    /// or behind it; and entries of segments that are gone had been forgotten.
    /// </summary>
    private void CatchUp(JournalReader reader)
    {
        using SqliteTransaction transaction = connection.BeginTransaction();
        HashSet<ulong> existing = [.. reader.Segments()];
        List<ulong> gone = [];
        using (SqliteCommand command = Command("SELECT DISTINCT segment FROM batch"))
        using (SqliteDataReader row = command.ExecuteReader())
        {
            while (row.Read())
            {
                ulong segment = (ulong)row.GetInt64(0);
                if (!existing.Contains(segment))
                {
                    gone.Add(segment);
                }
            }
        }

        Forget(gone);
        AddFrom(reader, (ulong)(long)Scalar("SELECT coalesce(max(segment), 0) FROM batch")!);
        transaction.Commit();
    }

    private void AddFrom(JournalReader reader, ulong segment)
    {
        foreach (JournalFrame frame in reader.Frames(segment))
        {
            if (frame.Verdict == FrameVerdict.Whole)
            {
                Add(frame);
            }
        }
    }

    private List<CatalogueEntry> Select(string where, params ReadOnlySpan<(string Name, object Value)> values)
    {
        List<CatalogueEntry> entries = [];
        using SqliteCommand command = Command(
            $"SELECT epoch, seq, day, rows, segment, at, length, id, state FROM batch {where}", values);
        using SqliteDataReader row = command.ExecuteReader();
        while (row.Read())
        {
            FrameLabel label = new(
                FrameKind.Batch, (uint)row.GetInt64(0), (uint)row.GetInt64(1), (uint)row.GetInt64(2),
                (uint)row.GetInt64(3));
            FramePlace place = new((ulong)row.GetInt64(4), row.GetInt64(5), row.GetInt32(6));
            entries.Add(new CatalogueEntry(label, place, (byte[])row[7], (BatchState)row.GetInt64(8)));
        }

        return entries;
    }

    private int Run(string text, params ReadOnlySpan<(string Name, object Value)> values)
    {
        using SqliteCommand command = Command(text, values);
        return command.ExecuteNonQuery();
    }

    private object? Scalar(string text)
    {
        using SqliteCommand command = Command(text);
        return command.ExecuteScalar();
    }

    private SqliteCommand Command(string text, params ReadOnlySpan<(string Name, object Value)> values)
    {
        SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // Every text is a literal of this file; values travel as parameters.
        command.CommandText = text;
#pragma warning restore CA2100
        foreach ((string name, object value) in values)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return command;
    }
}
