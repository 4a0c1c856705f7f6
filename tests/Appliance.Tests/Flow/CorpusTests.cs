using Appliance.Flow;
using Appliance.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace Appliance.Tests.Flow;

public sealed class CorpusTests(ITestOutputHelper output)
{
    [SharedTheory("tcpdump")]
    [InlineData("tcpdump", 400, 2400)]
    [InlineData("wireshark", 40, 2087)]
    [InlineData("packetnet", 70, 181)]
    [InlineData("pcapplusplus", 40, 106)]
    [InlineData("pcapflowlab", 590, 1389)]
    [InlineData("trex", 20, 3747)]
    [InlineData("zeek", 220, 33924)]
    [InlineData("arkime", 45, 1892)]
    [InlineData("ndpi", 170, 35182)]
    public void Every_capture_is_read_like_a_naive_reader_does_and_decoded(string folder, int filesMin, int decodedMin)
    {
        int files = 0;
        long frames = 0;
        long[] kinds = new long[256];
        var state = new DecodeState();
        foreach (string path in Corpus.Files(folder))
        {
            byte[] bytes = Corpus.Bytes(path);
            List<(int Link, long Captured, byte[] Frame)> naive = NaiveCapture.Read(bytes);
            int at = 0;
            int count = Corpus.Walk(bytes, 997, (ReadOnlySpan<byte> frame, in PacketRef packet) =>
            {
                Assert.True(at < naive.Count, $"{path}: frame {at} is not in the naive reading");
                Assert.Equal(naive[at].Link, packet.LinkType);
                Assert.True(frame.SequenceEqual(naive[at].Frame), $"{path}: frame {at} differs");
                at++;
                PacketView view = default;
                Decoder.Decode(frame, packet, state, ref view);
                kinds[view.Kind == PacketKind.Undecoded ? (int)view.Undecoded : 200 + (int)view.Kind]++;
            }, out CaptureParser parser);
            Assert.True(naive.Count == count, $"{path}: {count} frames, {naive.Count} expected ({parser.Problem})");
            files++;
            frames += count;
        }

        long flows = kinds[200] + kinds[201];
        output.WriteLine($"{folder}: {files} files, {frames} frames, {flows} decoded");
        for (int i = 0; i < 200; i++)
        {
            if (kinds[i] > 0)
            {
                output.WriteLine($"  {(Appliance.Wire.Counter)i}: {kinds[i]}");
            }
        }

        Assert.True(files >= filesMin, $"{files} files");
        Assert.True(flows >= decodedMin, $"{flows} of {frames} frames decoded");
    }
}
