using Appliance.Wire;

namespace Appliance.Evidence;

/// <summary>A record of a pack, read from its canonical bytes; nothing is kept that they do not say.</summary>
public sealed record DisclosedRow
{
    private const int FlowItems = 27;
    private const int ContactItems = 11;
    private const int SessionItems = 13;
    private const int BlockItems = 11;

    /// <summary>Batch that holds it.</summary>
    public required Hash32 Batch { get; init; }

    /// <summary>1 attribution, 2 contact.</summary>
    public required byte Section { get; init; }

    /// <summary>Number of the row in its batch.</summary>
    public required int Row { get; init; }

    public required RecordKind Kind { get; init; }

    /// <summary>Device, epoch, sequence; set when the batch's manifest was found.</summary>
    public string Device { get; init; } = "";

    /// <summary>Epoch, sequence and row, as answers name a record.</summary>
    public string Place { get; init; } = "";

    public string Subscriber { get; init; } = "";

    public string Realm { get; init; } = "";

    /// <summary>Inside address of a flow or block; address of a session.</summary>
    public Ip Inside { get; init; }

    public int PrefixLength { get; init; }

    public ushort InsidePort { get; init; }

    public Ip Public { get; init; }

    /// <summary>Public port; of a block the first.</summary>
    public ushort PublicPort { get; init; }

    /// <summary>Last port of a block; else 0.</summary>
    public ushort PortLast { get; init; }

    public byte Protocol { get; init; }

    public TaiTime Start { get; init; }

    /// <summary>Last packet; the start where the record has none.</summary>
    public TaiTime Last { get; init; }

    /// <summary>The default where it was still open.</summary>
    public TaiTime End { get; init; }

    /// <summary>Half width, microseconds; null where the clock gave none.</summary>
    public uint? BoundUs { get; init; }

    /// <summary>Where the flow's first record stands; the default where this is it.</summary>
    public FlowId First { get; init; }

    public Translation Translation { get; init; }

    public byte Method { get; init; }

    public ushort EvidenceBits { get; init; }

    public ushort Candidates { get; init; }

    public Ip Remote { get; init; }

    public ushort RemotePort { get; init; }

    public string Service { get; init; } = "";

    /// <summary>Reads a canonical row; null where it is none that this version knows.</summary>
    public static DisclosedRow? TryRead(Hash32 batch, int row, ReadOnlyMemory<byte> canonical)
    {
        if (CborStrict.TryRead(canonical, Wire.Limits.CanonBytesMax, out CborItem? item) != Refusal.None
            || item is not { Kind: CborKind.Array, Items.Length: >= 3 } || item.Items[1].Number != 1)
        {
            return null;
        }

        byte section = (byte)Math.Min(item.Items[0].Number, byte.MaxValue);
        var kind = (RecordKind)Math.Min(item.Items[2].Number, byte.MaxValue);
        var empty = new DisclosedRow { Batch = batch, Section = section, Row = row, Kind = kind };
        Fields fields = Fields.OfItems(item.Items[3..]);
        DisclosedRow read = (section, kind, item.Items.Length) switch
        {
            (1, RecordKind.Flow, FlowItems) => Flow(empty, fields),
            (2, RecordKind.Flow, ContactItems) => Contact(empty, fields),
            (1, RecordKind.Session, SessionItems) => Session(empty, fields),
            (1, RecordKind.Block, BlockItems) => Block(empty, fields),
            _ => Unknown(empty, fields),
        };
        return fields.Ok ? read : null;
    }

    /// <summary>The fields, for --json and for comparing two readers.</summary>
    internal object ToJson() => new
    {
        batch = Batch.ToString(),
        device = Device,
        record = Place,
        section = Section,
        kind = Kind.ToString().ToLowerInvariant(),
        subscriber = Subscriber,
        sub_ip = Inside.ToString(),
        sub_port = InsidePort,
        pub_ip = Public.ToString(),
        pub_port = PublicPort,
        start_us = Section == 1 ? LeapSeconds.ToUtc(Start) : (long?)null,
        last_us = Section == 1 ? LeapSeconds.ToUtc(Last) : (long?)null,
        bound_us = BoundUs,
        evidence_bits = EvidenceBits,
        rem_ip = Remote.ToString(),
        rem_port = RemotePort,
        service = Service,
    };

    private static DisclosedRow Unknown(DisclosedRow row, Fields fields)
    {
        fields.Refuse();
        return row;
    }

    private static DisclosedRow Flow(DisclosedRow row, Fields fields)
    {
        FlowId first = fields.TakeNull() ? default : PlaceOf(fields);
        fields.Item();
        byte protocol = (byte)fields.Unsigned(byte.MaxValue);
        string subscriber = fields.Text();
        string realm = fields.Text();
        Ip inside = Address(fields);
        ushort insidePort = Port(fields);
        Ip outside = Address(fields);
        ushort outsidePort = Port(fields);
        TaiTime start = Time(fields);
        TaiTime last = After(start, fields);
        TaiTime end = fields.TakeNull() ? default : After(start, fields);
        uint? bound = fields.TakeNull() ? null : fields.UInt32();
        fields.Item();
        var translation = (Translation)fields.Unsigned(byte.MaxValue);
        return row with
        {
            First = first,
            Translation = translation,
            Protocol = protocol,
            Subscriber = subscriber,
            Realm = realm,
            Inside = inside,
            InsidePort = insidePort,
            Public = outside,
            PublicPort = outsidePort,
            Start = start,
            Last = last,
            End = end,
            BoundUs = bound,
            Method = (byte)fields.Unsigned(byte.MaxValue),
            EvidenceBits = (ushort)fields.Unsigned(ushort.MaxValue),
            Candidates = (ushort)fields.Unsigned(ushort.MaxValue),
        };
    }

    private static DisclosedRow Contact(DisclosedRow row, Fields fields) => row with
    {
        Remote = Address(fields),
        RemotePort = Port(fields),
        Service = fields.Text(),
    };

    private static DisclosedRow Session(DisclosedRow row, Fields fields)
    {
        string subscriber = fields.Text();
        fields.Text();
        string realm = fields.Text();
        Ip address = Address(fields);
        int length = (int)fields.Unsigned(128);
        TaiTime start = Time(fields);
        return row with
        {
            Subscriber = subscriber,
            Realm = realm,
            Inside = address,
            PrefixLength = length,
            Start = start,
            Last = start,
            End = fields.TakeNull() ? default : After(start, fields),
        };
    }

    private static DisclosedRow Block(DisclosedRow row, Fields fields)
    {
        string realm = fields.Text();
        Ip inside = Address(fields);
        Ip outside = Address(fields);
        ushort first = Port(fields);
        ushort last = Port(fields);
        TaiTime start = Time(fields);
        return row with
        {
            Realm = realm,
            Inside = inside,
            Public = outside,
            PublicPort = first,
            PortLast = last,
            Start = start,
            Last = start,
            End = fields.TakeNull() ? default : After(start, fields),
        };
    }

    private static FlowId PlaceOf(Fields fields)
    {
        CborItem? item = fields.Item();
        if (item is not { Kind: CborKind.Array })
        {
            fields.Refuse();
            return default;
        }

        Fields place = Fields.OfArray(item, 3);
        var read = new FlowId(place.UInt32(), place.UInt32(), place.UInt32());
        fields.Join(place);
        return read;
    }

    private static ushort Port(Fields fields) => (ushort)fields.Unsigned(ushort.MaxValue);

    // An address that is not known has no bytes.
    private static Ip Address(Fields fields)
    {
        ReadOnlyMemory<byte> bytes = fields.Bytes(0, 16);
        return bytes.IsEmpty ? default : Ip.FromBytes(bytes.Span);
    }

    private static TaiTime Time(Fields fields) => new(Signed(fields));

    private static TaiTime After(TaiTime start, Fields fields) => new(unchecked(start.Microseconds + Signed(fields)));

    private static long Signed(Fields fields)
    {
        CborItem? item = fields.Item();
        if (item is not { Kind: CborKind.Unsigned or CborKind.Negative })
        {
            fields.Refuse();
            return 0;
        }

        return item.Kind == CborKind.Unsigned ? (long)item.Number : -1 - (long)item.Number;
    }
}
