using Appliance.Flow;
using Appliance.Journal;
using Appliance.Linux;
using Xunit;

namespace Appliance.Tests.Linux;

/// <summary>A recording is read back as it was consumed.</summary>
public sealed class RecordingSourceTests : IDisposable
{
    private const long Stamp = 1_768_478_400_123_456_789;
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("recording-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void Stamps_lengths_and_bytes_come_back_and_a_stripped_tag_stands_where_it_was()
    {
        string path = Path.Combine(folder.FullName, "0-eth0.pcapng");
        byte[] bytes = [.. Enumerable.Range(0, 64).Select(i => (byte)i)];
        Record(path, bytes, endNs: Stamp + 99, Frame(0, 60, 1500, 0), Frame(1, 61, 61, 0x0123));
        using CaptureFileSource source = new(path, 3);
        Assert.Equal(SourceState.Block, source.TryNext(out PacketBlock block));
        PacketRef[] packets = block.Packets.ToArray();
        Assert.Equal(2, packets.Length);
        Assert.Equal((Stamp, 60, 1500), (packets[0].StampNs, packets[0].Captured, packets[0].Length));
        Assert.Equal(bytes[..60], block.Bytes.Slice(packets[0].Offset, 60).ToArray());
        Assert.Equal((Stamp + 1, 65, 65), (packets[1].StampNs, packets[1].Captured, packets[1].Length));
        byte[] tagged = [.. bytes[..12], 0x81, 0x00, 0x01, 0x23, .. bytes[12..61]];
        Assert.Equal(tagged, block.Bytes.Slice(packets[1].Offset, 65).ToArray());
        Assert.Equal(SourceState.End, source.TryNext(out _));
        Assert.Null(source.Problem);
        Assert.Equal(Stamp + 99, RecordingSource.EndOf(path));
    }

    [Fact]
    public void A_recording_without_its_end_says_so_and_a_file_is_never_written_over()
    {
        string path = Path.Combine(folder.FullName, "0-eth0.pcapng");
        File.WriteAllBytes(path, new byte[100]);
        Assert.Equal(0, RecordingSource.EndOf(path));
        Assert.Throws<JournalDeviceException>(() => new RecordingSource(new OneBlock([], []), path, "eth0"));
    }

    [Fact]
    public void Where_the_disk_is_full_the_recording_ends_and_the_packets_go_on()
    {
        const string Full = "/dev/full";
        OneBlock packets = new(new byte[64], [Frame(0, 60, 60, 0)]);
        using RecordingSource source = new(packets, Full, "eth0", SyncedFile.Open(Full, LibC.ReadWrite));
        Assert.Equal(SourceState.Block, source.TryNext(out PacketBlock block));
        Assert.Equal(1, block.Packets.Length);
        Assert.Null(source.Problem);
        source.Finish(0, Stamp);
        Assert.Contains("the recording ended after 0 bytes", source.Problem);
    }

    private static void Record(string path, byte[] bytes, long endNs, params PacketRef[] packets)
    {
        using RecordingSource source = new(new OneBlock(bytes, packets), path, "eth0");
        Assert.Equal(SourceState.Block, source.TryNext(out _));
        Assert.Equal(SourceState.End, source.TryNext(out _));
        source.Finish(5, endNs);
        Assert.Null(source.Problem);
    }

    private static PacketRef Frame(int number, int captured, int length, ushort vlan) => new()
    {
        StampNs = Stamp + number, Captured = captured, Length = length, LinkType = 1, StrippedVlan = vlan,
    };

    private sealed class OneBlock(byte[] bytes, PacketRef[] packets) : IPacketSource
    {
        private bool isDone;

        public SourceState TryNext(out PacketBlock block)
        {
            block = isDone ? default : new PacketBlock(bytes, packets);
            SourceState state = isDone ? SourceState.End : SourceState.Block;
            isDone = true;
            return state;
        }

        public void Dispose()
        {
        }
    }
}
