using Appliance.Retention.Archive;
using Appliance.Wire;

namespace Appliance.Retention.Ingest;

/// <summary>What was left from before: by a crash, by batches ahead of their statement, by another index.</summary>
internal sealed partial class StoreWriter
{
    /// <summary>Takes over what stands in no file and in an index before.</summary>
    internal void TakeOver(IndexBefore before)
    {
        database.Begin();
        foreach (AlarmBefore alarm in before.Alarms())
        {
            alarms.TakeOver(alarm);
        }

        foreach ((Id16 device, string topic) in before.Topics())
        {
            database.Run("UPDATE devices SET topic = $2 WHERE device = $1", device, topic);
        }
    }

    /// <summary>
    /// A crash between file and commit leaves a file that the index does not know. Where another batch now asks for its
    /// place, the one that was there first is entered first, so that the contradiction is seen and both are kept.
    /// </summary>
    private void TakeUpOrphan(DeviceKeys device, BatchClaim claim, string topic, bool isHere)
    {
        string path = folder.BatchOf(claim.Device, claim.Day, claim.Epoch.Number, claim.Sequence);
        if (!File.Exists(path))
        {
            return;
        }

        byte[] there = File.ReadAllBytes(path);
        bool indexed = database.One<long>(
            "SELECT count(*) FROM batches WHERE device = $1 AND epoch = $2 AND seq = $3",
            claim.Device,
            claim.Epoch.Number,
            claim.Sequence) > 0;
        if (!indexed && BatchClaim.TryRead(there, out BatchClaim other) == Refusal.None && other.Id != claim.Id
            && judge.Judge(device, other, there, isHere, out JudgedBatch? judged, out _)
                is Refusal.None or Refusal.Swapped)
        {
            Store(device, other, judged!, there, topic, clock.Next());
        }
    }

    private void TakeUpWaiting()
    {
        foreach (Id16 id in waiting.Devices())
        {
            if (keys.Find(id) is { } device)
            {
                string topic = database.One<string>("SELECT topic FROM devices WHERE device = $1", id) ?? "";
                TakeUpWaiting(device, topic);
            }
        }

        outcomes = [.. Commit()];
    }

    /// <summary>Batches whose statement has come are judged again; their files go after the commit.</summary>
    private void TakeUpWaiting(DeviceKeys device, string topic)
    {
        foreach (string file in waiting.FilesOf(device.Device))
        {
            byte[] bytes = File.ReadAllBytes(file);
            if (BatchClaim.TryRead(bytes, out BatchClaim claim) == Refusal.None
                && !epochs.Has(device.Device, claim.Epoch))
            {
                continue;
            }

            AddBatch(bytes, topic, null);
            toRemove.Add(file);
        }
    }
}
