using System.Formats.Cbor;

namespace Appliance.Wire;

/// <summary>The path of a Merkle proof as an array of hashes.</summary>
internal static class ProofPath
{
    public static void Write(CborWriter writer, IReadOnlyList<Hash32> path)
    {
        writer.WriteStartArray(path.Count);
        foreach (Hash32 node in path)
        {
            writer.Write(node);
        }

        writer.WriteEndArray();
    }

    public static Hash32[] Read(Fields fields)
    {
        CborItem[] items = fields.Array(Limits.ProofNodesMax);
        var path = new Hash32[items.Length];
        Fields nodes = Fields.OfItems(items);
        for (int i = 0; i < items.Length; i++)
        {
            path[i] = nodes.Hash();
        }

        fields.Join(nodes);
        return path;
    }
}
