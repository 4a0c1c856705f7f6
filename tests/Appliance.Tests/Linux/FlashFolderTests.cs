using Appliance.Journal;
using Appliance.Linux;
using Xunit;

namespace Appliance.Tests.Linux;

public sealed class FlashFolderTests : IDisposable
{
    private static readonly JournalOptions Options = new() { SegmentBytes = 64 << 10 };
    private readonly string folder = Directory.CreateTempSubdirectory("flash").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void What_was_committed_is_read_back_in_order_and_the_closed_files_hold_nothing_else()
    {
        using (FlashFolder flash = FlashFolder.Open(folder))
        {
            JournalWriter writer = JournalWriter.Open(flash, Options, out RecoveryReport report);
            Assert.Equal("clean", report.Verdict);
            writer.Append(FrameKind.EpochStatement, 1, 0, [1, 2, 3]);
            for (uint sequence = 0; sequence < 20; sequence++)
            {
                writer.Append(FrameKind.Batch, 1, sequence, new byte[9000]);
                Assert.Equal(CommitState.Durable, writer.Commit());
            }

            writer.Close();
        }

        using FlashFolder reading = FlashFolder.OpenForReading(folder);
        List<JournalFrame> frames = [.. new JournalReader(reading).Frames()];
        Assert.All(frames, frame => Assert.Equal(FrameVerdict.Whole, frame.Verdict));
        IEnumerable<JournalFrame> batches = frames.Where(frame => frame.Label.Kind == FrameKind.Batch);
        Assert.Equal(Enumerable.Range(0, 20), batches.Select(frame => (int)frame.Label.Sequence));
        Assert.Equal(frames.Select(frame => frame.Place.Segment).Distinct().Count() - 1, frames.Count(f => f.IsCopy));
        JournalFrame last = frames[^1];
        Assert.Equal(last.Place.Offset + FrameHeader.SpanOf(9000), reading.Length(SegmentName.Of(last.Place.Segment)));
    }

    [Fact]
    public void A_segment_is_written_out_and_not_a_hole()
    {
        using FlashFolder flash = FlashFolder.Open(folder);
        flash.Create("segment-0000000001.icr", 1 << 20);
        Assert.Equal(1 << 20, flash.Length("segment-0000000001.icr"));
        Assert.True(new DiskUsage(Path.Combine(folder, "segment-0000000001.icr")).Bytes >= 1 << 20);
    }

    [Fact]
    public void A_second_writer_is_refused_with_the_process_that_has_the_folder()
    {
        using FlashFolder first = FlashFolder.Open(folder);
        JournalDeviceException refused = Assert.Throws<JournalDeviceException>(() => FlashFolder.Open(folder));
        Assert.Equal(DeviceFault.InUse, refused.Fault);
        Assert.Equal(
            $"{folder} is in use by process {Environment.ProcessId}: stop it, or choose another folder",
            refused.Message);
    }

    [Fact]
    public void The_folder_is_free_again_when_its_writer_has_gone()
    {
        FlashFolder.Open(folder).Dispose();
        using FlashFolder next = FlashFolder.Open(folder);
        Assert.DoesNotContain(next.List(), name => name.StartsWith("segment", StringComparison.Ordinal));
    }

    [Fact]
    public void A_folder_opened_for_reading_is_not_changed_and_needs_no_lock()
    {
        using FlashFolder writer = FlashFolder.Open(folder);
        using FlashFolder reader = FlashFolder.OpenForReading(folder);
        Assert.Equal(DeviceFault.Denied, Assert.Throws<JournalDeviceException>(() => reader.Create("a", 1)).Fault);
        Assert.Equal(DeviceFault.Denied, Assert.Throws<JournalDeviceException>(() => reader.Write("a", 0, [1])).Fault);
        Assert.Equal(DeviceFault.Denied, Assert.Throws<JournalDeviceException>(() => reader.Delete("a")).Fault);
        Assert.Equal([FlashFolder.LockName], reader.List());
    }

    [Fact]
    public void A_missing_file_and_a_missing_folder_are_said_as_such()
    {
        using FlashFolder flash = FlashFolder.Open(folder);
        Assert.Equal(DeviceFault.Missing, Assert.Throws<JournalDeviceException>(() => flash.Length("none")).Fault);
        string none = Path.Combine(folder, "none");
        JournalDeviceException missing = Assert.Throws<JournalDeviceException>(() => FlashFolder.OpenForReading(none));
        Assert.Equal($"{none} is not a folder", missing.Message);
    }

    /// <summary>Blocks that a file takes, as the file system counts them.</summary>
    private sealed class DiskUsage(string path)
    {
        public long Bytes { get; } = Ask(path);

        private static long Ask(string path)
        {
            string[] arguments = ["-c", "%b", path];
            System.Diagnostics.ProcessStartInfo start = new("stat", arguments) { RedirectStandardOutput = true };
            using System.Diagnostics.Process process = System.Diagnostics.Process.Start(start)!;
            return long.Parse(process.StandardOutput.ReadToEnd()) * 512;
        }
    }
}
