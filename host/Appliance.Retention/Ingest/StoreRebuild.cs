using Appliance.Linux;
using Appliance.Retention.Archive;

namespace Appliance.Retention.Ingest;

/// <summary>
/// Makes the index anew from the files, in the order in which they were received: the same rules on the same deliveries
/// give the same index and ledger. Receipts are signed again; their content is the same. The old index stays beside as
/// <c>store.db.before</c>.
/// </summary>
internal sealed class StoreRebuild(StoreFolder folder, TimeProvider time, Action<long, long>? progress = null)
{
    /// <summary>Ending of the index that was there before; `expire` removes it, for it has what is forgotten.</summary>
    public const string BeforeEnding = ".before";

    private string Fresh => folder.Database + ".fresh";

    /// <summary>Rebuilds; returns the files that were refused, one line each.</summary>
    public IReadOnlyList<string> Run()
    {
        Remove(Fresh);
        var refused = new List<string>();
        using (StoreWriter writer = StoreWriter.OpenRebuild(folder, time, Fresh))
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

            Settle(writer, refused);
        }

        Exchange();
        return refused;
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
            Remove(folder.Database + BeforeEnding);
            DurableFile.Rename(folder.Database, folder.Database + BeforeEnding);
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
