using Appliance.Retention.Log;
using Appliance.Retention.Referrals;
using Appliance.Tests.Retention.Store;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.Referrals;

/// <summary>
/// Faults: the store's process, its warden's, or the machine stops at any step of a run. What is on the disks at that
/// moment is what the next run has. Every signed or logged step asks for the time, so that is where the disks are
/// copied.
/// </summary>
public sealed class ReferralKillTests : IDisposable
{
    // Of some 60 moments of a run; a prime, so that other steps are hit in each question.
    private const int Every = 5;

    private readonly OrderedReferralWorld world = new();
    private readonly DirectoryInfo copies = Directory.CreateTempSubdirectory("referral-kill-");

    public void Dispose()
    {
        world.Dispose();
        copies.Delete(recursive: true);
    }

    [Fact]
    public void A_run_that_was_killed_and_gone_on_with_gives_the_report_of_an_undisturbed_one_and_asks_no_line_twice()
    {
        string request = world.Order();
        int moments = 0;
        world.Orders.Clock = new TestClock(world.Orders.Clock.GetUtcNow())
        {
            OnRead = () => moments = CopyDisks(moments),
        };
        Assert.Equal(0, world.Refer(request).Code);
        string undisturbed = world.Report();
        string parts = Parts("out");

        world.Orders.Clock = TestClock.OfDay(TestBox.Day);
        Assert.True(moments > 10 * Every, $"only {moments} moments: the run asks for the time no more");
        foreach (DirectoryInfo copy in copies.GetDirectories().OrderBy(folder => folder.Name))
        {
            GoOnFrom(copy, request);

            Assert.Equal((copy.Name, undisturbed), (copy.Name, world.Report(copy.Name)));
            Assert.Equal(parts, Parts(copy.Name));
            AssertAskedOnce(request, copy.Name);
        }
    }

    /// <summary>Number of the next moment; at some of them everything is copied as it lies on the disks.</summary>
    private int CopyDisks(int moment)
    {
        if (moment % Every == 0)
        {
            DirectoryInfo copy = copies.CreateSubdirectory($"moment-{moment:D3}");
            Copy(world.Orders.Data, Path.Combine(copy.FullName, "data"));
            Copy(world.Orders.WardenFolder, Path.Combine(copy.FullName, "warden"));
            Copy(world.Orders.File("out"), Path.Combine(copy.FullName, "out"));
        }

        return moment + 1;
    }

    private void GoOnFrom(DirectoryInfo copy, string request)
    {
        world.Orders.StopWarden();
        foreach ((string name, string to) in new[]
        {
            ("data", world.Orders.Data), ("warden", world.Orders.WardenFolder), ("out", world.Orders.File(copy.Name)),
        })
        {
            if (Directory.Exists(to))
            {
                Directory.Delete(to, recursive: true);
            }

            Copy(Path.Combine(copy.FullName, name), to);
        }

        world.Orders.StartWarden();
        (int code, string output, string errors) = world.Refer(request, copy.Name);
        Assert.True(code == 0, $"{copy.Name}: {output}{errors}");
    }

    /// <summary>Number and size of the parts: what is sealed twice differs in its bytes alone.</summary>
    private string Parts(string folder) => string.Join('\n', new PartFolder(world.Orders.File(folder)).All()
        .Select(part => $"{Path.GetFileName(part)} {new FileInfo(part).Length}"));

    private void AssertAskedOnce(string request, string moment)
    {
        var log = world.Log(request);
        int[] rows =
        [
            .. log.Where(entry => entry.Rows.Length > 0).SelectMany(entry => RowList.Read(entry.Rows, 1000)!),
        ];
        Assert.Equal(
            (moment, string.Join(',', Enumerable.Range(2, OrderedReferralWorld.LineCount))),
            (moment, string.Join(',', rows.Order())));
        LoggedEntry[] entries = [.. log.Select(entry => entry.Entry)];
        Assert.Equal((moment, 0), (moment, UnendedQuestions.Among(entries).Count));
        foreach (IGrouping<ulong, ulong> runs in entries
            .Where(entry => entry.Entry.Kind == LogKind.Question)
            .GroupBy(entry => entry.Entry.RefersTo ?? entry.Index, entry => entry.Index))
        {
            Assert.Equal(LogKind.Delivery, entries.Last(entry => entry.Entry.RefersTo == runs.Last()).Entry.Kind);
        }
    }

    // By another process: closing a file here would drop the locks that SQLite has on it in this one.
    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(from);
        using var made = System.Diagnostics.Process.Start("cp", ["-a", from, to]);
        made.WaitForExit();
        Assert.Equal(0, made.ExitCode);
    }
}
