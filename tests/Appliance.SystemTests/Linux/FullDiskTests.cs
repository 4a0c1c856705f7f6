using System.Diagnostics;
using Appliance.Journal;
using Appliance.Linux;
using Appliance.TestSupport;
using Xunit;

namespace Appliance.SystemTests.Linux;

public sealed class FullDiskTests
{
    [RootFact("mount", "umount")]
    public void A_full_disk_is_said_leaves_nothing_half_made_and_heals_when_something_is_freed()
    {
        string folder = Directory.CreateTempSubdirectory("full").FullName;
        Run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder);
        try
        {
            using FlashFolder flash = FlashFolder.Open(folder);
            JournalWriter writer = JournalWriter.Open(flash, new JournalOptions { SegmentBytes = 256 << 10 }, out _);
            writer.Append(FrameKind.EpochStatement, 1, 0, [1]);
            uint sequence = 0;
            do
            {
                writer.Append(FrameKind.Batch, 1, sequence++, new byte[100_000]);
            }
            while (writer.Commit() == CommitState.Durable);

            Assert.Equal(3, flash.List().Count(name => name.StartsWith("segment", StringComparison.Ordinal)));
            Assert.Equal([1ul], writer.Free((_, s) => s < 2));
            Assert.Equal(CommitState.Durable, writer.Commit());
            Assert.All(new JournalReader(flash).Frames(), frame => Assert.Equal(FrameVerdict.Whole, frame.Verdict));
        }
        finally
        {
            Run("umount", folder);
            Directory.Delete(folder);
        }
    }

    private static void Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}");
    }
}
