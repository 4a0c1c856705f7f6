using Appliance.Retention.Archive;
using Appliance.Wire;

namespace Appliance.Retention.Warden;

/// <summary>
/// What a warden remembers: how far it saw the log, and which questions it let through. Written before anything
/// leaves.
/// </summary>
internal sealed class WardenState : IDisposable
{
    private static readonly DatabaseTables Tables = new(
        """
        -- one row: the log as it was seen last
        CREATE TABLE seen (one INTEGER PRIMARY KEY CHECK (one = 1), size INTEGER NOT NULL, root BLOB NOT NULL);

        -- questions that were let through, by the index of their entry in the log
        CREATE TABLE questions (
            request BLOB NOT NULL, entry INTEGER NOT NULL, PRIMARY KEY (request, entry)) WITHOUT ROWID;

        -- lines of referrals that were let through, each with the one question that it is asked in
        CREATE TABLE lines (
            request BLOB NOT NULL, line INTEGER NOT NULL, entry INTEGER NOT NULL,
            PRIMARY KEY (request, line)) WITHOUT ROWID;
        """,
        2,
        "it is of another version of this program; use that one");

    private readonly StoreDatabase database;

    // The lines that were counted last: a question comes some ten times, and what was counted stays so for ever.
    private (Id16 Request, ulong Entry, int[] Rows) counted = (default, 0, []);

    private WardenState(StoreDatabase database) => this.database = database;

    /// <summary>Entries of the log as it was seen last; 0 at first.</summary>
    public ulong SeenSize => (ulong)database.One<long>("SELECT size FROM seen");

    /// <summary>Root of the log as it was seen last.</summary>
    public Hash32 SeenRoot =>
        database.One<byte[]>("SELECT root FROM seen") is { } root ? Hash32.FromBytes(root) : default;

    /// <summary>Opens the state, or makes it.</summary>
    public static WardenState Open(string path) =>
        new(StoreDatabase.Open(path, toWrite: true, Tables));

    /// <summary>Remembers the log; durable when this returns.</summary>
    public void See(ulong size, Hash32 root) =>
        database.Run("INSERT OR REPLACE INTO seen (one, size, root) VALUES (1, $1, $2)", size, root);

    /// <summary>
    /// Counts a question once; false where the request has had as many as it may. Durable when this returns.
    /// </summary>
    public bool TryCount(Id16 request, ulong entry, uint most)
    {
        database.Begin();
        bool isKnown = database.One<long>(
            "SELECT count(*) FROM questions WHERE request = $1 AND entry = $2", request, entry) > 0;
        bool isFree = isKnown || database.One<long>(
            "SELECT count(*) FROM questions WHERE request = $1", request) < most;
        if (isFree && !isKnown)
        {
            database.Run("INSERT INTO questions (request, entry) VALUES ($1, $2)", request, entry);
        }

        database.Commit();
        return isFree;
    }

    /// <summary>
    /// Counts the lines of a referral that a question asks; false where one of them was asked in another question,
    /// where a question that goes on asks other lines than it did, or where the request has had as many as it may.
    /// Durable when this returns.
    /// </summary>
    public bool TryCountLines(Id16 request, ulong entry, IReadOnlyList<int> rows, uint most)
    {
        if (counted.Request == request && counted.Entry == entry && counted.Rows.AsSpan().SequenceEqual([.. rows]))
        {
            return true;
        }

        database.Begin();
        bool isKnown = database.One<long>(
            "SELECT count(*) FROM questions WHERE request = $1 AND entry = $2", request, entry) > 0;
        long had = isKnown ? 0 : database.One<long>("SELECT count(*) FROM lines WHERE request = $1", request);
        bool isFree = isKnown || had + rows.Count <= most;
        for (int i = 0; isFree && i < rows.Count; i++)
        {
            isFree = isKnown
                ? database.One<long?>(
                    "SELECT entry FROM lines WHERE request = $1 AND line = $2", request, rows[i]) == (long)entry
                : database.Run(
                    "INSERT OR IGNORE INTO lines (request, line, entry) VALUES ($1, $2, $3)",
                    request,
                    rows[i],
                    entry) == 1;
        }

        if (isFree && !isKnown)
        {
            database.Run("INSERT INTO questions (request, entry) VALUES ($1, $2)", request, entry);
        }

        if (isFree)
        {
            database.Commit();
            counted = (request, entry, [.. rows]);
        }
        else
        {
            database.Rollback();
        }

        return isFree;
    }

    public void Dispose() => database.Dispose();
}
