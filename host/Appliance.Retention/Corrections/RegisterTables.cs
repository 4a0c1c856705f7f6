using Appliance.Retention.Archive;

namespace Appliance.Retention.Corrections;

/// <summary>
/// The tables of the register of answers, <c>answers.db</c>. Nothing in it says whom an answer was about: the records
/// that it relied on are digests with a salt of each delivery, and salt and digests go when the records go.
/// </summary>
internal static class RegisterTables
{
    public static readonly DatabaseTables Tables = new(
        Sql, 2, "it is of another version of this program; use that one", Moments);

    private const string Moments = """
        -- seconds (TAI) that an answer relied on; digest: in which way, and on which record, batch or device
        CREATE TABLE moments (
            entry INTEGER NOT NULL, second INTEGER NOT NULL, digest BLOB NOT NULL,
            PRIMARY KEY (entry, second, digest)) WITHOUT ROWID;

        -- when corrections that both roles signed were taken in, by the name of their file
        CREATE TABLE corrected (name TEXT PRIMARY KEY, at_us INTEGER NOT NULL) WITHOUT ROWID;
        """;

    private const string Sql = Moments + """

        -- entry: index of the delivery in the log; question: that of its question. from_us, to_us: what was asked
        -- about; checked_us: corrections received until then were looked at. All UTC
        CREATE TABLE deliveries (
            entry INTEGER PRIMARY KEY, question INTEGER NOT NULL, request BLOB NOT NULL, delivered_us INTEGER NOT NULL,
            from_us INTEGER NOT NULL, to_us INTEGER NOT NULL, checked_us INTEGER NOT NULL, salt BLOB NOT NULL);

        CREATE TABLE digests (
            entry INTEGER NOT NULL, digest BLOB NOT NULL, PRIMARY KEY (entry, digest)) WITHOUT ROWID;

        -- what somebody declared: records of a device in a time are wrong
        CREATE TABLE declared (
            no INTEGER PRIMARY KEY, kind TEXT NOT NULL, device BLOB NOT NULL, from_us INTEGER NOT NULL,
            to_us INTEGER NOT NULL, at_us INTEGER NOT NULL, text TEXT NOT NULL);

        -- key: what was found, so that it is found once. logged: index of its entry in the log
        CREATE TABLE findings (
            no INTEGER PRIMARY KEY, entry INTEGER NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL,
            request BLOB NOT NULL, logged INTEGER NOT NULL, at_us INTEGER NOT NULL, text TEXT NOT NULL,
            UNIQUE (entry, kind, key));
        """;
}
