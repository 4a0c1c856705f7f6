using Appliance.Journal;
using Appliance.Simulation.Flash;
using Xunit;

namespace Appliance.Simulation.Journal;

public sealed class JournalWriterTests
{
    private static readonly JournalOptions Options = new() { SegmentBytes = 32 << 10, TotalBytesMax = 128 << 10 };

    [Fact]
    public void A_batch_and_the_small_frames_with_it_cost_one_write_and_one_flush()
    {
        SimulatedFlash flash = new();
        JournalWriter writer = Begin(flash);
        (int operations, int flushes) = (flash.Operations, flash.Flushes);
        writer.Append(FrameKind.Batch, 1, 0, new byte[5000]);
        writer.Append(FrameKind.Checkpoint, 1, 0, new byte[100]);
        writer.Append(FrameKind.Receipt, 1, 0, new byte[100]);
        Assert.Equal(CommitState.Durable, writer.Commit());
        Assert.Equal((operations + 2, flushes + 1), (flash.Operations, flash.Flushes));
        Assert.Equal([5000, 100, 100], writer.Committed.Select(place => place.Length));
    }

    [Fact]
    public void Full_is_said_nothing_is_written_over_and_the_waiting_batch_goes_in_when_something_was_freed()
    {
        SimulatedFlash flash = new();
        JournalWriter writer = Begin(flash);
        uint sequence = Fill(writer);
        Assert.Equal(CommitState.Full, writer.Commit());
        Assert.False(writer.HasRoomFor(100));
        Assert.False(writer.Prepare());
        Assert.True(writer.Bytes <= Options.TotalBytesMax);
        int batches = new JournalReader(flash).Frames().Count(frame => frame.Label.Kind == FrameKind.Batch);
        Assert.Equal((int)sequence, batches);

        Assert.Equal([1ul], writer.Free((_, s) => s == 0 || s == 1));
        Assert.Equal(CommitState.Durable, writer.Commit());
        Assert.Equal(sequence, new JournalReader(flash).Frames().Last().Label.Sequence);
    }

    [Fact]
    public void A_disk_without_space_is_full_and_not_broken()
    {
        SimulatedFlash flash = new() { Capacity = 64 << 10 };
        JournalWriter writer = Begin(flash);
        uint sequence = Fill(writer);
        flash.Capacity = 128 << 10;
        Assert.Equal(CommitState.Durable, writer.Commit());
        Assert.Equal(sequence, new JournalReader(flash).Frames().Last().Label.Sequence);
    }

    [Fact]
    public void A_segment_with_one_batch_without_receipt_is_not_freed()
    {
        SimulatedFlash flash = new();
        JournalWriter writer = Begin(flash);
        Fill(writer);
        Assert.Equal([2ul, 3ul], writer.Free((_, sequence) => sequence != 1));
    }

    [Fact]
    public void The_segment_of_the_newest_batch_is_never_freed_or_expired_so_no_position_is_used_twice()
    {
        SimulatedFlash flash = new();
        JournalWriter first = Begin(flash);
        first.Append(FrameKind.Batch, 1, 0, new byte[100]);
        first.Close();
        JournalWriter second = JournalWriter.Open(flash, Options, out RecoveryReport report);
        Assert.Empty(second.Free((_, _) => true));
        second.Append(FrameKind.EpochStatement, report.EpochNext, 0, new byte[10]);
        second.Commit();
        Assert.Empty(second.Free((_, _) => true));
        Assert.Empty(second.Expire(uint.MaxValue));
        second.Append(FrameKind.Batch, report.EpochNext, 0, new byte[100]);
        second.Commit();
        Assert.Equal([1ul], second.Free((_, _) => true));
    }

    [Fact]
    public void After_many_runs_without_a_batch_the_newest_batch_is_still_kept_and_still_found()
    {
        SimulatedFlash flash = new();
        JournalWriter first = Begin(flash);
        first.Append(FrameKind.Batch, 1, 0, new byte[100]);
        first.Close();
        for (int run = 0; run < 20; run++)
        {
            Begin(flash).Close();
        }

        JournalWriter writer = Begin(flash);
        Assert.DoesNotContain(1ul, FreeAll(writer));
        Assert.Empty(writer.Expire(uint.MaxValue));
        _ = JournalWriter.Open(flash.Clone(), Options, out RecoveryReport report);
        Assert.Equal(new FrameLabel(FrameKind.Batch, 1, 0), report.LastBatch!.Label);
        Assert.Equal((23u, "clean"), (report.EpochNext, report.Verdict));
        Assert.Single(flash.List(), name => flash.Length(name) < Options.SegmentBytes);
    }

    [Fact]
    public void A_freed_segment_is_used_again_without_writing_zeros()
    {
        SimulatedFlash flash = new();
        JournalWriter writer = Begin(flash);
        Fill(writer);
        ulong freed = Assert.Single(writer.Free((_, sequence) => sequence < 2));
        Assert.DoesNotContain(SegmentName.Of(freed), flash.List());
        int files = flash.List().Count;
        Assert.Equal(CommitState.Durable, writer.Commit());
        Assert.Equal(files, flash.List().Count);
        Assert.All(new JournalReader(flash).Frames(), frame => Assert.Equal(FrameVerdict.Whole, frame.Verdict));
    }

    [Fact]
    public void Where_receipts_come_in_time_no_file_is_made_after_the_first_few()
    {
        SimulatedFlash flash = new();
        JournalWriter writer = Begin(flash);
        int early = 0;
        for (uint sequence = 0; sequence < 100; sequence++)
        {
            writer.Append(FrameKind.Batch, 1, sequence, new byte[12_000]);
            Assert.Equal(CommitState.Durable, writer.Commit());
            writer.Free((_, s) => s + 2 < sequence);
            Assert.True(writer.Prepare());
            early = sequence == 9 ? flash.Creations : early;
        }

        Assert.Equal(early, flash.Creations);
        Assert.InRange(early, 2, 4);
    }

    [Fact]
    public void Days_before_the_limit_go_and_the_others_stay()
    {
        SimulatedFlash flash = new();
        JournalWriter writer = Begin(flash);
        for (uint sequence = 0; sequence < 8; sequence++)
        {
            writer.Append(new FrameLabel(FrameKind.Batch, 1, sequence, Day: 100 + (sequence / 2)), new byte[12_000]);
            writer.Commit();
        }

        Assert.Empty(writer.Expire(100));
        IReadOnlyList<ExpiredSegment> expired = writer.Expire(102, isReceipted: (_, sequence) => sequence == 1);
        Assert.Equal(2, expired.Count);
        Assert.Equal((101u, 3), (expired[^1].LastDay, expired.Sum(segment => segment.Waiting)));
        List<uint> left = [.. new JournalReader(flash).Frames().Where(f => f.Label.Day > 0).Select(f => f.Label.Day)];
        Assert.Equal([102u, 102u, 103u, 103u], left);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(9000)]
    public void A_segment_of_a_day_that_cannot_be_goes_with_the_one_that_was_written_after_it(uint wrong)
    {
        SimulatedFlash flash = new();
        JournalWriter writer = Begin(flash);
        uint[] days = [100, wrong, 101, 102];
        for (uint sequence = 0; sequence < 2 * days.Length; sequence++)
        {
            writer.Append(new FrameLabel(FrameKind.Batch, 1, sequence, days[sequence / 2]), new byte[12_000]);
            writer.Commit();
        }

        DayRange days100 = new(90, 110);
        Assert.Single(writer.Expire(101, days100));
        Assert.Empty(writer.Expire(101, days100));
        Assert.Equal([101u, 101u], writer.Expire(102, days100).Select(segment => segment.LastDay));
    }

    [Fact]
    public void After_a_failed_flush_the_writer_has_ended_and_repeats_the_first_cause()
    {
        SimulatedFlash flash = new();
        JournalWriter writer = Begin(flash);
        byte[] payload = new byte[9000];
        payload.AsSpan().Fill(7);
        writer.Append(FrameKind.Batch, 1, 0, payload);
        flash.Coins = new Random(OnlySomeArrive);
        flash.FailFlush = true;
        Assert.Equal(DeviceFault.Medium, Assert.Throws<JournalDeviceException>(() => writer.Commit()).Fault);
        JournalDeviceException again = Assert.Throws<JournalDeviceException>(() => writer.Commit());
        Assert.Contains("medium error", again.Message, StringComparison.Ordinal);
        Assert.False(writer.HasRoomFor(1));
        _ = JournalWriter.Open(flash.AfterCut(), Options, out RecoveryReport report);
        Assert.StartsWith("segment 1 from 4096", report.Verdict, StringComparison.Ordinal);
    }

    [Fact]
    public void Misuse_is_refused_before_anything_is_written()
    {
        SimulatedFlash flash = new();
        JournalWriter bare = JournalWriter.Open(flash, Options, out _);
        Assert.Throws<InvalidOperationException>(() => bare.Append(FrameKind.Batch, 1, 0, [1]));
        JournalWriter writer = Begin(flash);
        writer.Append(FrameKind.Batch, 1, 5, [1]);
        Assert.Throws<InvalidOperationException>(() => writer.Append(FrameKind.Batch, 1, 5, [1]));
        Assert.Throws<InvalidOperationException>(() => writer.Append(FrameKind.Batch, 1, 4, [1]));
        Assert.Throws<InvalidOperationException>(() => writer.Append(FrameKind.Batch, 2, 6, [1]));
        Assert.Throws<ArgumentException>(() => writer.Append(FrameKind.Batch, 1, 6, new byte[32 << 10]));
        Assert.Throws<ArgumentException>(() => writer.Append(FrameKind.Blank, 1, 6, [1]));
        Assert.Throws<ArgumentException>(
            () => JournalWriter.Open(flash, new JournalOptions { SegmentBytes = 5000 }, out _));
    }

    // A seed whose first coin is heads: the header's sector arrives, and not all of the others do.
    private static int OnlySomeArrive => Enumerable.Range(0, 100).First(seed => new Random(seed).Next(2) == 0);

    private static List<ulong> FreeAll(JournalWriter writer)
    {
        List<ulong> freed = [];
        for (int call = 0; call < 10; call++)
        {
            freed.AddRange(writer.Free((_, _) => true));
        }

        return freed;
    }

    private static JournalWriter Begin(SimulatedFlash flash)
    {
        JournalWriter writer = JournalWriter.Open(flash, Options, out RecoveryReport report);
        writer.Append(FrameKind.EpochStatement, report.EpochNext, 0, new byte[200]);
        Assert.Equal(CommitState.Durable, writer.Commit());
        return writer;
    }

    /// <summary>Two batches a segment until one does not go in; it stays appended. Returns its number.</summary>
    private static uint Fill(JournalWriter writer)
    {
        for (uint sequence = 0; ; sequence++)
        {
            writer.Append(FrameKind.Batch, 1, sequence, new byte[12_000]);
            if (writer.Commit() == CommitState.Full)
            {
                return sequence;
            }
        }
    }
}
