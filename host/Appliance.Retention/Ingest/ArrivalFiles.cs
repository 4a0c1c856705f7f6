using Appliance.Retention.Archive;

namespace Appliance.Retention.Ingest;

/// <summary>
/// Files of what arrives: written durable, unless the index is being made again from them, and then left as they are.
/// </summary>
/// <param name="folder">The data folder.</param>
/// <param name="inPlace">True where the files are there already.</param>
/// <param name="after">Called after each file has reached the medium.</param>
internal sealed class ArrivalFiles(StoreFolder folder, bool inPlace, Action<DurableStep> after)
{
    public void Put(string path, ReadOnlyMemory<byte> bytes, ulong receivedUtcUs, DurableStep step)
    {
        if (!inPlace || !File.Exists(path))
        {
            folder.Put(path, bytes.Span, receivedUtcUs);
            after(step);
        }
    }
}
