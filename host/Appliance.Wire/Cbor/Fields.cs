namespace Appliance.Wire;

/// <summary>
/// Takes the fields of a map with keys 1 to n, or of an array, one after the other. The first field that is not what
/// was asked for makes <see cref="Ok"/> false for good, and every later call returns a default: callers read all
/// fields into locals and ask once at the end.
/// </summary>
internal sealed class Fields
{
    private readonly CborItem[] items;
    private int next;

    private Fields(CborItem[]? items)
    {
        this.items = items ?? [];
        Ok = items is not null;
    }

    public bool Ok { get; private set; }

    /// <summary>Fields of a map whose keys are exactly 1 to <paramref name="count"/>.</summary>
    public static Fields OfMap(CborItem? map, int count)
    {
        bool good = map is { Kind: CborKind.Map } && map.Keys.Length == count;
        for (int i = 0; good && i < count; i++)
        {
            good = map!.Keys[i] == (ulong)(i + 1);
        }

        return new Fields(good ? map!.Items : null);
    }

    /// <summary>Fields of an array of exactly <paramref name="count"/> elements.</summary>
    public static Fields OfArray(CborItem? array, int count) =>
        new(array is { Kind: CborKind.Array } && array.Items.Length == count ? array.Items : null);

    /// <summary>Fields of a list of items that is taken apart already.</summary>
    public static Fields OfItems(CborItem[] items) => new(items);

    /// <summary>Makes <see cref="Ok"/> false: a value that is well-formed and yet not allowed.</summary>
    public void Refuse() => Ok = false;

    public CborItem? Item() => Ok && next < items.Length ? items[next++] : Wrong();

    public CborItem? Item(CborKind kind) => Item() is { } item && item.Kind == kind ? item : Wrong();

    public ulong Unsigned(ulong max)
    {
        CborItem? item = Item(CborKind.Unsigned);
        return item is not null && (item.Number <= max || Wrong() is not null) ? item.Number : 0;
    }

    public uint UInt32() => (uint)Unsigned(uint.MaxValue);

    public TaiTime Time() => new((long)Unsigned(long.MaxValue));

    public ReadOnlyMemory<byte> Bytes(int lengthMin, int lengthMax)
    {
        CborItem? item = Item(CborKind.Bytes);
        if (item is not null && item.Bytes.Length >= lengthMin && item.Bytes.Length <= lengthMax)
        {
            return item.Bytes;
        }

        Refuse();
        return default;
    }

    public Hash32 Hash()
    {
        ReadOnlyMemory<byte> bytes = Bytes(Hash32.Size, Hash32.Size);
        return Ok ? Hash32.FromBytes(bytes.Span) : default;
    }

    /// <summary>
    /// A hash, or the default for null; 32 zero bytes would be a second form of null and are refused.
    /// </summary>
    public Hash32 HashOrNull()
    {
        if (TakeNull())
        {
            return default;
        }

        Hash32 hash = Hash();
        if (hash.IsNone)
        {
            Refuse();
        }

        return hash;
    }

    public Id16 Id()
    {
        ReadOnlyMemory<byte> bytes = Bytes(Id16.Size, Id16.Size);
        return Ok ? Id16.FromBytes(bytes.Span) : default;
    }

    public KeyId Kid()
    {
        ReadOnlyMemory<byte> bytes = Bytes(KeyId.Size, KeyId.Size);
        return Ok ? KeyId.FromBytes(bytes.Span) : default;
    }

    public EpochRef Epoch()
    {
        Fields pair = OfArray(Item(), 2);
        var epoch = new EpochRef(pair.UInt32(), pair.Id());
        Ok &= pair.Ok;
        return epoch;
    }

    public bool Bool()
    {
        CborItem? item = Item();
        if (item is not { Kind: CborKind.True or CborKind.False })
        {
            Refuse();
        }

        return Ok && item!.Kind == CborKind.True;
    }

    public string Text(int bytesMax = Limits.TextBytesMax)
    {
        string text = Item(CborKind.Text)?.Text ?? "";
        if (System.Text.Encoding.UTF8.GetByteCount(text) > bytesMax)
        {
            Refuse();
        }

        return text;
    }

    /// <summary>A key on the curve; null where <see cref="Ok"/> is false.</summary>
    public PublicKey? Point()
    {
        ReadOnlyMemory<byte> bytes = Bytes(P256.PointSize, P256.PointSize);
        PublicKey? key = null;
        if (Ok && !PublicKey.TryFromPoint(bytes.Span, out key))
        {
            Refuse();
        }

        return key;
    }

    /// <summary>An address: 4 bytes of IPv4 or 16 of IPv6; a second form of the same one is refused.</summary>
    public Ip Address()
    {
        ReadOnlyMemory<byte> bytes = Bytes(4, 16);
        var address = Ip.FromBytes(bytes.Span);
        if (address.IsNone || address.IsV4 != (bytes.Length == 4))
        {
            Refuse();
        }

        return Ok ? address : default;
    }

    /// <summary>Takes the next field where it is null; leaves any other.</summary>
    public bool TakeNull()
    {
        bool isNull = Ok && next < items.Length && items[next].Kind == CborKind.Null;
        next += isNull ? 1 : 0;
        return isNull;
    }

    /// <summary>Elements of the next field, an array of at most <paramref name="countMax"/>.</summary>
    public CborItem[] Array(int countMax)
    {
        CborItem? item = Item(CborKind.Array);
        if (item is not null && item.Items.Length <= countMax)
        {
            return item.Items;
        }

        Refuse();
        return [];
    }

    /// <summary>Takes over the verdict of fields nested in this one.</summary>
    public void Join(Fields nested) => Ok &= nested.Ok;

    private CborItem? Wrong()
    {
        Ok = false;
        return null;
    }
}
