using System.Text;
using Appliance.Retention.Archive;
using Appliance.Retention.Log;
using Appliance.Tests.Retention.Store;
using Appliance.Wire;
using Xunit;
using static System.StringComparison;

namespace Appliance.Tests.Retention.Requests;

/// <summary>However a question ends, the log says so: every end there is, one by one.</summary>
public sealed class QuestionEndTests : IDisposable
{
    private readonly OrderWorld world = new();

    /// <summary>How a question can end.</summary>
    public enum Ending
    {
        Answered,
        AnsweredWithNobody,
        NoRequestNamed,
        NoSuchName,
        UnknownRequest,
        NotApproved,
        BeyondOrder,
        RefusedByWarden,
        WardenGone,
        BatchLost,
        BatchDamaged,
        IndexLost,
        PapersDamaged,
        ClientGone,
    }

    public static TheoryData<Ending> Ends => [.. Enum.GetValues<Ending>()];

    public void Dispose() => world.Dispose();

    [Theory]
    [MemberData(nameof(Ends))]
    public void However_a_question_ends_its_last_entry_in_the_log_says_how(Ending end)
    {
        world.SetUp();
        string request = world.Request();
        if (end != Ending.NotApproved)
        {
            world.Approve(request);
        }

        Prepare(end, request);
        int before = Entries().Count;
        int code = Ask(end, request, out string output);

        IReadOnlyList<LoggedEntry> entries = Entries();
        (int wanted, LogKind kind, LogActor actor) = Expected(end);
        Assert.True(entries.Count > before, "the question left no entry");
        Assert.Equal((wanted, kind, actor), (code, entries[^1].Entry.Kind, entries[^1].Entry.Actor));
        Assert.DoesNotContain("line-1", kind == LogKind.Delivery ? "" : output, Ordinal);
        AssertEveryQuestionEnded(entries);
    }

    [Fact]
    public void A_delivery_commits_to_the_bytes_of_the_answer_and_counts_what_it_told()
    {
        world.SetUp();
        world.StartWarden();
        string request = world.Request();
        world.Approve(request);

        string output = world.Resolve(request, "--json").Output;

        IReadOnlyList<LoggedEntry> entries = Entries();
        LogEntry delivery = entries[^1].Entry;
        SearchStatement said = Said(entries[^1]);
        Assert.Equal(Hash32.Of(Encoding.UTF8.GetBytes(output)), said.Answer);
        Assert.Equal((1ul, 1ul, 1ul), (delivery.Records, delivery.Batches, said.Opened));
        Assert.Equal((said.Records, said.Touching), (delivery.Records, 3ul));
        LoggedEntry question = Assert.Single(entries, entry => entry.Entry.Kind == LogKind.Question);
        Assert.Equal((question.Index, question.Entry.Commitment), (said.QuestionIndex, said.Question));
        Assert.Equal(
            entries.Where(entry => entry.Entry.Kind == LogKind.Release).Select(entry => entry.Index), said.Releases);
        Assert.Equal(request, said.Request.ToString());
        Assert.Empty(said.Missing);
    }

    [Fact]
    public void The_commitment_of_a_delivery_tells_nothing_to_who_guesses_the_answer()
    {
        world.SetUp();
        world.StartWarden();
        string request = world.Request();
        world.Approve(request);
        world.Resolve(request);

        using TransparencyLog log = OpenLog();
        LoggedEntry entry = Entries()[^1];
        LogContent content = log.Content(entry.Index)!;

        Assert.Equal(entry.Entry.Commitment, LogEntry.CommitmentOf(content.Nonce, content.Content));
        Assert.NotEqual(
            entry.Entry.Commitment, LogEntry.CommitmentOf(new byte[LogEntry.NonceSize], content.Content));
    }

    private static (int Code, LogKind Kind, LogActor Actor) Expected(Ending end) => end switch
    {
        Ending.Answered => (0, LogKind.Delivery, LogActor.Store),
        Ending.AnsweredWithNobody => (1, LogKind.Delivery, LogActor.Store),
        Ending.RefusedByWarden => (1, LogKind.Refusal, LogActor.Warden),
        Ending.BatchLost or Ending.BatchDamaged or Ending.IndexLost or Ending.ClientGone =>
            (2, LogKind.Error, LogActor.Store),
        _ => (1, LogKind.Refusal, LogActor.Store),
    };

    private void Prepare(Ending end, string request)
    {
        if (end != Ending.WardenGone)
        {
            world.StartWarden();
        }

        switch (end)
        {
            case Ending.RefusedByWarden:
                world.Resolve(request);
                break;
            case Ending.BatchLost:
                Array.ForEach(Batches(), System.IO.File.Delete);
                break;
            case Ending.BatchDamaged:
                Array.ForEach(Batches(), file => System.IO.File.WriteAllBytes(file, new byte[100]));
                break;
            case Ending.IndexLost:
                System.IO.File.Delete(world.Store.Database);
                break;
            case Ending.PapersDamaged:
                System.IO.File.WriteAllBytes(Path.Combine(world.Store.Requests, request, "request"), [1, 2, 3]);
                break;
        }
    }

    private int Ask(Ending end, string request, out string output)
    {
        if (end == Ending.ClientGone)
        {
            output = "";
            return world.RunTo(new ClosedPipe(), world.ResolveWords(request)).Code;
        }

        (int code, output, _) = world.Run(end switch
        {
            Ending.NoRequestNamed => world.ResolveWords(null),
            Ending.NoSuchName => world.ResolveWords("../../etc"),
            Ending.UnknownRequest => world.ResolveWords(new string('0', 31) + "1"),
            Ending.BeyondOrder => world.ResolveWords(request, "--source-error", "600"),
            Ending.AnsweredWithNobody => 
                [.. world.ResolveWords(request).Select(word => word.Replace("01:42Z", "00:50Z", Ordinal))],
            _ => world.ResolveWords(request),
        });
        return code;
    }

    /// <summary>A question that was let in has an entry that refers to it: what came of it.</summary>
    private static void AssertEveryQuestionEnded(IReadOnlyList<LoggedEntry> entries)
    {
        foreach (LoggedEntry question in entries.Where(entry => entry.Entry.Kind == LogKind.Question))
        {
            Assert.Contains(entries, entry =>
                entry.Entry.RefersTo == question.Index
                && entry.Entry.Kind is LogKind.Delivery or LogKind.Refusal or LogKind.Error);
        }
    }

    private SearchStatement Said(LoggedEntry delivery)
    {
        using TransparencyLog log = OpenLog();
        PublicKey store = KeyRing.Load(world.Store).Store!.Public;
        Refusal refusal = SearchStatement.TryVerify(
            log.Content(delivery.Index)!.Content, store, out SearchStatement? statement);
        return refusal == Refusal.None ? statement! : throw new InvalidOperationException(refusal.Sentence());
    }

    private string[] Batches() =>
        Directory.GetFiles(world.Store.Archive, "*" + StoreFolder.BatchEnding, SearchOption.AllDirectories);

    private TransparencyLog OpenLog() =>
        TransparencyLog.Open(world.Store.Log, TestClock.OfDay(TestBox.Day));

    private IReadOnlyList<LoggedEntry> Entries()
    {
        using TransparencyLog log = OpenLog();
        return log.Entries(0, 1000);
    }

    /// <summary>Whoever was to read the answer is gone.</summary>
    private sealed class ClosedPipe : StringWriter
    {
        public override void Write(string? value) => throw new IOException("broken pipe");

        public override void WriteLine(string? value) => throw new IOException("broken pipe");
    }
}
