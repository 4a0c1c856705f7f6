using System.IO.Compression;
using Appliance.Flow;
using Appliance.TestSupport;

namespace Appliance.Tests.Flow;

/// <summary>The captures of the shared data, gunzipped in memory where they are compressed.</summary>
internal static class Corpus
{
    public delegate void Visit(ReadOnlySpan<byte> frame, in PacketRef packet);

    public static IEnumerable<string> Files(string folder) => Directory
        .EnumerateFiles(Checkout.Data(folder)!, "*", SearchOption.AllDirectories)
        .Where(f => f.Contains(".pcap", StringComparison.Ordinal) || f.EndsWith(".cap", StringComparison.Ordinal))
        .Where(f => Path.GetExtension(f) is ".pcap" or ".pcapng" or ".cap" or ".gz")
        .Order(StringComparer.Ordinal);

    public static byte[] Bytes(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        if (!path.EndsWith(".gz", StringComparison.Ordinal))
        {
            return bytes;
        }

        using var packed = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        packed.CopyTo(plain);
        return plain.ToArray();
    }

    /// <summary>
    /// Runs the product's reader over a file brought in pieces; visits each frame, returns their count.
    /// </summary>
    public static int Walk(byte[] file, int pieceBytes, Visit visit, out CaptureParser parser)
    {
        parser = new CaptureParser(0);
        return Walk(file, pieceBytes, visit, parser);
    }

    public static int Walk(byte[] file, int pieceBytes, Visit visit, CaptureParser parser)
    {
        var packets = new PacketRef[64];
        int start = 0;
        int end = 0;
        int total = 0;
        while (parser.State == CaptureState.Reading)
        {
            int count = parser.Parse(file.AsSpan(start, end - start), packets, out int consumed);
            for (int i = 0; i < count; i++)
            {
                visit(file.AsSpan(start + packets[i].Offset, packets[i].Captured), packets[i]);
            }

            total += count;
            start += consumed;
            if (count == 0 && consumed == 0 && parser.State == CaptureState.Reading)
            {
                if (end == file.Length)
                {
                    parser.Finish(end - start);
                }

                end = Math.Min(file.Length, end + pieceBytes);
            }
        }

        return total;
    }
}
