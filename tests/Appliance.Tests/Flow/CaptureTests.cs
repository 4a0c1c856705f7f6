using Appliance.Flow;
using Appliance.Linux;
using Xunit;
using static Appliance.Tests.Flow.CaptureFiles;
using static Appliance.Tests.Flow.FrameBuilder;

namespace Appliance.Tests.Flow;

public sealed class CaptureTests
{
    private const long Stamp = 1_700_000_000_123_456_000;

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Every_pcap_byte_order_and_unit_is_read(bool isBig, bool isNano)
    {
        long stamp = Stamp + (isNano ? 789 : 0);
        List<PacketRef> frames = Read(Pcap(isBig, isNano, 101, (stamp, [1, 2, 3]), (stamp + 1000, [])), out _);

        Assert.Equal(2, frames.Count);
        Assert.Equal((stamp, 3, 13, 101, 7),
            (frames[0].StampNs, frames[0].Captured, frames[0].Length, frames[0].LinkType, frames[0].Interface));
        Assert.Equal(stamp + 1000, frames[1].StampNs);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Pcapng_interfaces_have_their_own_link_type_and_clock(bool isBig)
    {
        byte[] nano = isBig ? Hex("0009 0001 09000000") : Hex("0900 0100 09000000");
        byte[] binary = isBig
            ? Hex("0009 0001 94000000 000E 0008 0000000000000064")
            : Hex("0900 0100 94000000 0E00 0800 6400000000000000");
        byte[] file = Join(
            Section(isBig),
            Interface(1, [], isBig),
            Interface(113, nano, isBig),
            Block(0x0BAD, new byte[5000], isBig),
            Interface(101, binary, isBig),
            Enhanced(0, Stamp / 1000, [1, 2, 3, 4, 5], isBig),
            Enhanced(1, Stamp + 1, [1], isBig),
            Enhanced(2, (5UL << 20) + (1UL << 19), [2], isBig));
        List<PacketRef> frames = Read(file, out CaptureParser parser);

        Assert.Equal((CaptureState.End, 3), (parser.State, frames.Count));
        Assert.Equal((Stamp, 1), (frames[0].StampNs, frames[0].LinkType));
        Assert.Equal((Stamp + 1, 113), (frames[1].StampNs, frames[1].LinkType));
        Assert.Equal((105_500_000_000L, 101), (frames[2].StampNs, frames[2].LinkType));
    }

    [Fact]
    public void Simple_and_obsolete_packets_and_a_second_section_of_other_byte_order_are_read()
    {
        byte[] file = Join(
            Section(),
            Interface(1, []),
            Block(2, Join(Hex("0000 FFFF"), Words(false, 0, 5_000_000, 2, 60), [8, 9])),
            Block(3, Join(Words(false, 3), [1, 2, 3])),
            Section(true),
            Interface(101, [], true),
            Enhanced(0, 7, [4], true));
        List<PacketRef> frames = Read(file, out CaptureParser parser);

        Assert.Equal((CaptureState.End, 3), (parser.State, frames.Count));
        Assert.Equal((5_000_000_000L, 2, 60), (frames[0].StampNs, frames[0].Captured, frames[0].Length));
        Assert.Equal((5_000_000_000L, 3), (frames[1].StampNs, frames[1].Captured));
        Assert.Equal((7000L, (ushort)101), (frames[2].StampNs, frames[2].LinkType));
    }

    [Fact]
    public void A_file_cut_at_any_byte_gives_its_whole_frames_and_says_where_it_ends()
    {
        byte[][] files =
        [
            Pcap(false, false, 1, (Stamp, new byte[50]), (Stamp, new byte[60])),
            Join(Section(), Interface(1, []), Enhanced(0, 1, new byte[50]), Enhanced(0, 2, new byte[60])),
        ];
        foreach (byte[] file in files)
        {
            for (int length = 0; length < file.Length; length++)
            {
                List<PacketRef> frames = Read(file[..length], out CaptureParser parser);
                Assert.True(frames.Count < 2, $"cut at {length}");
                Assert.True(parser.Problem is null == (parser.State == CaptureState.End), $"cut at {length}");
                Assert.True(parser.Offset <= length, $"cut at {length}");
            }
        }
    }

    [Fact]
    public void Foreign_and_absurd_files_are_refused_in_one_sentence()
    {
        byte[] huge = Pcap(false, false, 1, (Stamp, new byte[4]));
        Words(false, 262145).CopyTo(huge, 32);
        (byte[] File, string Says)[] cases =
        [
            ([], "byte 0: the file is empty"),
            (Hex("1F8B0800 00000000"), "byte 0: the file is gzip-compressed"),
            (Hex("7F454C46 00000000"), "byte 0: the file is neither pcap nor pcapng"),
            (huge, "byte 24: a frame claims 262145 bytes"),
            (Join(Section(), Enhanced(3, 1, [1])), "names interface 3, which no block"),
            (Join(Section(), Block(3, Words(false, 0))), "comes before any interface"),
            (Join(Section(), Words(false, 6, 13, 0)), "gives its length as 13"),
            (Join(Section(), Words(false, 6, 0x40000000, 0)), "claims 1073741824 bytes"),
            (Join(Section(), Interface(1, Hex("0900 0100 7F000000"))), "clock resolution"),
            (Join(Section(), Words(false, 1, 20, 0, 0, 24)), "two lengths of a block differ"),
            (Join(Words(false, 0x0A0D0D0A, 28, 5, 0)), "no byte-order magic"),
        ];
        foreach ((byte[] file, string says) in cases)
        {
            Read(file, out CaptureParser parser);
            Assert.Equal(CaptureState.Damaged, parser.State);
            Assert.Contains(says, parser.Problem);
        }
    }

    [Fact]
    public void A_file_source_moves_the_frame_at_the_edge_of_a_read_and_counts_its_bytes()
    {
        var frames = new List<(long, byte[])>();
        for (int i = 0; i < 3000; i++)
        {
            byte[] frame = new byte[i % 7 == 0 ? 200_000 / (i + 1) : 300];
            Array.Fill(frame, (byte)i);
            frames.Add((Stamp + i, frame));
        }

        using var folder = new TemporaryFolder();
        string path = folder.Write("a.pcap", Pcap(false, true, 1, [.. frames]));
        using var source = new CaptureFileSource(path, 5);
        int count = 0;
        while (source.TryNext(out PacketBlock block) == SourceState.Block)
        {
            foreach (ref readonly PacketRef packet in block.Packets)
            {
                Assert.True(block.Bytes.Slice(packet.Offset, packet.Captured).SequenceEqual(frames[count++].Item2));
            }
        }

        Assert.Equal((3000, null), (count, source.Problem));
        Assert.Equal(source.BytesTotal, source.BytesDone);
    }

    [Fact]
    public void Files_of_one_leg_are_read_in_the_order_of_time_and_damage_is_said()
    {
        using var folder = new TemporaryFolder();
        byte[] late = Pcap(false, true, 1, (Stamp + 500, [3]), (Stamp + 600, [4]));
        string second = folder.Write("1.pcap", late[..^1]);
        string first = folder.Write("2.pcap", Pcap(false, true, 1, (Stamp, [1]), (Stamp + 100, [2])));
        Assert.True(CaptureSequence.TryOpen([second, first], 0, out CaptureSequence? source, out _));
        using CaptureSequence owned = source;
        var seen = new List<byte>();
        while (source.TryNext(out PacketBlock block) == SourceState.Block)
        {
            foreach (ref readonly PacketRef packet in block.Packets)
            {
                seen.Add(block.Bytes[packet.Offset]);
            }
        }

        Assert.Equal([1, 2, 3], seen);
        Assert.Contains("1.pcap: byte 41: the file ends in the middle of a frame", Assert.Single(source.Problems));
        Assert.Equal(source.BytesTotal, source.BytesDone);
        Assert.InRange(source.FirstNs, Stamp, Stamp + 99);
    }

    private static List<PacketRef> Read(byte[] file, out CaptureParser parser)
    {
        parser = new CaptureParser(7);
        var frames = new List<PacketRef>();
        Corpus.Walk(file, 5, (ReadOnlySpan<byte> _, in PacketRef packet) => frames.Add(packet), parser);
        return frames;
    }

    private sealed class TemporaryFolder : IDisposable
    {
        private readonly string path = Directory.CreateTempSubdirectory("appliance-test-").FullName;

        public string Write(string name, byte[] bytes)
        {
            string file = Path.Combine(path, name);
            File.WriteAllBytes(file, bytes);
            return file;
        }

        public void Dispose() => Directory.Delete(path, true);
    }
}
