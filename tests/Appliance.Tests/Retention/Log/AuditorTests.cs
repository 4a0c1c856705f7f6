using Appliance.Retention.Archive;
using Appliance.Retention.Log;
using Appliance.Tests.Retention.Store;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.Log;

public sealed class AuditorTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("audit-");
    private readonly SigningKey witness = SigningKey.New(new Random(3).NextBytes);

    private string LogFolder => Path.Combine(folder.FullName, "log");

    public void Dispose()
    {
        witness.Dispose();
        folder.Delete(recursive: true);
    }

    [Fact]
    public void A_log_that_only_grew_is_found_so_and_the_copy_follows_it()
    {
        using TransparencyLog log = Open();
        Fill(log, 5);
        Assert.Equal((5ul, 5ul), Sizes(Audit(log)));
        Fill(log, 3);

        AuditReport report = Audit(log);

        Assert.Empty(report.Faults);
        Assert.Equal((8ul, 3ul), Sizes(report));
        Assert.Equal(8, report.Kinds["request"]);
    }

    [Fact]
    public void An_entry_that_was_rewritten_is_found_by_the_copy_although_the_tree_was_made_to_fit()
    {
        using TransparencyLog log = Open();
        Fill(log, 5);
        Audit(log);
        LogEntry entry = log.Entries(2, 1)[0].Entry;
        Rewrite(2, entry with { UtcUs = entry.UtcUs + 1 });

        Assert.Contains("rewritten or forked", Assert.Single(Audit(log).Faults), StringComparison.Ordinal);
    }

    [Fact]
    public void A_log_that_was_rolled_back_is_found_by_the_copy()
    {
        using TransparencyLog log = Open();
        Fill(log, 5);
        Audit(log);
        Edit("DELETE FROM entries WHERE no >= 3", "DELETE FROM contents WHERE no >= 3", "DELETE FROM checkpoints");
        MakeTreeFit();

        Assert.Contains("rolled back", Audit(log).Faults[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_copy_what_a_witness_cosigned_finds_the_rewriting()
    {
        using TransparencyLog log = Open();
        Fill(log, 4);
        SignedCheckpoint seen = log.Checkpoint();
        log.AddCosignature(seen.Bytes, seen.Checkpoint.Sign(witness).Bytes);
        Assert.Equal(4ul, Audit(log).Cosigned);
        LogEntry entry = log.Entries(1, 1)[0].Entry;
        Rewrite(1, entry with { Purpose = 2 });
        File.Delete(Path.Combine(folder.FullName, "copy", Auditor.CopyName));

        Assert.Contains("witness", Assert.Single(Audit(log).Faults), StringComparison.Ordinal);
    }

    [Fact]
    public void A_release_that_answers_no_question_is_a_fault()
    {
        using TransparencyLog log = Open();
        Fill(log, 2);
        log.Append(Draft(LogKind.Release) with { RefersTo = 0 });

        Assert.Contains("refers to no question", Assert.Single(Audit(log).Faults), StringComparison.Ordinal);
    }

    [Fact]
    public void Contents_that_were_exchanged_beside_their_commitment_are_a_fault()
    {
        using TransparencyLog log = Open();
        Fill(log, 2);
        Edit("UPDATE contents SET content = x'00' WHERE no = 1");

        Assert.Contains("commits to something else", Assert.Single(Audit(log).Faults), StringComparison.Ordinal);
    }

    [Fact]
    public void An_auditor_signs_the_head_that_was_found_good_and_the_log_says_so()
    {
        using TransparencyLog log = Open();
        Fill(log, 5);
        StoreKey own = StoreKey.New(new Random(9).NextBytes);
        string copy = Path.Combine(folder.FullName, "copy");

        AuditReport report = new Auditor(log, copy).Run(log.Key, null, own);
        AuditReport next = new Auditor(log, copy).Run(log.Key, own.Public, null);

        Assert.Empty(report.Faults);
        Assert.Equal((6ul, 5ul), (next.Size, next.Cosigned));
        Assert.Equal(LogActor.Auditor, log.Entries(5, 1)[0].Entry.Actor);
        Refusal refusal = LogCheckpoint.TryVerify(
            File.ReadAllBytes(Path.Combine(copy, Auditor.HeadName)), own.Public, out LogCheckpoint? head);
        Assert.Equal((Refusal.None, 5ul), (refusal, head!.Size));
        Assert.Empty(new Auditor(log, copy).Run(log.Key, witness.Public).Faults);
    }

    [Fact]
    public void An_auditor_does_not_sign_a_log_that_is_not_good()
    {
        using TransparencyLog log = Open();
        Fill(log, 5);
        Audit(log);
        LogEntry entry = log.Entries(2, 1)[0].Entry;
        Rewrite(2, entry with { UtcUs = entry.UtcUs + 1 });
        string copy = Path.Combine(folder.FullName, "copy");

        AuditReport report = new Auditor(log, copy).Run(null, null, StoreKey.New(new Random(9).NextBytes));

        Assert.NotEmpty(report.Faults);
        Assert.False(File.Exists(Path.Combine(copy, Auditor.HeadName)));
    }

    [Fact]
    public void Forgotten_contents_leave_the_log_as_it_was()
    {
        using TransparencyLog log = Open();
        Fill(log, 3);
        Audit(log);

        Assert.Equal(3, log.ForgetBefore(ulong.MaxValue));

        Assert.Empty(Audit(log).Faults);
        Assert.Null(log.Content(0));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 7)]
    [InlineData(8, 13)]
    public void Proofs_of_the_log_are_those_that_a_checker_accepts(int before, int after)
    {
        using TransparencyLog log = Open();
        Fill(log, before);
        LogCheckpoint first = log.Checkpoint().Checkpoint;
        Fill(log, after - before);
        LogCheckpoint second = log.Checkpoint().Checkpoint;

        Assert.True(MerkleCheck.Extends(
            first.Size, second.Size, first.Root, second.Root, log.Consistency(first.Size, second.Size)));
        LoggedEntry entry = log.Entries((ulong)before - 1, 1)[0];
        Assert.True(MerkleCheck.Includes(
            second.Size, entry.Index, LogEntry.LeafOf(entry.Bytes), log.Inclusion(entry.Index, second.Size),
            second.Root));
    }

    private static (ulong Size, ulong New) Sizes(AuditReport report) => (report.Size, report.New);

    private static LogDraft Draft(LogKind kind) => new()
    {
        Kind = kind, Actor = LogActor.Store, Content = new byte[] { 1, 2, 3 }, Purpose = 1,
    };

    private static void Fill(TransparencyLog log, int count)
    {
        for (int i = 0; i < count; i++)
        {
            log.Append(Draft(LogKind.Request));
        }
    }

    private TransparencyLog Open() => TransparencyLog.Open(LogFolder, TestClock.OfDay(TestBox.Day));

    private AuditReport Audit(TransparencyLog log) =>
        new Auditor(log, Path.Combine(folder.FullName, "copy")).Run(log.Key, witness.Public);

    private void Rewrite(int place, LogEntry entry)
    {
        byte[] bytes = entry.Encode();
        Edit(
            $"UPDATE entries SET bytes = x'{Convert.ToHexString(bytes)}' WHERE no = {place}",
            "DELETE FROM checkpoints");
        MakeTreeFit();
    }

    private void Edit(params string[] statements)
    {
        using StoreDatabase database = Database();
        foreach (string statement in statements)
        {
            database.Run(statement);
        }
    }

    /// <summary>Whoever alters the leaves also makes the tree fit them.</summary>
    private void MakeTreeFit()
    {
        using StoreDatabase database = Database();
        LogForger.MakeTreeFit(database);
    }

    private StoreDatabase Database() => StoreDatabase.Open(
        Path.Combine(LogFolder, TransparencyLog.FileName), toWrite: true, LogTables.Tables);
}
