using Appliance.Retention.Archive;
using Appliance.Retention.Requests;
using Appliance.Retention.Warden;
using Appliance.Wire;

namespace Appliance.Retention.Ingest;

/// <summary>
/// Keys of filters: from the day keys here, or from the warden, where custody is split. A warden that does not answer
/// holds nothing up: its batches have no filter, and are opened for every question about their time.
/// </summary>
internal sealed class FilterKeySource(Func<FilterKeyAsk, FilterKeys>? warden, Action<OrderRefusal> missed)
{
    private Hash32 last;
    private byte[][] lastKeys = [];

    /// <summary>Key of the filter of a batch's section, or null where there is none to be had.</summary>
    public byte[]? Find(DeviceKeys keys, Manifest manifest, Hash32 batch, byte section)
    {
        if (keys.IndexKey(manifest.Notice, section, manifest.Day) is { } index)
        {
            byte[] key = new byte[Hash32.Size];
            FilterTokens.KeyOf(index, batch, key);
            return key;
        }

        byte[] asked = Ask(manifest, batch, section);
        return asked.Length == Hash32.Size ? asked : null;
    }

    private byte[] Ask(Manifest manifest, Hash32 batch, byte section)
    {
        if (warden is null)
        {
            return [];
        }

        // Both sections come at once.
        if (last != batch)
        {
            try
            {
                lastKeys = warden(new FilterKeyAsk(
                    manifest.Device.ToString(), manifest.Notice.ToString(), manifest.Day, batch.ToArray())).Keys;
            }
            catch (WardenException failure)
            {
                missed(failure.Refusal);
                lastKeys = [];
            }

            last = batch;
        }

        return section <= lastKeys.Length ? lastKeys[section - 1] : [];
    }
}
