using Appliance.Retention.Answers;
using Appliance.Retention.Archive;
using Appliance.Retention.Warden;
using Appliance.Wire;

namespace Appliance.Retention.Holds;

/// <summary>Collects records with their proofs, batch after batch.</summary>
internal sealed class HeldRecordsBuilder(byte[] question)
{
    private readonly Dictionary<(Id16 Device, uint Epoch, uint Sequence), List<int>> rows = [];
    private readonly Dictionary<Hash32, byte[]> statements = [];
    private readonly List<byte[]> manifests = [];
    private readonly SortedDictionary<string, string> devices = new(StringComparer.Ordinal);

    /// <summary>Proofs so far.</summary>
    public List<byte[]> Proofs { get; } = [];

    /// <summary>The batches that the places lie in.</summary>
    /// <exception cref="ArchiveException">One of them is not here, or there are too many records.</exception>
    public List<StoredBatch> Batches(IReadOnlyCollection<AnswerPlace> places, EmbeddedArchive archive)
    {
        if (places.Count > StoreLimits.HeldRecordsMax)
        {
            throw new ArchiveException(
                $"{places.Count} records answer and one hold keeps {StoreLimits.HeldRecordsMax}; ask a shorter time");
        }

        foreach (AnswerPlace place in places)
        {
            var key = (place.Device, place.Epoch, place.Sequence);
            if (!rows.TryGetValue(key, out List<int>? list))
            {
                rows.Add(key, list = []);
            }

            list.Add((int)place.Row);
        }

        var batches = new List<StoredBatch>();
        foreach ((Id16 device, uint epoch, uint sequence) in rows.Keys)
        {
            batches.Add(archive.Find(device, epoch, sequence)
                ?? throw new ArchiveException($"batch {epoch}-{sequence} of {device} is not here any more; ask again"));
        }

        return batches;
    }

    /// <summary>Takes what certifies a batch; returns the rows that are to be proven in it.</summary>
    public int[] Begin(StoredBatch stored, AskedBatch ask, PublicKey device)
    {
        manifests.Add(ask.Manifest);
        statements[Hash32.Of(ask.Statement)] = ask.Statement;
        devices[stored.Device.ToString()] = Convert.ToHexStringLower(device.Point.Span);
        List<int> wanted = rows[(stored.Device, stored.Epoch.Number, stored.Sequence)];
        wanted.Sort();
        return [.. wanted];
    }

    public HeldRecords Finish() => new(
        HeldRecords.CurrentVersion, question, devices, [.. statements.Values], manifests, Proofs);
}
