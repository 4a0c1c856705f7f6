using System.Formats.Cbor;
using Appliance.Wire;

namespace Appliance.Lab.Vectors;

/// <summary>
/// Rows of the vectors: their columns are a CBOR array of the canonical rows as byte strings. It stands in for the
/// column
/// codec, so that the vectors of sealing stay as they are when the codec changes.
/// </summary>
internal static class VectorRows
{
    /// <summary>A section of <paramref name="count"/> rows, each the CBOR array [section, 0, 1, row, seed].</summary>
    public static SectionPlain Section(byte section, int count, byte seed)
    {
        var rows = new List<byte[]>();
        for (int i = 0; i < count; i++)
        {
            rows.Add([0x85, section, 0, 1, (byte)i, seed]);
        }

        var writer = new CborWriter(CborConformanceMode.Canonical);
        writer.WriteStartArray(count);
        rows.ForEach(row => writer.WriteByteString(row));
        writer.WriteEndArray();
        return new SectionPlain(section, writer.Encode(), Join(rows));
    }

    public static CanonRows? Decode(byte section, ReadOnlyMemory<byte> columns)
    {
        if (CborStrict.TryRead(columns, columns.Length, out CborItem? item) != Refusal.None
            || item!.Kind != CborKind.Array
            || item.Items.Any(row => row.Kind != CborKind.Bytes))
        {
            return null;
        }

        return Join([.. item.Items.Select(row => row.Bytes.ToArray())]);
    }

    private static CanonRows Join(List<byte[]> rows)
    {
        int end = 0;
        int[] ends = [.. rows.Select(row => end += row.Length)];
        return new CanonRows(rows.SelectMany(row => row).ToArray(), ends);
    }
}
