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
        var unended = new UnendedQuestions(folder, log, Later);

        Assert.Equal([killed], unended.End());
        Assert.Empty(unended.End());
        Assert.Empty(new UnendedQuestions(folder, log, Later).End());

        LoggedEntry end = log.Entries(log.Size - 1, 1)[0];
        Assert.Equal((LogKind.Error, LogActor.Store, killed), (end.Entry.Kind, end.Entry.Actor, end.Entry.RefersTo));
        Assert.StartsWith("interrupted\n", Encoding.UTF8.GetString(log.Content(end.Index)!.Content));
        mark!.Dispose();
        Assert.Equal([running], unended.End());
    }

    [Fact]
    public void A_question_that_was_logged_a_moment_ago_is_left_to_its_process()
    {
        Append(LogKind.Question, null);

        Assert.Empty(new UnendedQuestions(folder, log, Noon).End());
        Assert.Single(new UnendedQuestions(folder, log, Later).End());
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
