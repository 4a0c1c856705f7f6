using System.Formats.Cbor;

namespace Appliance.Wire;

/// <summary>
/// Reads one CBOR object in the one canonical form (RFC 8949 section 4.2.1, without floats, with unsigned map keys):
/// the object is read leniently, encoded again and compared, so that two different byte strings can never mean the
/// same. Depth, items and bytes are bounded before anything is taken from the heap.
/// </summary>
internal sealed class CborStrict
{
    private readonly CborReader reader;
    private Refusal refusal;
    private int itemsLeft = Limits.CborItemsMax;

    private CborStrict(ReadOnlyMemory<byte> bytes) => reader = new CborReader(bytes, CborConformanceMode.Lax);

    /// <summary>Reads the whole of <paramref name="bytes"/>; the item is only there where the result is None.</summary>
    public static Refusal TryRead(ReadOnlyMemory<byte> bytes, int bytesMax, out CborItem? item)
    {
        item = null;
        if (bytes.Length > bytesMax)
        {
            return Refusal.TooLarge;
        }

        var strict = new CborStrict(bytes);
        CborItem? read;
        try
        {
            read = strict.Read(Limits.CborDepthMax);
        }
        catch (CborContentException)
        {
            // The library reports malformed input by this exception alone; it ends here.
            return Refusal.NotCbor;
        }

        if (read is null)
        {
            return strict.refusal;
        }

        if (strict.reader.BytesRemaining > 0)
        {
            return Refusal.TrailingBytes;
        }

        if (!Encode(read).AsSpan().SequenceEqual(bytes.Span))
        {
            return Refusal.NotCanonical;
        }

        item = read;
        return Refusal.None;
    }

    /// <summary>Canonical bytes of an item.</summary>
    public static byte[] Encode(CborItem item)
    {
        CborWriter writer = CborOut.New();
        Write(writer, item);
        return writer.Encode();
    }

    private CborItem? Refuse(Refusal why)
    {
        refusal = why;
        return null;
    }

    private CborItem? Read(int depthLeft)
    {
        if (depthLeft == 0)
        {
            return Refuse(Refusal.TooDeep);
        }

        if (itemsLeft-- == 0)
        {
            return Refuse(Refusal.TooLarge);
        }

        switch (reader.PeekState())
        {
            case CborReaderState.UnsignedInteger:
                return new CborItem { Kind = CborKind.Unsigned, Number = reader.ReadUInt64() };
            case CborReaderState.NegativeInteger:
                ulong below = reader.ReadCborNegativeIntegerRepresentation();
                return new CborItem { Kind = CborKind.Negative, Number = below };
            case CborReaderState.ByteString:
                return new CborItem { Kind = CborKind.Bytes, Bytes = reader.ReadDefiniteLengthByteString() };
            case CborReaderState.TextString:
                return new CborItem { Kind = CborKind.Text, Text = reader.ReadTextString() };
            case CborReaderState.StartArray:
                return ReadArray(depthLeft);
            case CborReaderState.StartMap:
                return ReadMap(depthLeft);
            case CborReaderState.Tag:
                ulong tag = (ulong)reader.ReadTag();
                return Read(depthLeft - 1) is { } content
                    ? new CborItem { Kind = CborKind.Tag, Number = tag, Items = [content] }
                    : null;
            case CborReaderState.Null:
                reader.ReadNull();
                return new CborItem { Kind = CborKind.Null };
            case CborReaderState.Boolean:
                return new CborItem { Kind = reader.ReadBoolean() ? CborKind.True : CborKind.False };
            default:
                return Refuse(Refusal.NotCanonical);
        }
    }

    private CborItem? ReadArray(int depthLeft)
    {
        if (reader.ReadStartArray() is not { } count)
        {
            return Refuse(Refusal.NotCanonical);
        }

        if (count > itemsLeft)
        {
            return Refuse(Refusal.TooLarge);
        }

        var items = new CborItem[count];
        for (int i = 0; i < count; i++)
        {
            if (Read(depthLeft - 1) is not { } item)
            {
                return null;
            }

            items[i] = item;
        }

        reader.ReadEndArray();
        return new CborItem { Kind = CborKind.Array, Items = items };
    }

    private CborItem? ReadMap(int depthLeft)
    {
        if (reader.ReadStartMap() is not { } count)
        {
            return Refuse(Refusal.NotCanonical);
        }

        if (count > itemsLeft)
        {
            return Refuse(Refusal.TooLarge);
        }

        var keys = new ulong[count];
        var items = new CborItem[count];
        for (int i = 0; i < count; i++)
        {
            if (reader.PeekState() != CborReaderState.UnsignedInteger)
            {
                return Refuse(Refusal.NotCanonical);
            }

            keys[i] = reader.ReadUInt64();
            if (i > 0 && keys[i] <= keys[i - 1])
            {
                return Refuse(Refusal.NotCanonical);
            }

            if (Read(depthLeft - 1) is not { } item)
            {
                return null;
            }

            items[i] = item;
        }

        reader.ReadEndMap();
        return new CborItem { Kind = CborKind.Map, Keys = keys, Items = items };
    }

    private static void Write(CborWriter writer, CborItem item)
    {
        switch (item.Kind)
        {
            case CborKind.Unsigned:
                writer.WriteUInt64(item.Number);
                break;
            case CborKind.Negative:
                writer.WriteCborNegativeIntegerRepresentation(item.Number);
                break;
            case CborKind.Bytes:
                writer.WriteByteString(item.Bytes.Span);
                break;
            case CborKind.Text:
                writer.WriteTextString(item.Text);
                break;
            case CborKind.Array:
                writer.WriteStartArray(item.Items.Length);
                foreach (CborItem element in item.Items)
                {
                    Write(writer, element);
                }

                writer.WriteEndArray();
                break;
            case CborKind.Map:
                WriteMap(writer, item);
                break;
            case CborKind.Tag:
                writer.WriteTag((CborTag)item.Number);
                Write(writer, item.Items[0]);
                break;
            case CborKind.Null:
                writer.WriteNull();
                break;
            default:
                writer.WriteBoolean(item.Kind == CborKind.True);
                break;
        }
    }

    private static void WriteMap(CborWriter writer, CborItem map)
    {
        writer.WriteStartMap(map.Items.Length);
        for (int i = 0; i < map.Items.Length; i++)
        {
            writer.WriteUInt64(map.Keys[i]);
            Write(writer, map.Items[i]);
        }

        writer.WriteEndMap();
    }
}
