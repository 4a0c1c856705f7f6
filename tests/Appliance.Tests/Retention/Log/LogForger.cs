using Appliance.Retention.Archive;
using Appliance.Wire;

namespace Appliance.Tests.Retention.Log;

/// <summary>What an administrator of the log's file does who alters it with care.</summary>
internal static class LogForger
{
    /// <summary>Makes the tree anew from the entries as they stand.</summary>
    public static void MakeTreeFit(StoreDatabase database)
    {
        database.Run("DELETE FROM nodes");
        var kept = new Dictionary<(int, ulong), Hash32>();
        var nodes = new MerkleNodes((height, index) => kept[(height, index)]);
        ulong count = 0;
        foreach (byte[] bytes in database.All("SELECT bytes FROM entries ORDER BY no", row => row.Bytes(0)))
        {
            nodes.Append(count++, LogEntry.LeafOf(bytes), (height, index, node) => kept[(height, index)] = node);
        }

        foreach (((int height, ulong index), Hash32 node) in kept)
        {
            database.Run("INSERT INTO nodes (height, no, hash) VALUES ($1, $2, $3)", height, index, node);
        }
    }
}
