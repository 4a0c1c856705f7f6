using System.Runtime.InteropServices;

namespace Appliance.Wire;

/// <summary>
/// Writes the canonical rows of a section: one deterministic CBOR array a row, [section, schema, kind, fields...], in
/// the order of FORMAT.md, "Canonical rows". The same function serves sealing and opening. Keeps its memory; one
/// instance belongs to one thread.
/// </summary>
public sealed class RowCanon
{
    // More than the widest row: six strings with their heads, three addresses, and every number in nine bytes.
    private const int RowBytesMax = Limits.CanonBytesMax;
    private const byte Schema = ColumnSpecs.Schema;

    private readonly ByteSink bytes = new();
    private int[] ends = [];
    private int rows;

    /// <summary>All rows of the section in the batch's order; valid until the next call.</summary>
    /// <param name="batch">Rows; only the section's fields are read.</param>
    /// <param name="section">1 attribution, 2 contact.</param>
    public CanonRows Write(RowBatch batch, byte section)
    {
        bytes.Clear();
        rows = 0;
        if (ends.Length < batch.Count)
        {
            ends = new int[batch.Count];
        }

        if (section == SectionPlain.ContactNumber)
        {
            WriteContact(batch);
        }
        else
        {
            WriteAttribution(batch);
        }

        return new CanonRows(bytes.Memory, ends.AsMemory(0, rows));
    }

    private void WriteAttribution(RowBatch batch)
    {
        StringPool pool = batch.Strings;
        foreach (ref readonly FlowRow row in CollectionsMarshal.AsSpan(batch.Flows))
        {
            CborRow cbor = new(bytes.Peek(RowBytesMax));
            Flow(row, pool, ref cbor);
            Finish(cbor);
        }

        foreach (ref readonly SessionRow row in CollectionsMarshal.AsSpan(batch.Sessions))
        {
            CborRow cbor = new(bytes.Peek(RowBytesMax));
            Session(row, pool, ref cbor);
            Finish(cbor);
        }

        foreach (ref readonly BlockRow row in CollectionsMarshal.AsSpan(batch.Blocks))
        {
            CborRow cbor = new(bytes.Peek(RowBytesMax));
            Block(row, pool, ref cbor);
            Finish(cbor);
        }

        foreach (ref readonly GapRow row in CollectionsMarshal.AsSpan(batch.Gaps))
        {
            CborRow cbor = new(bytes.Peek(RowBytesMax));
            Gap(row, pool, ref cbor);
            Finish(cbor);
        }
    }

    private void WriteContact(RowBatch batch)
    {
        foreach (ref readonly FlowRow row in CollectionsMarshal.AsSpan(batch.Flows))
        {
            CborRow cbor = new(bytes.Peek(RowBytesMax));
            Contact(row, batch.Strings, ref cbor);
            Finish(cbor);
        }

        WriteEmpty(RecordKind.Session, batch.Sessions.Count);
        WriteEmpty(RecordKind.Block, batch.Blocks.Count);
        WriteEmpty(RecordKind.Gap, batch.Gaps.Count);
    }

    // Both sections have the same row numbers, so rows without contact fields still have their place there.
    private void WriteEmpty(RecordKind kind, int count)
    {
        for (int i = 0; i < count; i++)
        {
            CborRow cbor = new(bytes.Peek(RowBytesMax));
            Head(ref cbor, 3, SectionPlain.ContactNumber, kind);
            Finish(cbor);
        }
    }

    private void Finish(in CborRow cbor)
    {
        bytes.Advance(cbor.Length);
        ends[rows++] = bytes.Length;
    }

    private static void Head(ref CborRow cbor, int items, byte section, RecordKind kind)
    {
        cbor.Array(items);
        cbor.Number(section);
        cbor.Number(Schema);
        cbor.Number((ulong)kind);
    }

    private static void Flow(in FlowRow row, StringPool pool, ref CborRow cbor)
    {
        Head(ref cbor, 27, SectionPlain.AttributionNumber, RecordKind.Flow);
        First(row.First, ref cbor);
        cbor.Number((ulong)row.Kind);
        cbor.Number(row.Protocol);
        cbor.Text(pool[row.Subscriber]);
        cbor.Text(pool[row.Realm]);
        cbor.Address(row.SubscriberAddress);
        cbor.Number(row.SubscriberPort);
        cbor.Address(row.PublicAddress);
        cbor.Number(row.PublicPort);
        Times(row.Start, row.Last, row.End, ref cbor);
        if (row.BoundUs == uint.MaxValue)
        {
            cbor.Null();
        }
        else
        {
            cbor.Number(row.BoundUs);
        }

        cbor.Number((ulong)row.ClockState);
        cbor.Number((ulong)row.Translation);
        cbor.Number((ulong)row.Attribution);
        cbor.Number(row.EvidenceBits);
        cbor.Number(row.Candidates);
        cbor.Number(row.Group);
        cbor.Number((ulong)row.Witnesses);
        cbor.Flag(row.Conflict);
        cbor.Number((ulong)row.EndReason);
        cbor.Text(pool[row.Leg]);
        cbor.Text(pool[row.Route]);
    }

    private static void Contact(in FlowRow row, StringPool pool, ref CborRow cbor)
    {
        Head(ref cbor, 11, SectionPlain.ContactNumber, RecordKind.Flow);
        cbor.Address(row.RemoteAddress);
        cbor.Number(row.RemotePort);
        cbor.Text(pool[row.Service]);
        cbor.Number((ulong)row.ServiceSource);
        cbor.Number(row.PacketsUp);
        cbor.Number(row.PacketsDown);
        cbor.Number(row.BytesUp);
        cbor.Number(row.BytesDown);
    }

    private static void Session(in SessionRow row, StringPool pool, ref CborRow cbor)
    {
        Head(ref cbor, 13, SectionPlain.AttributionNumber, RecordKind.Session);
        cbor.Text(pool[row.Subscriber]);
        cbor.Text(pool[row.SubscriberType]);
        cbor.Text(pool[row.Realm]);
        cbor.Address(row.Address);
        cbor.Number(row.PrefixLength);
        cbor.Signed(row.Start.Microseconds);
        End(row.End, row.Start, ref cbor);
        cbor.Text(pool[row.Source]);
        cbor.Text(pool[row.Equipment]);
        cbor.Text(pool[row.Access]);
    }

    private static void Block(in BlockRow row, StringPool pool, ref CborRow cbor)
    {
        Head(ref cbor, 11, SectionPlain.AttributionNumber, RecordKind.Block);
        cbor.Text(pool[row.Realm]);
        cbor.Address(row.InsideAddress);
        cbor.Address(row.PublicAddress);
        cbor.Number(row.PortFirst);
        cbor.Number(row.PortLast);
        cbor.Signed(row.Start.Microseconds);
        End(row.End, row.Start, ref cbor);
        cbor.Text(pool[row.Source]);
    }

    private static void Gap(in GapRow row, StringPool pool, ref CborRow cbor)
    {
        Head(ref cbor, 8, SectionPlain.AttributionNumber, RecordKind.Gap);
        cbor.Signed(row.From.Microseconds);
        cbor.Signed(row.To.Microseconds - row.From.Microseconds);
        cbor.Text(pool[row.Leg]);
        cbor.Text(pool[row.Cause]);
        if (row.Estimate == ulong.MaxValue)
        {
            cbor.Null();
        }
        else
        {
            cbor.Number(row.Estimate);
        }
    }

    private static void First(FlowId first, ref CborRow cbor)
    {
        if (first == default)
        {
            cbor.Null();
            return;
        }

        cbor.Array(3);
        cbor.Number(first.Epoch);
        cbor.Number(first.Sequence);
        cbor.Number(first.Row);
    }

    private static void Times(TaiTime start, TaiTime last, TaiTime end, ref CborRow cbor)
    {
        cbor.Signed(start.Microseconds);
        cbor.Signed(last.Microseconds - start.Microseconds);
        End(end, start, ref cbor);
    }

    private static void End(TaiTime end, TaiTime start, ref CborRow cbor)
    {
        if (end == default)
        {
            cbor.Null();
        }
        else
        {
            cbor.Signed(end.Microseconds - start.Microseconds);
        }
    }
}
