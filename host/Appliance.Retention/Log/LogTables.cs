using Appliance.Retention.Archive;

namespace Appliance.Retention.Log;

/// <summary>
/// The tables of the transparency log. Entries and checkpoints stay for ever; what an entry is about lies beside them
/// and goes when its time is over.
/// </summary>
internal static class LogTables
{
    public static readonly DatabaseTables Tables = new(
        Sql, 2, "it is of another version of this program; use that one");

    private const string Sql = """
        CREATE TABLE entries (no INTEGER PRIMARY KEY, bytes BLOB NOT NULL);

        -- roots of the tree's whole subtrees: height 0 are the leaves
        CREATE TABLE nodes (height INTEGER NOT NULL, no INTEGER NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (height, no))
            WITHOUT ROWID;

        -- what the commitment of an entry hides
        CREATE TABLE contents (no INTEGER PRIMARY KEY, nonce BLOB NOT NULL, content BLOB NOT NULL);

        CREATE TABLE checkpoints (size INTEGER PRIMARY KEY, bytes BLOB NOT NULL);

        -- witness: id of its key
        CREATE TABLE cosignatures (
            size INTEGER NOT NULL, witness INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (size, witness))
            WITHOUT ROWID;
        """;
}
