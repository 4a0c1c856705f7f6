using System.Runtime.InteropServices;

namespace Appliance.Wire;

/// <summary>
/// One section's rows as columns: between rows and bytes in both directions. The bytes follow from the columns and the
/// strings alone, which is how a reader proves that what it read is the one encoding of what it holds.
/// </summary>
internal sealed class SectionColumns
{
    private static readonly RecordKind[] Kinds =
        [RecordKind.Flow, RecordKind.Session, RecordKind.Block, RecordKind.Gap];

    private readonly ColumnSet[] sets = [new(), new(), new(), new()];
    private readonly ColumnEncoder encoder = new();
    private readonly ColumnDecoder decoder = new();
    private readonly ParentIds parents = new();
    private readonly ByteSink column = new();
    private byte section;

    public StringTable Strings { get; } = new();

    /// <summary>Rows of a kind.</summary>
    public int Rows(RecordKind kind) => sets[(int)kind - 1].Rows;

    /// <summary>The columns of a kind, to be filled or read.</summary>
    public ColumnSet Of(RecordKind kind) => sets[(int)kind - 1];

    /// <summary>Makes room for a section's rows.</summary>
    public void Resize(byte number, ReadOnlySpan<int> counts)
    {
        section = number;
        for (int k = 0; k < Kinds.Length; k++)
        {
            sets[k].Resize(ColumnSpecs.Of(section, Kinds[k]).Length, counts[k]);
        }
    }

    /// <summary>
    /// Takes the rows apart; string columns hold pool numbers until <see cref="SectionStrings"/> renumbers them.
    /// </summary>
    public void Split(RowBatch batch)
    {
        ReadOnlySpan<FlowRow> flows = CollectionsMarshal.AsSpan(batch.Flows);
        if (section == SectionPlain.ContactNumber)
        {
            FlowColumns.SplitContact(flows, sets[0]);
            return;
        }

        FlowColumns.SplitAttribution(flows, sets[0]);
        OtherColumns.Split(CollectionsMarshal.AsSpan(batch.Sessions), sets[1]);
        OtherColumns.Split(CollectionsMarshal.AsSpan(batch.Blocks), sets[2]);
        OtherColumns.Split(CollectionsMarshal.AsSpan(batch.Gaps), sets[3]);
    }

    /// <summary>Puts the rows together in lists that already have the right length.</summary>
    public void Join(RowBatch batch)
    {
        Span<FlowRow> flows = CollectionsMarshal.AsSpan(batch.Flows);
        if (section == SectionPlain.ContactNumber)
        {
            FlowColumns.JoinContact(sets[0], flows);
            return;
        }

        FlowColumns.JoinAttribution(sets[0], flows);
        OtherColumns.Join(sets[1], CollectionsMarshal.AsSpan(batch.Sessions));
        OtherColumns.Join(sets[2], CollectionsMarshal.AsSpan(batch.Blocks));
        OtherColumns.Join(sets[3], CollectionsMarshal.AsSpan(batch.Gaps));
    }

    /// <summary>Schema, section, row counts, strings, then each column as number, length, content.</summary>
    public void Write(ByteSink output)
    {
        output.Clear();
        output.Byte(ColumnSpecs.Schema);
        output.Byte(section);
        foreach (ColumnSet set in sets)
        {
            output.Varint((ulong)set.Rows);
        }

        Strings.Write(encoder, output);
        for (int k = 0; k < Kinds.Length; k++)
        {
            if (sets[k].Rows > 0)
            {
                WriteKind(ColumnSpecs.Of(section, Kinds[k]), sets[k], output);
            }
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote, whatever the writer's choice of encodings.</summary>
    public RowFault Read(byte number, ReadOnlySpan<byte> bytes)
    {
        ByteSource source = new(bytes);
        if (bytes.Length > RowLimits.SectionBytesMax)
        {
            return RowFault.TooLarge;
        }

        if (!source.TryByte(out byte schema) || schema != ColumnSpecs.Schema)
        {
            return RowFault.UnknownSchema;
        }

        if (!source.TryByte(out byte stated) || stated != number)
        {
            return RowFault.WrongSection;
        }

        if (!TryCounts(ref source, number))
        {
            return RowFault.TooLarge;
        }

        if (!Strings.TryRead(decoder, ref source))
        {
            return RowFault.BadStrings;
        }

        for (int k = 0; k < Kinds.Length; k++)
        {
            if (sets[k].Rows > 0 && !TryReadKind(ColumnSpecs.Of(section, Kinds[k]), sets[k], ref source))
            {
                return RowFault.BadColumn;
            }
        }

        return source.Left == 0 ? RowFault.None : RowFault.TrailingBytes;
    }

    private void WriteKind(ReadOnlySpan<ColumnSpec> specs, ColumnSet set, ByteSink output)
    {
        parents.Clear();
        for (int c = 0; c < specs.Length; c++)
        {
            if (!IsWithin(set[c], MaxOf(specs[c])))
            {
                throw new InvalidOperationException($"Column {specs[c].Name} holds a value that no reader would take.");
            }

            column.Clear();
            encoder.Encode(set[c], parents.Of(set, specs[c].Parent), column);
            output.Byte((byte)c);
            output.Varint((ulong)column.Length);
            output.Bytes(column.Written);
        }
    }

    private bool TryCounts(ref ByteSource source, byte number)
    {
        Span<int> counts = stackalloc int[Kinds.Length];
        int left = RowLimits.RowsMax;
        foreach (ref int count in counts)
        {
            if (!source.TryCount(left, out count))
            {
                return false;
            }

            left -= count;
        }

        Resize(number, counts);
        return true;
    }

    private bool TryReadKind(ReadOnlySpan<ColumnSpec> specs, ColumnSet set, ref ByteSource source)
    {
        parents.Clear();
        for (int c = 0; c < specs.Length; c++)
        {
            if (!source.TryByte(out byte number) || number != c
                || !source.TryCount(RowLimits.SectionBytesMax, out int length)
                || !source.TryBytes(length, out ReadOnlySpan<byte> content))
            {
                return false;
            }

            ByteSource inner = new(content);
            if (!decoder.TryDecode(ref inner, set[c], parents.Of(set, specs[c].Parent)) || inner.Left != 0
                || !IsWithin(set[c], MaxOf(specs[c])))
            {
                return false;
            }
        }

        return true;
    }

    private ulong MaxOf(in ColumnSpec spec) => spec.IsString ? (ulong)Strings.Count : spec.Max;

    private static bool IsWithin(ReadOnlySpan<ulong> values, ulong max)
    {
        if (max == ulong.MaxValue)
        {
            return true;
        }

        ulong largest = 0;
        foreach (ulong value in values)
        {
            largest = Math.Max(largest, value);
        }

        return largest <= max;
    }
}
