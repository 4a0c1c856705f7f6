using System.Text;
using Appliance.Retention.Archive;
using Appliance.Retention.Log;
using Appliance.Tests.Retention.Store;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.Log;

/// <summary>Questions whose process ended without a word; a real one is killed in the system tests.</summary>
public sealed class UnendedQuestionTests : IDisposable
{
    private static readonly TestClock Noon = TestClock.OfDay(TestBox.Day);
    private static readonly TestClock Later = new(Noon.GetUtcNow().AddMinutes(2));
    private readonly DirectoryInfo temporary = Directory.CreateTempSubdirectory("unended-");
    private readonly StoreFolder folder;
    private readonly TransparencyLog log;

    public UnendedQuestionTests()
    {
        folder = new StoreFolder(temporary.FullName);
        log = TransparencyLog.Open(folder.Log, Noon);
    }

    public void Dispose()
    {
        log.Dispose();
        temporary.Delete(recursive: true);
    }

    [Fact]
    public void A_question_that_nobody_asks_any_more_gets_an_end_that_says_interrupted_and_only_one()
    {
        ulong answered = Append(LogKind.Question, null);
        Append(LogKind.Delivery, answered);
        ulong killed = Append(LogKind.Question, null);
        ulong running = Append(LogKind.Question, null);
        using AskingMark? mark = AskingMark.TryTake(folder, running);
        var unended = new UnendedQuestions(folder, Later);

        Assert.Equal([killed], unended.End(log));
        Assert.Empty(unended.End(log));
        Assert.Empty(new UnendedQuestions(folder, Later).End(log));

        LoggedEntry end = log.Entries(log.Size - 1, 1)[0];
        Assert.Equal((LogKind.Error, LogActor.Store, killed), (end.Entry.Kind, end.Entry.Actor, end.Entry.RefersTo));
        Assert.StartsWith("interrupted\n", Encoding.UTF8.GetString(log.Content(end.Index)!.Content));
        mark!.Dispose();
        Assert.Equal([running], unended.End(log));
    }

    [Fact]
    public void Each_run_of_a_question_that_is_gone_on_with_needs_its_own_end()
    {
        ulong question = Append(LogKind.Question, null);
        Append(LogKind.Error, question);
        ulong again = Append(LogKind.Question, question);

        Assert.Equal([again], new UnendedQuestions(folder, Later).End(log));
    }

    [Fact]
    public void A_later_look_reads_what_came_since_from_the_first_question_that_is_still_asked_on()
    {
        Append(LogKind.Question, null);
        var unended = new UnendedQuestions(folder, Later);
        unended.End(log);
        ulong running = Append(LogKind.Question, null);
        Append(LogKind.Control, null);
        using AskingMark? mark = AskingMark.TryTake(folder, running);

        Assert.Equal((0, 3), (unended.End(log).Count, unended.Looked));
        Assert.Equal((0, 2), (unended.End(log).Count, unended.Looked));
    }

    [Fact]
    public void A_log_that_is_not_the_one_that_was_looked_at_is_read_whole()
    {
        Append(LogKind.Question, null);
        var unended = new UnendedQuestions(folder, Later);
        unended.End(log);
        unended.End(log);
        using var other = TransparencyLog.Open(Path.Combine(temporary.FullName, "other"), Noon);
        for (int i = 0; i < 3; i++)
        {
            other.Append(new LogDraft { Kind = LogKind.Question, Actor = LogActor.Store, Content = new byte[] { 2 } });
        }

        Assert.Equal([0ul, 1, 2], unended.End(other));
    }

    [Fact]
    public void A_question_that_was_logged_a_moment_ago_is_left_to_its_process()
    {
        Append(LogKind.Question, null);

        Assert.Empty(new UnendedQuestions(folder, Noon).End(log));
        Assert.Single(new UnendedQuestions(folder, Later).End(log));
    }

    [Fact]
    public void An_auditor_is_told_which_questions_have_no_end()
    {
        Append(LogKind.Request, null);
        Append(LogKind.Question, null);

        AuditReport report = new Auditor(log, Path.Combine(temporary.FullName, "copy")).Run(null, null);

        Assert.Empty(report.Faults);
        Assert.Equal([1ul], report.Unended);
    }

    private ulong Append(LogKind kind, ulong? refersTo) => log.Append(new LogDraft
    {
        Kind = kind, Actor = LogActor.Store, Content = new byte[] { 1 }, Purpose = 1, RefersTo = refersTo,
    }).Index;
}
