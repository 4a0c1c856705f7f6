using System.Globalization;
using Appliance.Retention.Archive;
using Appliance.Wire;

namespace Appliance.Retention.Ingest;

/// <summary>
/// Batches beside the archive, a bounded number a device: those that wait for the statement of their epoch, and those
/// that are kept because they contradict it.
/// </summary>
internal sealed class Aside(StoreFolder folder, string root, int perDeviceMax)
{
    /// <summary>Keeps a batch, durable on return; false where the device has as many as it may.</summary>
    public bool TryKeep(BatchClaim claim, ReadOnlyMemory<byte> bytes, ulong receivedUtcUs)
    {
        string path = StoreFolder.AsideOf(root, claim.Device, claim.Epoch.Number, claim.Sequence, claim.Id);
        if (File.Exists(path))
        {
            return true;
        }

        if (FilesOf(claim.Device).Count >= perDeviceMax)
        {
            return false;
        }

        folder.Put(path, bytes.Span, receivedUtcUs);
        return true;
    }

    /// <summary>Files of a device by epoch and number.</summary>
    public List<string> FilesOf(Id16 device)
    {
        string of = Path.Combine(root, device.ToString());
        var files = new List<(ulong Position, string Path)>();
        foreach (string file in Directory.Exists(of) ? Directory.GetFiles(of, "*" + StoreFolder.BatchEnding) : [])
        {
            string[] parts = Path.GetFileName(file).Split('-');
            bool named = parts.Length == 3
                & uint.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out uint epoch)
                & uint.TryParse(parts[^2], NumberStyles.None, CultureInfo.InvariantCulture, out uint sequence);
            if (named)
            {
                files.Add((((ulong)epoch << 32) | sequence, file));
            }
        }

        files.Sort();
        return files.ConvertAll(file => file.Path);
    }

    /// <summary>Devices that have files here.</summary>
    public IEnumerable<Id16> Devices()
    {
        foreach (string of in Directory.Exists(root) ? Directory.GetDirectories(root) : [])
        {
            if (Id16.TryParse(Path.GetFileName(of), out Id16 device))
            {
                yield return device;
            }
        }
    }
}
