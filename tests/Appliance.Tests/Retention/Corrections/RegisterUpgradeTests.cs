using Appliance.Retention.Archive;
using Appliance.Retention.Corrections;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.Corrections;

/// <summary>A register of answers of version 1, written before times could be corrected.</summary>
public sealed class RegisterUpgradeTests : IDisposable
{
    private const string VersionOne = """
        CREATE TABLE deliveries (
            entry INTEGER PRIMARY KEY, question INTEGER NOT NULL, request BLOB NOT NULL, delivered_us INTEGER NOT NULL,
            from_us INTEGER NOT NULL, to_us INTEGER NOT NULL, checked_us INTEGER NOT NULL, salt BLOB NOT NULL);
        CREATE TABLE digests (
            entry INTEGER NOT NULL, digest BLOB NOT NULL, PRIMARY KEY (entry, digest)) WITHOUT ROWID;
        CREATE TABLE declared (
            no INTEGER PRIMARY KEY, kind TEXT NOT NULL, device BLOB NOT NULL, from_us INTEGER NOT NULL,
            to_us INTEGER NOT NULL, at_us INTEGER NOT NULL, text TEXT NOT NULL);
        CREATE TABLE findings (
            no INTEGER PRIMARY KEY, entry INTEGER NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL,
            request BLOB NOT NULL, logged INTEGER NOT NULL, at_us INTEGER NOT NULL, text TEXT NOT NULL,
            UNIQUE (entry, kind, key));
        INSERT INTO deliveries VALUES (7, 5, zeroblob(16), 90, 10, 20, 91, zeroblob(32));
        INSERT INTO digests VALUES (7, x'00112233445566778899aabbccddeeff');
        INSERT INTO declared VALUES (1, 'clock', zeroblob(16), 10, 20, 95, 'declared before');
        INSERT INTO findings VALUES (1, 7, 'clock', 'k', zeroblob(16), 9, 96, 'found before');
        """;

    private readonly DirectoryInfo temporary = Directory.CreateTempSubdirectory("register-");

    public void Dispose() => temporary.Delete(recursive: true);

    [Fact]
    public void It_is_brought_to_this_version_with_everything_that_it_had()
    {
        Make(VersionOne, 1);

        using (var register = AnswerRegister.Open(new StoreFolder(temporary.FullName)))
        {
            DeliveredAnswer answer = Assert.Single(register.Deliveries());
            Assert.Equal((7UL, 91UL), (answer.Entry, answer.CheckedUtcUs));

            // Nobody wrote down its seconds: its batches tell which corrections of time it relied on.
            Assert.False(register.HasMoments(answer));
            register.Add(answer with { Entry = 8 }, [], []);
        }

        using StoreDatabase database = StoreDatabase.Open(File(), toWrite: false, RegisterTables.Tables);
        Assert.Equal(2, database.One<long>("SELECT count(*) FROM deliveries"));
        Assert.Equal("found before", database.One<string>("SELECT text FROM findings"));
        Assert.Equal("declared before", database.One<string>("SELECT text FROM declared"));
        Assert.Equal(1, database.One<long>("SELECT count(*) FROM digests WHERE entry = 7"));
        Assert.Equal(2, database.One<long>("PRAGMA user_version"));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(9)]
    public void One_of_a_later_program_is_refused_and_not_touched(long version)
    {
        Make(VersionOne, version);
        byte[] before = System.IO.File.ReadAllBytes(File());

        ArchiveException refused = Assert.Throws<ArchiveException>(
            () => AnswerRegister.Open(new StoreFolder(temporary.FullName)));

        Assert.Contains($"has tables of version {version}, this program knows 2: it is of another", refused.Message);
        Assert.Equal(before, System.IO.File.ReadAllBytes(File()));
    }

    private string File() => Path.Combine(temporary.FullName, AnswerRegister.FileName);

    private void Make(string sql, long version)
    {
        var tables = new DatabaseTables(sql, version, "none");
        using var made = StoreDatabase.Open(File(), toWrite: true, tables);
        Assert.Equal(version, made.One<long>("PRAGMA user_version"));
    }
}
