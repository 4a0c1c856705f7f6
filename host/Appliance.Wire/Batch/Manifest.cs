using System.Formats.Cbor;

namespace Appliance.Wire;

/// <summary>
/// The signed part of a batch (FORMAT.md, "Manifest"). It commits to the sealed sections and to the recipients, and
/// says what was counted, what was missed and how good the clock was, so that the chain of manifests alone can be
/// checked after the sections have expired.
/// </summary>
public sealed record Manifest
{
    /// <summary>Format version 0: not released yet, vectors may change.</summary>
    public const int Version = 0;

    /// <summary>Suite 1: ES256, HPKE with P-256 and AES-256-GCM, SHA-256. 2 is reserved for a hybrid KEM.</summary>
    public const int Suite = 1;
    private const int KeyCount = 18;

    public required Id16 Device { get; init; }

    public required EpochRef Epoch { get; init; }

    /// <summary>Number of the batch in its epoch, from 0.</summary>
    public required uint Sequence { get; init; }

    /// <summary>Id of the batch before, or of the epoch statement for number 0.</summary>
    public required Hash32 Previous { get; init; }

    public required Id16 Notice { get; init; }

    public required Hash32 PolicyHash { get; init; }

    public required Hash32 KeyScheduleHash { get; init; }

    /// <summary>UTC days since 1970 of the day whose keys sealed the batch.</summary>
    public required int Day { get; init; }

    /// <summary>Earliest time in the rows; of a run's first batch no later than its first packet could come.</summary>
    public required TaiTime First { get; init; }

    /// <summary>Latest time in the rows; of the last batch before a planned stop, until when all was taken.</summary>
    public required TaiTime Last { get; init; }

    /// <summary>Rows of each section.</summary>
    public required int Rows { get; init; }

    /// <summary>Number of the last control message that took effect.</summary>
    public required ulong LastControl { get; init; }

    public required IReadOnlyList<SectionEntry> Sections { get; init; }

    public required Hash32 RecipientsHash { get; init; }

    /// <summary>By <see cref="Counter"/>, cumulative in the epoch; a missing one is zero.</summary>
    public required IReadOnlyList<ulong> Counters { get; init; }

    public required IReadOnlyList<ManifestGap> Gaps { get; init; }

    public required ClockSummary Clock { get; init; }

    public required IReadOnlyList<ManifestEvent> Events { get; init; }

    /// <summary>Canonical bytes: the payload of obj("batch").</summary>
    internal byte[] Encode()
    {
        CborWriter writer = CborOut.New();
        writer.WriteStartMap(KeyCount);
        WritePosition(writer);
        WriteContent(writer);
        writer.WriteEndMap();
        return writer.Encode();
    }

    /// <summary>Reads a payload whose signature was checked.</summary>
    internal static Refusal TryDecode(ReadOnlyMemory<byte> payload, out Manifest? manifest)
    {
        manifest = null;
        Refusal refusal = CborStrict.TryRead(payload, Limits.SignedObjectBytesMax, out CborItem? map);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        // The version is judged before the fields: another version may have other fields.
        if (map is not { Kind: CborKind.Map, Keys: [1, ..] } || map.Items[0].Kind != CborKind.Array)
        {
            return Refusal.WrongStructure;
        }

        Fields version = Fields.OfArray(map.Items[0], 2);
        if (version.UInt32() != Version || version.UInt32() != Suite || !version.Ok)
        {
            return Refusal.UnknownVersion;
        }

        return Decode(map, out manifest);
    }

    private static Refusal Decode(CborItem map, out Manifest? manifest)
    {
        Fields fields = Fields.OfMap(map, KeyCount);
        fields.Item();
        var read = new Manifest
        {
            Device = fields.Id(),
            Epoch = fields.Epoch(),
            Sequence = fields.UInt32(),
            Previous = fields.Hash(),
            Notice = fields.Id(),
            PolicyHash = fields.Hash(),
            KeyScheduleHash = fields.Hash(),
            Day = (int)fields.Unsigned(int.MaxValue),
            First = ReadRange(fields, out TaiTime last),
            Last = last,
            Rows = (int)fields.Unsigned(Limits.BatchRowsMax),
            LastControl = fields.Unsigned(ulong.MaxValue),
            Sections = SectionEntry.ReadAll(fields),
            RecipientsHash = fields.Hash(),
            Counters = ReadCounters(fields),
            Gaps = ManifestGap.ReadAll(fields),
            Clock = ClockSummary.Read(fields),
            Events = ManifestEvent.ReadAll(fields),
        };
        manifest = fields.Ok ? read : null;
        if (!fields.Ok)
        {
            return Refusal.WrongStructure;
        }

        return read.First > read.Last ? Refusal.TimeOrder : Refusal.None;
    }

    private void WritePosition(CborWriter writer)
    {
        writer.Key(1).WriteStartArray(2);
        writer.WriteInt32(Version);
        writer.WriteInt32(Suite);
        writer.WriteEndArray();
        writer.Key(2).Write(Device);
        writer.Key(3).Write(Epoch);
        writer.Key(4).WriteUInt32(Sequence);
        writer.Key(5).Write(Previous);
        writer.Key(6).Write(Notice);
        writer.Key(7).Write(PolicyHash);
        writer.Key(8).Write(KeyScheduleHash);
        writer.Key(9).WriteInt32(Day);
        writer.Key(10).WriteStartArray(2);
        writer.Write(First);
        writer.Write(Last);
        writer.WriteEndArray();
        writer.Key(11).WriteInt32(Rows);
        writer.Key(12).WriteUInt64(LastControl);
    }

    private void WriteContent(CborWriter writer)
    {
        writer.Key(13).WriteStartArray(Sections.Count);
        foreach (SectionEntry section in Sections)
        {
            section.Write(writer);
        }

        writer.WriteEndArray();
        writer.Key(14).Write(RecipientsHash);
        writer.Key(15).WriteStartArray(Counters.Count);
        foreach (ulong counter in Counters)
        {
            writer.WriteUInt64(counter);
        }

        writer.WriteEndArray();
        writer.Key(16).WriteStartArray(Gaps.Count);
        foreach (ManifestGap gap in Gaps)
        {
            gap.Write(writer);
        }

        writer.WriteEndArray();
        Clock.Write(writer.Key(17));
        writer.Key(18).WriteStartArray(Events.Count);
        foreach (ManifestEvent entry in Events)
        {
            entry.Write(writer);
        }

        writer.WriteEndArray();
    }

    private static TaiTime ReadRange(Fields fields, out TaiTime last)
    {
        Fields range = Fields.OfArray(fields.Item(), 2);
        TaiTime first = range.Time();
        last = range.Time();
        fields.Join(range);
        return first;
    }

    private static ulong[] ReadCounters(Fields fields)
    {
        CborItem[] items = fields.Array(Limits.CountersMax);
        var counters = new ulong[items.Length];
        for (int i = 0; i < items.Length; i++)
        {
            counters[i] = items[i].Number;
            if (items[i].Kind != CborKind.Unsigned)
            {
                fields.Refuse();
            }
        }

        return counters;
    }
}
