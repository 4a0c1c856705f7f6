using System.Formats.Cbor;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Wire.Rows;

/// <summary>Canonical rows against the platform's own CBOR writer in canonical mode.</summary>
public sealed class CanonRowTests
{
    [Fact]
    public void The_platforms_canonical_writer_agrees_byte_for_byte()
    {
        for (int seed = 0; seed < 100; seed++)
        {
            RowBatch batch = RowSamples.Arbitrary(seed, 100);
            foreach (byte section in new byte[] { 1, 2 })
            {
                CanonRows rows = new RowCanon().Write(batch, section);
                List<byte[]> expected = section == 1 ? Attribution(batch) : Contact(batch);
                Assert.Equal(expected.Count, rows.Count);
                for (int i = 0; i < rows.Count; i++)
                {
                    Assert.True(expected[i].AsSpan().SequenceEqual(rows[i]), $"seed {seed} section {section} row {i}");
                }
            }
        }
    }

    [Fact]
    public void The_largest_row_is_within_the_limit_of_the_format()
    {
        CanonRows rows = new RowCanon().Write(RowSamples.Largest(), SectionPlain.AttributionNumber);

        for (int i = 0; i < rows.Count; i++)
        {
            Assert.InRange(rows[i].Length, 1, Limits.CanonBytesMax);
        }
    }

    private static List<byte[]> Attribution(RowBatch batch)
    {
        StringPool pool = batch.Strings;
        List<byte[]> rows = [];
        foreach (FlowRow row in batch.Flows)
        {
            rows.Add(Row(
                1, 1, 1, First(row.First), (ulong)row.Kind, (ulong)row.Protocol, pool.Text(row.Subscriber),
                pool.Text(row.Realm), Bytes(row.SubscriberAddress), (ulong)row.SubscriberPort,
                Bytes(row.PublicAddress), (ulong)row.PublicPort, row.Start.Microseconds,
                row.Last.Microseconds - row.Start.Microseconds, End(row.End, row.Start),
                row.BoundUs == uint.MaxValue ? null : (ulong)row.BoundUs, (ulong)row.ClockState,
                (ulong)row.Translation, (ulong)row.Attribution, (ulong)row.EvidenceBits, (ulong)row.Candidates,
                (ulong)row.Group, (ulong)row.Witnesses, row.Conflict, (ulong)row.EndReason, pool.Text(row.Leg),
                pool.Text(row.Route)));
        }

        foreach (SessionRow row in batch.Sessions)
        {
            rows.Add(Row(
                1, 1, 2, pool.Text(row.Subscriber), pool.Text(row.SubscriberType), pool.Text(row.Realm),
                Bytes(row.Address), (ulong)row.PrefixLength, row.Start.Microseconds, End(row.End, row.Start),
                pool.Text(row.Source), pool.Text(row.Equipment), pool.Text(row.Access)));
        }

        foreach (BlockRow row in batch.Blocks)
        {
            rows.Add(Row(
                1, 1, 3, pool.Text(row.Realm), Bytes(row.InsideAddress), Bytes(row.PublicAddress),
                (ulong)row.PortFirst, (ulong)row.PortLast, row.Start.Microseconds, End(row.End, row.Start),
                pool.Text(row.Source)));
        }

        foreach (GapRow row in batch.Gaps)
        {
            rows.Add(Row(
                1, 1, 4, row.From.Microseconds, row.To.Microseconds - row.From.Microseconds, pool.Text(row.Leg),
                pool.Text(row.Cause), row.Estimate == ulong.MaxValue ? null : row.Estimate));
        }

        return rows;
    }

    private static List<byte[]> Contact(RowBatch batch)
    {
        List<byte[]> rows = [];
        foreach (FlowRow row in batch.Flows)
        {
            rows.Add(Row(
                2, 1, 1, Bytes(row.RemoteAddress), (ulong)row.RemotePort, batch.Strings.Text(row.Service),
                (ulong)row.ServiceSource, row.PacketsUp, row.PacketsDown, row.BytesUp, row.BytesDown));
        }

        rows.AddRange(batch.Sessions.Select(_ => Row(2, 1, 2)));
        rows.AddRange(batch.Blocks.Select(_ => Row(2, 1, 3)));
        rows.AddRange(batch.Gaps.Select(_ => Row(2, 1, 4)));
        return rows;
    }

    private static object?[]? First(FlowId id) =>
        id == default ? null : [(ulong)id.Epoch, (ulong)id.Sequence, (ulong)id.Row];

    private static object? End(TaiTime end, TaiTime start) =>
        end == default ? null : end.Microseconds - start.Microseconds;

    private static byte[] Bytes(Ip ip)
    {
        byte[] bytes = new byte[16];
        return bytes[..ip.Write(bytes)];
    }

    private static byte[] Row(params object?[] items)
    {
        CborWriter writer = new(CborConformanceMode.Canonical);
        Write(writer, items);
        return writer.Encode();
    }

    private static void Write(CborWriter writer, object? item)
    {
        switch (item)
        {
            case null: writer.WriteNull(); break;
            case int value: writer.WriteInt32(value); break;
            case long value: writer.WriteInt64(value); break;
            case ulong value: writer.WriteUInt64(value); break;
            case bool value: writer.WriteBoolean(value); break;
            case string value: writer.WriteTextString(value); break;
            case byte[] value: writer.WriteByteString(value); break;
            case object?[] list:
                writer.WriteStartArray(list.Length);
                foreach (object? entry in list)
                {
                    Write(writer, entry);
                }

                writer.WriteEndArray();
                break;
            default: throw new ArgumentException($"{item.GetType()} has no place in a row");
        }
    }
}
