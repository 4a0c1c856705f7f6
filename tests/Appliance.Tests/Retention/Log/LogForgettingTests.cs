using System.Text;
using Appliance.Retention.Log;
using Appliance.Tests.Retention.Store;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.Log;

/// <summary>What an entry was about goes in time, from every file; that it was there stays provable.</summary>
public sealed class LogForgettingTests : IDisposable
{
    private const int Entries = 300;
    private const string Secret = "the suspect at 203.0.113.77";

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("forget-log-");
    private readonly TransparencyLog log;

    public LogForgettingTests()
    {
        log = TransparencyLog.Open(folder.FullName, TestClock.OfDay(TestBox.Day));
        for (int i = 0; i < Entries; i++)
        {
            LogKind kind = i % 100 == 50 ? LogKind.Destroy : LogKind.Question;
            Append(kind, kind == LogKind.Destroy ? $"destroyed {i}" : $"{Secret} {i}");
        }
    }

    public void Dispose()
    {
        log.Dispose();
        folder.Delete(recursive: true);
    }

    [Fact]
    public void Nothing_that_was_forgotten_is_left_in_any_file_while_the_log_is_open()
    {
        byte[][] nonces = [.. Enumerable.Range(0, 3).Select(i => log.Content((ulong)i)!.Nonce)];
        Assert.Contains(FilesWith(Encoding.UTF8.GetBytes(Secret)), name => name.StartsWith("log.db"));

        Assert.Equal(Entries - 3, log.ForgetBefore(ulong.MaxValue));

        Assert.Empty(FilesWith(Encoding.UTF8.GetBytes(Secret)));
        Assert.All(nonces, nonce => Assert.Empty(FilesWith(nonce)));
        Assert.Null(log.Content(0));
        Assert.NotNull(log.Content(50));
    }

    [Fact]
    public void Proofs_from_before_forgetting_hold_afterwards_and_new_ones_continue_them()
    {
        LogCheckpoint before = log.Checkpoint().Checkpoint;
        LoggedEntry entry = log.Entries(7, 1)[0];
        Hash32[] early = log.Inclusion(7, before.Size);

        log.ForgetBefore(ulong.MaxValue);
        Append(LogKind.Question, Secret);
        LogCheckpoint after = log.Checkpoint().Checkpoint;

        Assert.Equal(early, log.Inclusion(7, before.Size));
        Assert.True(MerkleCheck.Includes(
            after.Size, 7, LogEntry.LeafOf(entry.Bytes), log.Inclusion(7, after.Size), after.Root));
        Assert.True(MerkleCheck.Extends(
            before.Size, after.Size, before.Root, after.Root, log.Consistency(before.Size, after.Size)));
    }

    [Fact]
    public void What_is_younger_than_the_time_stays()
    {
        Assert.Equal(0, log.ForgetBefore(log.Entries(0, 1)[0].Entry.UtcUs));
        Assert.NotNull(log.Content(0));
    }

    private string[] FilesWith(byte[] wanted) =>
    [
        .. folder.GetFiles().Where(file => Read(file).AsSpan().IndexOf(wanted) >= 0).Select(file => file.Name),
    ];

    private static byte[] Read(FileInfo file)
    {
        using FileStream stream = new(file.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private void Append(LogKind kind, string content) => log.Append(new LogDraft
    {
        Kind = kind, Actor = LogActor.Store, Content = Encoding.UTF8.GetBytes(content), Purpose = 1,
    });
}
