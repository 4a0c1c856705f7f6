using Appliance.Wire;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Appliance.Tests.Wire.Rows;

public sealed class RowRoundTripTests
{
    private readonly RowEncoder encoder = new();
    private readonly RowDecoder decoder = new();
    private readonly RowCanon canon = new();

    [Fact]
    public void Any_rows_come_back_as_they_were() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(150),
        Prop.ForAll<int>(seed => ComeBack(RowSamples.Arbitrary(seed))));

    [Fact]
    public void An_empty_batch_comes_back_empty() => Assert.True(ComeBack(new RowBatch()));

    [Fact]
    public void The_largest_value_of_every_field_comes_back() => Assert.True(ComeBack(RowSamples.Largest()));

    [Fact]
    public void One_row_of_nothing_comes_back()
    {
        RowBatch batch = new();
        batch.Flows.Add(default);
        Assert.True(ComeBack(batch));
    }

    [Fact]
    public void Ten_thousand_rows_of_traffic_come_back() =>
        Assert.True(ComeBack(RowSamples.Traffic(10_000, 5_000, 1, 500)));

    [Fact]
    public void A_section_alone_gives_its_own_fields_and_no_other()
    {
        RowBatch batch = RowSamples.Largest();
        RowBatch attribution = Decode(batch, SectionPlain.AttributionNumber);
        RowBatch contact = Decode(batch, SectionPlain.ContactNumber);

        FlowRow row = attribution.Flows[0];
        Assert.Equal(255, row.Protocol);
        Assert.Equal(ushort.MaxValue, row.PublicPort);
        Assert.Equal(0UL, row.PacketsUp + row.PacketsDown + row.BytesUp + row.BytesDown + row.RemotePort);
        Assert.True(row.RemoteAddress.IsNone);
        Assert.Equal(0, row.Service);

        row = contact.Flows[0];
        Assert.Equal(ulong.MaxValue, row.BytesDown);
        Assert.True(row.SubscriberAddress.IsNone && row.PublicAddress.IsNone);
        Assert.Equal(0, row.Subscriber + row.Realm + row.Leg + row.Route + row.Protocol);
        Assert.Equal(default, row.Start);
        Assert.Single(contact.Sessions);
        Assert.Equal(default, contact.Sessions[0]);
    }

    [Fact]
    public void A_string_travels_only_in_the_section_that_uses_it()
    {
        RowBatch batch = new();
        batch.Flows.Add(new FlowRow
        {
            Subscriber = batch.Strings.Add("SUBSCRIBER"),
            Realm = batch.Strings.Add("REALM"),
            Service = batch.Strings.Add("SERVICE"),
        });

        string attribution = Text(encoder.Encode(batch, SectionPlain.AttributionNumber));
        string contact = Text(encoder.Encode(batch, SectionPlain.ContactNumber));

        Assert.Contains("SUBSCRIBER", attribution, StringComparison.Ordinal);
        Assert.Contains("REALM", attribution, StringComparison.Ordinal);
        Assert.DoesNotContain("SERVICE", attribution, StringComparison.Ordinal);
        Assert.Contains("SERVICE", contact, StringComparison.Ordinal);
        Assert.DoesNotContain("SUBSCRIBER", contact, StringComparison.Ordinal);
        Assert.DoesNotContain("REALM", contact, StringComparison.Ordinal);
    }

    [Fact]
    public void The_second_section_of_a_batch_with_another_number_of_rows_is_refused()
    {
        RowBatch one = RowSamples.Largest();
        RowBatch other = RowSamples.Traffic(5, 5, 1, 500);
        RowBatch into = Decode(one, SectionPlain.AttributionNumber);
        SectionPlain section = encoder.Encode(other, SectionPlain.ContactNumber);

        Assert.False(decoder.TryDecode(SectionPlain.ContactNumber, section.Columns.Span, into, out RowFault fault));
        Assert.Equal(RowFault.OtherRowCount, fault);
        Assert.Single(into.Flows);
    }

    private static string Text(SectionPlain section) => System.Text.Encoding.Latin1.GetString(section.Columns.Span);

    private RowBatch Decode(RowBatch batch, byte section)
    {
        RowBatch back = new();
        SectionPlain plain = encoder.Encode(batch, section);
        Assert.True(decoder.TryDecode(section, plain.Columns.Span, back, out RowFault fault), $"{fault}");
        return back;
    }

    private bool ComeBack(RowBatch batch)
    {
        SectionPlain attribution = encoder.Encode(batch, SectionPlain.AttributionNumber);
        SectionPlain contact = encoder.Encode(batch, SectionPlain.ContactNumber);
        RowBatch back = new();
        Assert.True(decoder.TryDecode(2, contact.Columns.Span, back, out RowFault fault), $"{fault}");
        Assert.True(decoder.TryDecode(1, attribution.Columns.Span, back, out fault), $"{fault}");
        RowAssert.Equal(batch, back);
        foreach (SectionPlain section in new[] { attribution, contact })
        {
            CanonRows again = canon.Write(back, section.Number);
            Assert.True(again.Bytes.Span.SequenceEqual(section.Rows.Bytes.Span));
            Assert.True(again.Ends.Span.SequenceEqual(section.Rows.Ends.Span));
            Assert.Equal(batch.Count, section.Rows.Count);
        }

        return true;
    }
}
