using Appliance.Retention.Archive;

namespace Appliance.Retention.Log;

/// <summary>
/// The tables of the transparency log. Entries and checkpoints stay for ever; what an entry is about lies beside them
/// and goes when its records go.
/// </summary>
internal static class LogTables
{
    public static readonly DatabaseTables Tables = new(
        Sql, 1, "it is of another version of this program; use that one");

    private const string Sql = """
        CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;

        CREATE TABLE entries (no INTEGER PRIMARY KEY, bytes BLOB NOT NULL, leaf BLOB NOT NULL);

        -- what the commitment of an entry hides
        CREATE TABLE contents (no INTEGER PRIMARY KEY, nonce BLOB NOT NULL, content BLOB NOT NULL);

        CREATE TABLE checkpoints (size INTEGER PRIMARY KEY, bytes BLOB NOT NULL);

        -- witness: id of its key
        CREATE TABLE cosignatures (
            size INTEGER NOT NULL, witness INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (size, witness))
            WITHOUT ROWID;
        """;
}
