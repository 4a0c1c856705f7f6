using System.Formats.Cbor;

namespace Appliance.Wire;

/// <summary>A file of an evidence pack that holds several objects: a CBOR array of byte strings.</summary>
public static class ByteList
{
    /// <summary>The bytes of the list.</summary>
    public static byte[] Encode(IReadOnlyList<ReadOnlyMemory<byte>> items)
    {
        CborWriter writer = CborOut.New();
        writer.WriteStartArray(items.Count);
        foreach (ReadOnlyMemory<byte> item in items)
        {
            writer.WriteByteString(item.Span);
        }

        writer.WriteEndArray();
        return writer.Encode();
    }

    /// <summary>Reads a list; never throws on bad input.</summary>
    public static Refusal TryDecode(ReadOnlyMemory<byte> bytes, out ReadOnlyMemory<byte>[] items)
    {
        items = [];
        Refusal refusal = CborStrict.TryRead(bytes, Limits.PackFileBytesMax, out CborItem? list);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        if (list is not { Kind: CborKind.Array })
        {
            return Refusal.WrongStructure;
        }

        Fields fields = Fields.OfItems(list.Items);
        var read = new ReadOnlyMemory<byte>[list.Items.Length];
        for (int i = 0; i < read.Length; i++)
        {
            read[i] = fields.Bytes(0, Limits.PackFileBytesMax);
        }

        items = fields.Ok ? read : [];
        return fields.Ok ? Refusal.None : Refusal.WrongStructure;
    }
}
