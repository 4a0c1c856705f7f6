using Appliance.Journal;
using Appliance.Linux;
using Appliance.TestSupport;
using Appliance.Wire;
using Xunit;

namespace Appliance.SystemTests.Replay;

/// <summary>What <c>icrctl verify</c> says of a folder as the box left it, and of one that somebody touched.</summary>
public sealed class VerifyTests(ReplayFixture fixture) : IClassFixture<ReplayFixture>
{
    [Transcript("icrctl verify")]
    [Fact]
    public void A_folder_that_nobody_touched_is_whole_and_every_root_is_recomputed()
    {
        Outcome verify = Programs.Icrctl("verify", fixture.Box);

        Assert.Equal(0, verify.Code);
        Assert.Contains("without a key 0", verify.Output);
        Assert.EndsWith("whole: nothing is missing, nothing was changed", verify.Output.TrimEnd());
    }

    [Fact]
    public void A_flipped_bit_anywhere_in_what_was_written_is_said()
    {
        string name = Path.GetFileName(Assert.Single(Directory.GetFiles(fixture.Box, "segment-*")));
        (long Offset, int Length)[] frames = [.. Frames()];
        Random random = new(11);
        for (int i = 0; i < 24; i++)
        {
            (long offset, int length) = frames[i % frames.Length];
            string copy = fixture.Copy($"flip-{i}");
            using (FileStream file = File.Open(Path.Combine(copy, name), FileMode.Open))
            {
                file.Position = offset + random.Next(length);
                int value = file.ReadByte();
                file.Position--;
                file.WriteByte((byte)(value ^ (1 << random.Next(8))));
            }

            Outcome verify = Programs.Icrctl("verify", copy, "--keys", fixture.Keys);
            Assert.True(verify.Code == 1, $"flip {i} at frame {offset}: {verify.Output}");
            Assert.EndsWith("NOT WHOLE", verify.Output.TrimEnd());
        }
    }

    [Fact]
    public void A_folder_without_segments_and_one_without_keys_are_told_apart()
    {
        string empty = fixture.In("empty");
        Directory.CreateDirectory(empty);
        Assert.Contains("holds no segments", Programs.Icrctl("verify", empty, "--keys", fixture.Keys).Error);
        Assert.Contains("cannot read the keys", Programs.Icrctl("verify", fixture.Copy("no-keys")).Error);
        Assert.Equal(2, Programs.Icrctl("verify", fixture.In("absent")).Code);
    }

    // Header and payload of every frame: the padding behind it was never promised to hold anything.
    private IEnumerable<(long Offset, int Length)> Frames()
    {
        using FlashFolder flash = FlashFolder.OpenForReading(fixture.Box);
        foreach (JournalFrame frame in new JournalReader(flash).Frames())
        {
            yield return (frame.Place.Offset, frame.Place.Length);
        }
    }
}
