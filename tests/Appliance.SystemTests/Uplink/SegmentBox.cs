using Appliance.Edge.Pipeline;
using Appliance.Journal;
using Appliance.Linux;
using Appliance.Wire;

namespace Appliance.SystemTests.Uplink;

/// <summary>
/// A folder of segments as a box writes it: runs of empty but signed and chained batches. The caller is its writer
/// thread.
/// </summary>
internal sealed class SegmentBox : IDisposable
{
    private const int SegmentBytes = 64 * 1024;
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("icr-uplink-");
    private readonly int day = (int)(DateTimeOffset.UtcNow.ToUnixTimeSeconds() / 86_400);
    private readonly Random random;
    private readonly JournalOptions options;
    private FlashFolder? flash;
    private StartedEpoch? epoch;

    public SegmentBox(int seed, long totalBytesMax = long.MaxValue)
    {
        random = new Random(seed);
        options = new JournalOptions { SegmentBytes = SegmentBytes, TotalBytesMax = totalBytesMax };
        Keys = KeySet.MakeLab(random.NextBytes, day, 1);
    }

    public KeySet Keys { get; }

    public string Folder => folder.FullName;

    /// <summary>Number of the run that is open.</summary>
    public uint Epoch => epoch!.Statement.Epoch.Number;

    public JournalWriter Journal { get; private set; } = null!;

    /// <summary>Id of every batch that was written, by (epoch, sequence).</summary>
    public SortedDictionary<(uint Epoch, uint Sequence), Hash32> Written { get; } = [];

    /// <summary>Recovers the folder and begins a run.</summary>
    public void Open()
    {
        flash = FlashFolder.Open(folder.FullName);
        Journal = JournalWriter.Open(flash, options, out RecoveryReport found);
        epoch = EpochOpening.Begin(
            Journal, new JournalReader(flash), found, Keys, SoftwareIdentity.OfRunning(),
            new SealingPolicy(Keys.Notice, default, LastControl: 0, Keys.Schedule()), random.NextBytes, out _);
    }

    /// <summary>Makes batches durable, one commit each; false where the flash is full and the last one waits.</summary>
    public bool Write(int batches)
    {
        if (Journal.Commit() != CommitState.Durable)
        {
            return false;
        }

        TaiTime now = LeapSeconds.ToTai(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 1000);
        for (int i = 0; i < batches; i++)
        {
            SealedBatch made = epoch!.Sealer.Seal(
                day, now, now, [], [], [], new ClockSummary(1, 0, 37, (uint)day + 100, default), []);
            Journal.Append(new FrameLabel(FrameKind.Batch, Epoch, made.Sequence, (uint)day), made.Bytes.Span);
            Written.Add((Epoch, made.Sequence), made.Id);
            if (Journal.Commit() != CommitState.Durable)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Ends the run in order.</summary>
    public void Close()
    {
        Journal.Close();
        epoch!.Sealer.Dispose();
        flash!.Dispose();
        flash = null;
    }

    /// <summary>Batches that are still on flash.</summary>
    public List<(uint Epoch, uint Sequence)> OnFlash()
    {
        using FlashFolder reading = FlashFolder.OpenForReading(folder.FullName);
        return [.. new JournalReader(reading).Frames()
            .Where(frame => frame.Verdict == FrameVerdict.Whole && frame.Label.Kind == FrameKind.Batch)
            .Select(frame => (frame.Label.Epoch, frame.Label.Sequence))];
    }

    public void Dispose()
    {
        epoch?.Sealer.Dispose();
        flash?.Dispose();
        folder.Delete(recursive: true);
    }
}
