using Appliance.Journal;
using Appliance.Linux;
using Appliance.Wire;

namespace Appliance.Tests.Retention.Store;

/// <summary>A folder of segments as a box writes it: a statement and three batches.</summary>
internal sealed class Segments : IDisposable
{
    private readonly DirectoryInfo temporary = Directory.CreateTempSubdirectory("segments-");

    public Segments(TestBox box, bool withKeys)
    {
        StartedEpoch run = box.Start(1);
        using FlashFolder flash = FlashFolder.Open(Folder);
        JournalWriter writer = JournalWriter.Open(flash, new JournalOptions(), out _);
        writer.Append(FrameKind.EpochStatement, 1, 0, run.Bytes.Span);
        for (int i = 0; i < 3; i++)
        {
            SealedBatch batch = box.Seal(run, i * 5);
            writer.Append(FrameKind.Batch, 1, batch.Sequence, batch.Bytes.Span);
        }

        writer.Close();
        if (withKeys)
        {
            Directory.CreateDirectory(Path.Combine(Folder, "keys"));
            File.WriteAllText(Path.Combine(Folder, "keys", KeySet.FileName), box.Keys.ToJson());
        }
    }

    public string Folder => temporary.FullName;

    public void Dispose() => temporary.Delete(recursive: true);
}
