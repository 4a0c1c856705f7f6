using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Wire.Rows;

/// <summary>What the row decoder does with bytes that no encoder wrote.</summary>
public sealed class RowRefusalTests
{
    // Twice what RowLimits promise for one section: the decoder's columns and the rows that a batch holds.
    private const long AllocationMax = 128 << 20;

    private readonly RowEncoder encoder = new();
    private readonly RowDecoder decoder = new();

    [Fact]
    public void Every_single_bit_flip_is_refused_or_gives_rows_whose_only_encoding_it_is()
    {
        foreach (byte section in new byte[] { 1, 2 })
        {
            byte[] good = encoder.Encode(RowSamples.Arbitrary(5, 8), section).Columns.ToArray();
            int accepted = 0;
            for (int bit = 0; bit < good.Length * 8; bit++)
            {
                byte[] bad = [.. good];
                bad[bit / 8] ^= (byte)(1 << (bit % 8));
                accepted += RefusedOrCanonical(section, bad) ? 0 : 1;
            }

            // Most bits are those of a value: another value, another row, and then its leaf is not in the tree.
            Assert.InRange(accepted, 1, good.Length * 8);
        }
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        byte[] good = encoder.Encode(RowSamples.Arbitrary(6, 20), 1).Columns.ToArray();
        for (int length = 0; length < good.Length; length++)
        {
            Assert.True(RefusedOrCanonical(1, good[..length]), $"{length} of {good.Length} bytes were accepted");
        }
    }

    [Fact]
    public void Random_bytes_and_mutations_never_throw_and_stay_within_memory()
    {
        Random random = new(20260101);
        byte[][] good =
        [
            encoder.Encode(RowSamples.Arbitrary(7, 200), 1).Columns.ToArray(),
            encoder.Encode(RowSamples.Traffic(300, 50, 1, 500), 1).Columns.ToArray(),
            encoder.Encode(RowSamples.Traffic(300, 50, 1, 500), 2).Columns.ToArray(),
        ];
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 2_000; i++)
        {
            byte[] bytes = [.. good[random.Next(good.Length)]];
            for (int edits = 1 + random.Next(6); edits > 0; edits--)
            {
                bytes[random.Next(Math.Min(bytes.Length, 1 << random.Next(12)))] = (byte)random.Next(256);
            }

            _ = RefusedOrCanonical(bytes[1], bytes);
        }

        long batches = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.InRange(batches, 0, 2_000L * 400_000);
    }

    [Fact]
    public void A_few_bytes_that_claim_the_most_rows_take_no_more_memory_than_the_limits_allow()
    {
        ByteSink bytes = new();
        bytes.Byte(ColumnSpecs.Schema);
        bytes.Byte(1);
        bytes.Varint(RowLimits.RowsMax);
        bytes.Bytes([0, 0, 0, 0]);
        for (byte column = 0; column < ColumnSpecs.Of(1, RecordKind.Flow).Length; column++)
        {
            bytes.Bytes([column, 2, (byte)ColumnEncoding.Constant, 0]);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        RowBatch into = new();
        Assert.True(decoder.TryDecode(1, bytes.Written, into, out RowFault fault), $"{fault}");
        Assert.Equal(RowLimits.RowsMax, into.Count);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, AllocationMax);
    }

    [Fact]
    public void One_row_more_than_the_limit_is_refused() =>
        Assert.Equal(RowFault.TooLarge, Fault(1, Header(1, RowLimits.RowsMax + 1)));

    [Fact]
    public void Another_schema_is_refused() => Assert.Equal(RowFault.UnknownSchema, Fault(1, [2, 1, 0, 0, 0, 0, 0]));

    [Fact]
    public void The_bytes_of_the_other_section_are_refused() =>
        Assert.Equal(RowFault.WrongSection, Fault(2, [1, 1, 0, 0, 0, 0, 0]));

    [Fact]
    public void A_section_that_does_not_exist_is_refused() =>
        Assert.Equal(RowFault.WrongSection, Fault(3, [1, 3, 0, 0, 0, 0, 0]));

    [Fact]
    public void A_byte_too_many_is_refused() =>
        Assert.Equal(RowFault.TrailingBytes, Fault(1, [1, 1, 0, 0, 0, 0, 0, 0]));

    [Fact]
    public void A_string_that_no_row_uses_is_refused() =>
        Assert.Equal(RowFault.BadStrings, Fault(1, [1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 1, (byte)'a']));

    [Fact]
    public void A_readable_column_in_a_longer_encoding_than_needed_is_refused()
    {
        byte[] good = encoder.Encode(OneGap(), 1).Columns.ToArray();
        // Column 0 of the gap, a constant 5: the same as packed with width 0.
        ReadOnlySpan<byte> constant = [0, 2, 0, 5];
        int at = good.AsSpan().IndexOf(constant);
        byte[] longer = [.. good[..at], 0, 3, (byte)ColumnEncoding.Packed, 5, 0, .. good[(at + 4)..]];

        Assert.Equal(RowFault.NotCanonical, Fault(1, longer));
    }

    private static RowBatch OneGap()
    {
        RowBatch batch = new();
        batch.Gaps.Add(new GapRow { From = new TaiTime(5), To = new TaiTime(6) });
        return batch;
    }

    private static byte[] Header(byte section, ulong flows)
    {
        ByteSink bytes = new();
        bytes.Byte(ColumnSpecs.Schema);
        bytes.Byte(section);
        bytes.Varint(flows);
        bytes.Bytes([0, 0, 0, 0]);
        return bytes.Written.ToArray();
    }

    private RowFault Fault(byte section, byte[] bytes)
    {
        Assert.False(decoder.TryDecode(section, bytes, new RowBatch(), out RowFault fault));
        return fault;
    }

    private bool RefusedOrCanonical(byte section, byte[] bytes)
    {
        RowBatch into = new();
        if (!decoder.TryDecode(section, bytes, into, out RowFault fault))
        {
            Assert.NotEqual(RowFault.None, fault);
            Assert.Equal(0, into.Count);
            return true;
        }

        Assert.True(encoder.Encode(into, section).Columns.Span.SequenceEqual(bytes), "two encodings of the same rows");
        return false;
    }
}
