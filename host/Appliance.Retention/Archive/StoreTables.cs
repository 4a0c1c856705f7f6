namespace Appliance.Retention.Archive;

/// <summary>
/// The tables of the store. Times named <c>_us</c> are TAI microseconds where they come from records, UTC where they
/// say when something was received. No column holds an address, a name or a subscriber: filters hold keyed tokens.
/// </summary>
internal static class StoreTables
{
    public static readonly DatabaseTables Tables = new(Sql, 4, "run `retention verify --rebuild`");

    private const string Sql = """
        CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;

        -- contiguous_epoch: number of the epoch up to which nothing is known to be missing
        CREATE TABLE devices (
            device BLOB PRIMARY KEY, contiguous_epoch INTEGER NOT NULL, topic TEXT) WITHOUT ROWID;

        -- verdict: 0 accepted, else the Refusal. head, contiguous, highest: batch numbers, -1 for none: known to
        -- exist, here without a gap, here at all. first_us, last_us: earliest and latest record time, NULL for none
        CREATE TABLE epochs (
            device BLOB NOT NULL, number INTEGER NOT NULL, statement BLOB NOT NULL, id BLOB NOT NULL,
            kid INTEGER NOT NULL, previous BLOB, bytes BLOB NOT NULL, received_us INTEGER NOT NULL,
            verdict INTEGER NOT NULL,
            head INTEGER NOT NULL DEFAULT -1, contiguous INTEGER NOT NULL DEFAULT -1,
            highest INTEGER NOT NULL DEFAULT -1, first_us INTEGER, last_us INTEGER,
            batches INTEGER NOT NULL DEFAULT 0, records INTEGER NOT NULL DEFAULT 0, size INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (device, number, statement)) WITHOUT ROWID;
        CREATE INDEX epochs_by_key ON epochs (device, kid);

        -- positions that the device signed: in checkpoints and in later epoch statements
        CREATE TABLE heads (
            device BLOB NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL, batch BLOB NOT NULL,
            PRIMARY KEY (device, epoch, seq)) WITHOUT ROWID;

        -- expired: 1 where only the signed manifest is left, and path names it
        CREATE TABLE batches (
            no INTEGER PRIMARY KEY, device BLOB NOT NULL, epoch INTEGER NOT NULL, epoch_id BLOB NOT NULL,
            seq INTEGER NOT NULL, id BLOB NOT NULL, previous BLOB NOT NULL, notice BLOB NOT NULL, day INTEGER NOT NULL,
            first_us INTEGER NOT NULL, last_us INTEGER NOT NULL, rows INTEGER NOT NULL, size INTEGER NOT NULL,
            path TEXT NOT NULL, received_us INTEGER NOT NULL, ledger INTEGER NOT NULL, counters BLOB NOT NULL,
            receipt BLOB NOT NULL, expired INTEGER NOT NULL DEFAULT 0, UNIQUE (device, epoch, seq));
        CREATE INDEX batches_by_time ON batches (last_us, first_us);
        CREATE INDEX batches_by_day ON batches (day);
        CREATE INDEX batches_by_path ON batches (path);

        -- sorted 4-byte filter tokens of one section of a batch
        CREATE TABLE filters (
            batch INTEGER NOT NULL, section INTEGER NOT NULL, tokens BLOB NOT NULL,
            PRIMARY KEY (batch, section)) WITHOUT ROWID;

        -- source: GapSource
        CREATE TABLE gaps (
            batch INTEGER NOT NULL, from_us INTEGER NOT NULL, to_us INTEGER NOT NULL, source INTEGER NOT NULL,
            cause TEXT NOT NULL, leg TEXT NOT NULL);
        CREATE INDEX gaps_by_batch ON gaps (batch);
        CREATE INDEX gaps_by_time ON gaps (to_us, from_us);

        -- flows, by their first record, of which a later record says that witnesses contradict each other
        CREATE TABLE conflicts (
            device BLOB NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL, row INTEGER NOT NULL,
            received_us INTEGER NOT NULL, PRIMARY KEY (device, epoch, seq, row)) WITHOUT ROWID;

        -- clock events of manifests that take trust back: records of the device up to that batch that have a time in
        -- [from_us, to_us] hold within bound_us of it; 4294967295: within nothing
        CREATE TABLE doubts (
            device BLOB NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL, from_us INTEGER NOT NULL,
            to_us INTEGER NOT NULL, bound_us INTEGER NOT NULL, received_us INTEGER NOT NULL);
        CREATE INDEX doubts_by_device ON doubts (device, to_us);

        CREATE TABLE ledger (no INTEGER PRIMARY KEY, leaf BLOB NOT NULL);

        -- one line for each thing that was wrong, counted where it comes again
        CREATE TABLE alarms (
            kind TEXT NOT NULL, device BLOB NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL, batch BLOB NOT NULL,
            text TEXT NOT NULL, first_us INTEGER NOT NULL, last_us INTEGER NOT NULL, count INTEGER NOT NULL,
            PRIMARY KEY (kind, device, epoch, seq, batch)) WITHOUT ROWID;
        CREATE INDEX alarms_by_time ON alarms (last_us);
        """;
}
