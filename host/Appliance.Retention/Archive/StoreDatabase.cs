using Appliance.Wire;
using Microsoft.Data.Sqlite;

namespace Appliance.Retention.Archive;

/// <summary>Tables of a file, the version that another program would refuse, and the way out.</summary>
/// <param name="Sql">Statements that make them.</param>
/// <param name="Version">Above 0.</param>
/// <param name="Remedy">What to do with a file of another version.</param>
/// <param name="Upgrade">Statements that make the version out of the one before; null: there is no way.</param>
internal sealed record DatabaseTables(string Sql, long Version, string Remedy, string? Upgrade = null);

/// <summary>
/// An SQLite file of the store: opened with its settings, tables made where they are missing, statements prepared once.
/// A commit has reached the medium when it returns (WAL, synchronous = FULL). One thread.
/// </summary>
internal sealed class StoreDatabase : IDisposable
{
    /// <summary>Ending of the index that was there before; `expire` removes it, for it has what is forgotten.</summary>
    public const string BeforeEnding = ".before";

    private readonly SqliteConnection connection;
    private readonly Dictionary<string, SqliteCommand> prepared = [];
    private SqliteTransaction? transaction;

    private StoreDatabase(SqliteConnection connection) => this.connection = connection;

    /// <summary>Opens the database of a store; as the only writer, or to read beside it.</summary>
    /// <exception cref="ArchiveException">There is none to read, or its tables are of another version.</exception>
    public static StoreDatabase Open(string path, bool toWrite) => Open(path, toWrite, StoreTables.Tables);

    /// <summary>
    /// Opens an index of whatever version, to take over what it knows. Its log of writes is taken up when it is closed.
    /// </summary>
    /// <exception cref="SqliteException">It is no database.</exception>
    public static StoreDatabase OpenBefore(string path) => Connect(path, toWrite: false);

    /// <summary>Opens a file with other tables than the store's.</summary>
    /// <exception cref="ArchiveException">There is none to read, or its tables are of another version.</exception>
    public static StoreDatabase Open(string path, bool toWrite, DatabaseTables tables)
    {
        if (!toWrite && !File.Exists(path))
        {
            string why = File.Exists(path + BeforeEnding)
                ? $"the index was lost while it was made anew: {StoreTables.Tables.Remedy}"
                : "nothing was ingested yet, or this is no store's folder";
            throw new ArchiveException($"{path} is not there: {why}");
        }

        StoreDatabase database = Connect(path, toWrite);
        database.Prepare(path, toWrite, tables);
        return database;
    }

    /// <summary>Name of its file.</summary>
    public string Name => Path.GetFileName(connection.DataSource);

    private static StoreDatabase Connect(string path, bool toWrite)
    {
        var text = new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = toWrite ? SqliteOpenMode.ReadWriteCreate : SqliteOpenMode.ReadWrite,
            Pooling = false,
        };
        var connection = new SqliteConnection(text.ToString());
        connection.Open();
        var database = new StoreDatabase(connection);
        database.Run($"PRAGMA busy_timeout = {StoreLimits.DatabaseWaitMs}");
        if (!toWrite)
        {
            database.Run("PRAGMA query_only = ON");
        }

        return database;
    }

    /// <summary>Begins a transaction unless one is open.</summary>
    public void Begin() => transaction ??= connection.BeginTransaction(deferred: false);

    /// <summary>Makes durable what was done since <see cref="Begin"/>.</summary>
    public void Commit()
    {
        transaction?.Commit();
        transaction?.Dispose();
        transaction = null;
    }

    /// <summary>Undoes what was done since <see cref="Begin"/>.</summary>
    public void Rollback()
    {
        transaction?.Dispose();
        transaction = null;
    }

    /// <summary>Runs a statement; returns the number of rows that it changed.</summary>
    public int Run(string sql, params ReadOnlySpan<object?> values) => Bind(sql, values).ExecuteNonQuery();

    /// <summary>The first column of the first row, or the default.</summary>
    public T? One<T>(string sql, params ReadOnlySpan<object?> values)
    {
        object? value = Bind(sql, values).ExecuteScalar();
        return value is T found ? found : default;
    }

    /// <summary>All rows, read at once: a statement is not held open while others run.</summary>
    public List<T> All<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<object?> values)
    {
        var rows = new List<T>();
        using SqliteDataReader reader = Bind(sql, values).ExecuteReader();
        while (reader.Read())
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    /// <summary>
    /// Writes the file anew without what was deleted, and empties the write-ahead log: nothing of it is left in the
    /// files.
    /// </summary>
    /// <exception cref="ArchiveException">Another process reads an older state all the while.</exception>
    public void Shrink()
    {
        Run("VACUUM");
        if (One<long>("PRAGMA wal_checkpoint(TRUNCATE)") != 0)
        {
            throw new ArchiveException(
                $"{connection.DataSource} is being read by another process and still has what was deleted; end that "
                    + "and try again");
        }
    }

    public void Dispose()
    {
        transaction?.Dispose();
        foreach (SqliteCommand command in prepared.Values)
        {
            command.Dispose();
        }

        connection.Dispose();
    }

    private SqliteCommand Bind(string sql, ReadOnlySpan<object?> values)
    {
        if (!prepared.TryGetValue(sql, out SqliteCommand? command))
        {
            command = connection.CreateCommand();
            command.CommandText = sql;
            for (int i = 0; i < values.Length; i++)
            {
                command.Parameters.Add(new SqliteParameter { ParameterName = $"${i + 1}" });
            }

            prepared.Add(sql, command);
        }

        command.Transaction = transaction;
        for (int i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = ToColumn(values[i]);
        }

        return command;
    }

    private static object ToColumn(object? value) => value switch
    {
        null => DBNull.Value,
        Id16 id => ToBytes(id),
        Hash32 hash => hash.ToArray(),
        TaiTime time => time.Microseconds,
        ulong number => (long)number,
        _ => value,
    };

    private static byte[] ToBytes(Id16 id)
    {
        byte[] bytes = new byte[Id16.Size];
        id.Write(bytes);
        return bytes;
    }

    private void Prepare(string path, bool toWrite, DatabaseTables tables)
    {
        long version = One<long>("PRAGMA user_version");
        if (toWrite && tables.Upgrade is { } upgrade && version == tables.Version - 1 && version > 0)
        {
            Begin();
            Run(upgrade);
            Run($"PRAGMA user_version = {tables.Version}");
            Commit();
            version = tables.Version;
        }

        if (version == 0 && toWrite)
        {
            Run("PRAGMA journal_mode = WAL");
            Begin();
            if (One<long>("PRAGMA user_version") == 0)
            {
                Run(tables.Sql);
                Run($"PRAGMA user_version = {tables.Version}");
            }

            Commit();
        }
        else if (version != tables.Version)
        {
            Dispose();
            throw new ArchiveException(
                $"{path} has tables of version {version}, this program knows {tables.Version}: {tables.Remedy}");
        }

        Run("PRAGMA synchronous = FULL");
        // What is deleted is overwritten, so that a crash before the file is shrunk leaves nothing either.
        Run("PRAGMA secure_delete = ON");
    }
}

/// <summary>Columns that are no plain number or text.</summary>
internal static class Columns
{
    public static Id16 Id(this SqliteDataReader row, int column) => Id16.FromBytes(row.GetFieldValue<byte[]>(column));

    public static Hash32 Hash(this SqliteDataReader row, int column) =>
        row.IsDBNull(column) ? default : Hash32.FromBytes(row.GetFieldValue<byte[]>(column));

    public static byte[] Bytes(this SqliteDataReader row, int column) => row.GetFieldValue<byte[]>(column);

    public static TaiTime Time(this SqliteDataReader row, int column) => new(row.GetInt64(column));

    public static uint UInt32(this SqliteDataReader row, int column) => (uint)row.GetInt64(column);
}
