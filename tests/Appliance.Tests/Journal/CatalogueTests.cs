using System.Buffers.Binary;
using Appliance.Journal;
using Appliance.Linux;
using Xunit;

namespace Appliance.Tests.Journal;

public sealed class CatalogueTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("catalogue").FullName;
    private readonly FlashFolder flash;

    public CatalogueTests()
    {
        flash = FlashFolder.Open(folder);
        JournalWriter writer = JournalWriter.Open(flash, new JournalOptions { SegmentBytes = 64 << 10 }, out _);
        writer.Append(FrameKind.EpochStatement, 7, 0, [1]);
        for (uint sequence = 0; sequence < 12; sequence++)
        {
            writer.Append(new FrameLabel(FrameKind.Batch, 7, sequence, 20_000, sequence + 1), Payload(sequence));
            writer.Commit();
        }

        writer.Append(FrameKind.Receipt, 7, 3, [9]);
        writer.Close();
    }

    private string File => Path.Combine(folder, "catalogue.db");

    public void Dispose()
    {
        flash.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Each_batch_is_found_at_its_place_and_the_receipted_one_is_known()
    {
        using Catalogue catalogue = Open();
        JournalReader reader = new(flash);
        Assert.True(catalogue.WasRebuilt);
        for (uint sequence = 0; sequence < 12; sequence++)
        {
            CatalogueEntry entry = catalogue.Find(7, sequence)!;
            Assert.True(reader.TryRead(entry.Place, out JournalFrame frame));
            Assert.Equal(Payload(sequence), frame.Payload.ToArray());
            Assert.Equal(entry.Label, frame.Label);
            Assert.Equal(Payload(sequence)[..4], entry.Id);
            Assert.Equal(sequence == 3 ? BatchState.Receipted : BatchState.Stored, entry.State);
        }

        Assert.Null(catalogue.Find(7, 12));
    }

    [Fact]
    public void A_state_is_kept_over_a_close_and_what_was_on_its_way_is_offered_again()
    {
        using (Catalogue first = Open())
        {
            Assert.True(first.Set(7, 0, BatchState.Offered));
            Assert.True(first.Set(7, 1, BatchState.Receipted));
            Assert.False(first.Set(8, 0, BatchState.Offered));
        }

        using Catalogue second = Open();
        Assert.False(second.WasRebuilt);
        Assert.Equal((1L, 5000L), second.Total(BatchState.Offered));
        Assert.Equal(1, second.OfferAgain());
        Assert.Equal([0u, 2u], second.Oldest(BatchState.Stored, 2).Select(entry => entry.Label.Sequence));
        Assert.True(second.IsReceipted(7, 1));
        Assert.False(second.IsReceipted(7, 2));
    }

    [Fact]
    public void Deleted_it_is_made_again_from_the_segments()
    {
        Open().Dispose();
        System.IO.File.Delete(File);
        using Catalogue catalogue = Open();
        Assert.True(catalogue.WasRebuilt);
        Assert.Equal(11, catalogue.Total(BatchState.Stored).Batches);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Damaged_in_a_page_it_is_made_again_from_the_segments(int page)
    {
        Open().Dispose();
        byte[] bytes = System.IO.File.ReadAllBytes(File);
        bytes.AsSpan(page * 4096, 4096).Fill(0xA5);
        System.IO.File.WriteAllBytes(File, bytes);
        using Catalogue catalogue = Open();
        Assert.True(catalogue.WasRebuilt);
        Assert.Equal(11, catalogue.Total(BatchState.Stored).Batches);
    }

    [Fact]
    public void What_a_power_cut_took_from_its_end_is_read_again_and_what_is_gone_is_forgotten()
    {
        ulong newest;
        using (Catalogue before = Open())
        {
            newest = before.Find(7, 11)!.Place.Segment;
            before.Forget([newest]);
        }

        flash.Delete($"segment-{1:D10}.icr");
        using Catalogue after = Open();
        Assert.False(after.WasRebuilt);
        Assert.Equal(newest, after.Find(7, 11)!.Place.Segment);
        Assert.Null(after.Find(7, 0));
    }

    [Fact]
    public void What_lay_in_a_freed_segment_is_forgotten()
    {
        using Catalogue catalogue = Open();
        ulong segment = catalogue.Find(7, 0)!.Place.Segment;
        catalogue.Forget([segment]);
        Assert.Null(catalogue.Find(7, 0));
        Assert.NotNull(catalogue.Find(7, 11));
    }

    private static byte[] Payload(uint sequence)
    {
        byte[] payload = new byte[5000];
        BinaryPrimitives.WriteUInt32LittleEndian(payload, sequence + 77);
        return payload;
    }

    private Catalogue Open() =>
        Catalogue.Open(File, new JournalReader(flash), frame => frame.Payload[..4].ToArray(), System.IO.File.Delete);
}
