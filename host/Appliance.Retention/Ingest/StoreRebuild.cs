using Appliance.Linux;
using Appliance.Retention.Archive;
using Appliance.Retention.Warden;

namespace Appliance.Retention.Ingest;

/// <summary>An index that is being made anew.</summary>
/// <param name="Database">Its file.</param>
/// <param name="Before">Those that were there.</param>
internal sealed record Rebuilding(string Database, IndexBefore Before);

/// <summary>What came of making an index anew.</summary>
/// <param name="Refused">Files that are not in it, one line each.</param>
/// <param name="NotTakenOver">What could not be read of the index before, one line each.</param>
internal sealed record RebuildReport(IReadOnlyList<string> Refused, IReadOnlyList<string> NotTakenOver);

/// <summary>
/// Makes the index anew from the files, in the order in which they were received: the same rules on the same deliveries
/// give the same index and ledger. Receipts are signed again; their content is the same. Rows of batches whose ingest
/// keys are destroyed cannot be read again: what the index before knew of them is taken over, and where none did, that
/// stands in the new one. The old index stays beside as <c>store.db.before</c>.
/// </summary>
/// <param name="folder">The data folder.</param>
/// <param name="time">Clock of this machine.</param>
/// <param name="progress">Told files done and in all.</param>
/// <param name="warden">Gives filter keys of the last days where the day keys are a warden's.</param>
internal sealed class StoreRebuild(
    StoreFolder folder,
    TimeProvider time,
    Action<long, long>? progress = null,
    Func<FilterKeyAsk, FilterKeys>? warden = null)
{
    private string Fresh => folder.Database + ".fresh";

    private string Old => folder.Database + StoreDatabase.BeforeEnding;

    /// <summary>Rebuilds; nothing is changed before the new index is whole.</summary>
    public RebuildReport Run()
    {
        Remove(Fresh);
        var refused = new List<string>();
        using IndexBefore before = IndexBefore.Open(folder.Database, Old);
        using (StoreWriter writer = StoreWriter.OpenRebuild(folder, time, new Rebuilding(Fresh, before), warden))
        {
            int added = 0;
            List<string> files = FilesInOrder();
            foreach (string path in files)
            {
                Add(writer, path);
                if (++added % StoreLimits.CommitBatchesMax == 0)
                {
                    Settle(writer, refused);
                }

                progress?.Invoke(added, files.Count);
            }

            writer.TakeOver(before);
            Settle(writer, refused);
        }

        // Closing them writes their logs back, which Exchange removes.
        before.Dispose();
        Exchange();
        return new RebuildReport(refused, before.Wrong);
    }

    private void Add(StoreWriter writer, string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        string name = folder.Relative(path);
        if (path.EndsWith(StoreFolder.BatchEnding, StringComparison.Ordinal))
        {
            writer.AddBatch(bytes, name, StoreFolder.ReceivedAt(path));
        }
        else if (path.EndsWith(StoreFolder.ManifestEnding, StringComparison.Ordinal))
        {
            string of = Path.GetFileName(Path.GetDirectoryName(Path.GetDirectoryName(path)))!;
            _ = Wire.Id16.TryParse(of, out Wire.Id16 device);
            writer.AddExpired(bytes, device, name, StoreFolder.ReceivedAt(path));
        }
        else
        {
            writer.AddStatement(bytes, name, StoreFolder.ReceivedAt(path));
        }
    }

    private void Settle(StoreWriter writer, List<string> refused)
    {
        string forks = folder.Relative(folder.Forks);
        foreach (Outcome outcome in writer.Commit())
        {
            // What lies among the forks was refused before and is again.
            bool good = outcome.Kind is OutcomeKind.Stored or OutcomeKind.Duplicate or OutcomeKind.Noted
                || outcome.Topic.StartsWith(forks, StringComparison.Ordinal)
                || outcome.Reason is Wire.Refusal.Fork or Wire.Refusal.Rollback;
            if (!good)
            {
                refused.Add($"{outcome.Topic}: {Wire.Refusals.Sentence(outcome.Reason)}");
            }
        }
    }

    private List<string> FilesInOrder()
    {
        var files = new List<(ulong Received, string Path)>();
        foreach (string root in (string[])[folder.Statements, folder.Archive, folder.Forks])
        {
            foreach (string path in Directory.Exists(root)
                ? Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories)
                : [])
            {
                string ending = Path.GetExtension(path);
                if (ending is StoreFolder.BatchEnding or StoreFolder.ManifestEnding or StoreFolder.EpochEnding
                    or StoreFolder.HeadEnding)
                {
                    files.Add((StoreFolder.ReceivedAt(path), path));
                }
            }
        }

        files.Sort();
        return files.ConvertAll(file => file.Path);
    }

    private void Exchange()
    {
        if (File.Exists(folder.Database))
        {
            Remove(Old);
            DurableFile.Rename(folder.Database, Old);
        }

        foreach (string rest in (string[])["-wal", "-shm"])
        {
            File.Delete(folder.Database + rest);
        }

        DurableFile.Rename(Fresh, folder.Database);
    }

    private static void Remove(string database)
    {
        foreach (string ending in (string[])["", "-wal", "-shm"])
        {
            File.Delete(database + ending);
        }
    }
}
