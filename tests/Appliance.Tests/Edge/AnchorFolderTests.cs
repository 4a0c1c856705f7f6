using Appliance.Edge.Clocks;
using Appliance.Time;
using Appliance.Time.Observations;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Edge;

/// <summary>Files of the anchor log: one chain over days, sizes and runs, however a run ended.</summary>
public sealed class AnchorFolderTests : IDisposable
{
    private const int Day = 20_600;
    private readonly string folder = Directory.CreateTempSubdirectory("anchors-").FullName;
    private long raw = 1_000_000_000;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_file_ends_with_its_day_or_its_size_and_the_next_goes_on_from_it()
    {
        using AnchorFolder log = new(folder, fileBytesMax: 10_000_000, days: 10);
        ClockEngine engine = new(new ClockEngineOptions());
        Assert.True(log.TryRecover(null, out Hash32 none));
        Assert.True(none.IsNone);

        Assert.True(log.IsDue(Day));
        log.Begin(engine.BeginLogFile(), Day);
        Tick(engine, log, 3);
        Assert.False(log.IsDue(Day));
        Assert.True(log.IsDue(Day + 1));
        log.Begin(engine.BeginLogFile(), Day + 1);
        Tick(engine, log, 2);
        log.End();

        Assert.Equal(["00000001-020600.anchors", "00000002-020601.anchors"], Names());
        AssertOneChain(engine.Report().Head);
    }

    [Fact]
    public void A_file_that_is_full_is_due_for_the_next()
    {
        using AnchorFolder log = new(folder, fileBytesMax: 30_000, days: 10);
        ClockEngine engine = new(new ClockEngineOptions());
        log.TryRecover(null, out _);
        log.Begin(engine.BeginLogFile(), Day);
        int seconds = 0;
        while (!log.IsDue(Day))
        {
            Tick(engine, log, 1);
            seconds++;
        }

        Assert.InRange(log.Bytes, 30_000, 30_100);
        Assert.True(seconds > 10);
    }

    [Fact]
    public void The_next_run_goes_on_from_a_kept_end_and_else_computes_it_though_the_tail_is_torn()
    {
        ClockEngine engine = new(new ClockEngineOptions());
        long bytes;
        using (AnchorFolder log = new(folder, 10_000_000, 10))
        {
            log.TryRecover(null, out _);
            log.Begin(engine.BeginLogFile(), Day);
            Tick(engine, log, 5);
            bytes = log.Bytes;
        }

        string head = engine.Report().Head.ToString();
        using (AnchorFolder next = new(folder, 10_000_000, 10))
        {
            Assert.True(next.TryRecover(new LogEnd(Names()[0], bytes, head), out Hash32 kept));
            Assert.Equal(head, kept.ToString());
            Assert.False(next.TryRecover(new LogEnd(Names()[0], bytes - 1, head), out _));
        }

        File.AppendAllBytes(Path.Combine(folder, Names()[0]), [40, 1, 2, 3]);
        using AnchorFolder last = new(folder, 10_000_000, 10);
        Assert.False(last.TryRecover(null, out _));
        (Hash32 end, string? problem) = last.ComputeEnd();
        Assert.Equal((head, null), (end.ToString(), problem));
        ClockEngine after = new(new ClockEngineOptions());
        after.ContinueLog(end);
        last.Begin(after.BeginLogFile(), Day);
        Tick(after, last, 1);
        last.End();
        AssertOneChain(after.Report().Head);
    }

    [Fact]
    public void A_run_that_died_goes_on_from_the_last_file_that_began_and_leaves_no_stub_behind()
    {
        (string head, _) = WriteTwoFiles();
        File.WriteAllBytes(Path.Combine(folder, "00000003-020602.anchors"), new byte[4096]);
        File.WriteAllBytes(Path.Combine(folder, "00000004-020603.anchors"), [.. "ICRCLK"u8]);
        using AnchorFolder next = new(folder, 10_000_000, 10);
        Assert.False(next.TryRecover(null, out _));

        (Hash32 end, string? problem) = next.ComputeEnd();

        Assert.Equal((head, null), (end.ToString(), problem));
        Assert.Equal(["00000001-020600.anchors", "00000002-020601.anchors"], Names());
        ClockEngine after = new(new ClockEngineOptions());
        after.ContinueLog(end);
        next.Begin(after.BeginLogFile(), Day + 3);
        Tick(after, next, 1);
        next.End();
        AssertOneChain(after.Report().Head);
    }

    [Fact]
    public void A_log_that_was_damaged_or_robbed_of_a_file_is_told_of_and_goes_on_from_what_holds()
    {
        (string head, string before) = WriteTwoFiles();
        string newest = Path.Combine(folder, Names()[1]);
        byte[] whole = File.ReadAllBytes(newest);
        using AnchorFolder next = new(folder, 10_000_000, 10);

        // A row in the middle, the head of the file, the file before it.
        byte[] damaged = [.. whole];
        damaged[^40] ^= 1;
        File.WriteAllBytes(newest, damaged);
        (Hash32 end, string? problem) = next.ComputeEnd();
        Assert.StartsWith("00000002-020601.anchors: row ", problem);
        Assert.NotEqual(head, end.ToString());
        Assert.False(end.IsNone);

        damaged = [.. whole];
        damaged[0] ^= 1;
        File.WriteAllBytes(newest, damaged);
        (end, problem) = next.ComputeEnd();
        Assert.StartsWith("00000002-020601.anchors: not a file of the anchor log", problem);
        Assert.Equal(before, end.ToString());

        File.WriteAllBytes(newest, whole);
        CutRow(Path.Combine(folder, Names()[0]));
        (end, problem) = next.ComputeEnd();
        Assert.Equal("00000002-020601.anchors: does not go on where 00000001-020600.anchors ends", problem);
        Assert.Equal(head, end.ToString());
    }

    [Fact]
    public void Files_past_their_days_go_and_the_newest_never()
    {
        using AnchorFolder log = new(folder, 10_000_000, days: 2);
        ClockEngine engine = new(new ClockEngineOptions());
        log.TryRecover(null, out _);
        foreach (int day in (int[])[Day, Day + 1, Day + 2, Day + 3])
        {
            log.Begin(engine.BeginLogFile(), day);
        }

        log.End();
        Assert.Equal(["00000002-020601.anchors", "00000003-020602.anchors", "00000004-020603.anchors"], Names());
    }

    // Two files of one run; the heads at their ends, the newest first.
    private (string Head, string Before) WriteTwoFiles()
    {
        ClockEngine engine = new(new ClockEngineOptions());
        using AnchorFolder log = new(folder, 10_000_000, 10);
        log.TryRecover(null, out _);
        log.Begin(engine.BeginLogFile(), Day);
        Tick(engine, log, 3);
        string before = engine.Report().Head.ToString();
        log.Begin(engine.BeginLogFile(), Day + 1);
        Tick(engine, log, 5);
        log.End();
        return (engine.Report().Head.ToString(), before);
    }

    // A row cut off the end: the file is whole by itself, and no longer what the next one goes on from.
    private static void CutRow(string file)
    {
        byte[] bytes = File.ReadAllBytes(file);
        File.WriteAllBytes(file, bytes[..^5]);
    }

    private void Tick(ClockEngine engine, AnchorFolder log, int seconds)
    {
        for (int i = 0; i < seconds; i++)
        {
            raw += 1_000_000_000;
            log.Append(engine.Tick(new RawTime(raw), 1_780_000_000));
        }
    }

    private string[] Names() => [.. Directory.GetFiles(folder).Select(name => Path.GetFileName(name)!).Order()];

    private void AssertOneChain(Hash32 last)
    {
        Hash32 before = default;
        foreach (string name in Names())
        {
            AnchorVerdict verdict = AnchorFile.Check(File.ReadAllBytes(Path.Combine(folder, name)));
            Assert.True(verdict.IsWhole, verdict.Problem);
            Assert.Equal(before, verdict.Previous);
            before = verdict.Head;
        }

        Assert.Equal(last, before);
    }
}
