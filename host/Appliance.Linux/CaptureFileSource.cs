using Appliance.Flow;
using Microsoft.Win32.SafeHandles;

namespace Appliance.Linux;

/// <summary>
/// A capture file as a packet source: read in pieces of 256 KiB into one array that is used again. A frame that lies
/// across two pieces is moved to the front. A file that ends badly gives what was whole, and <see cref="Problem"/>.
/// </summary>
public sealed class CaptureFileSource : IPacketSource
{
    private readonly SafeFileHandle file;
    private readonly CaptureParser parser;
    private readonly byte[] buffer = new byte[Limits.CaptureBufferBytes];
    private readonly PacketRef[] packets = new PacketRef[Limits.BlockFramesMax];
    private int start;
    private int end;
    private long readAt;

    /// <param name="path">The file; opening it throws what <see cref="File.OpenHandle"/> throws.</param>
    /// <param name="interfaceNumber">Number of the interface in the order of configuration.</param>
    /// <param name="countInterfaces">Adds the file's own interface number, for captures of several mirror
    /// ports.</param>
    public CaptureFileSource(string path, ushort interfaceNumber, bool countInterfaces = false)
    {
        Path = path;
        file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, FileOptions.SequentialScan);
        BytesTotal = RandomAccess.GetLength(file);
        parser = new CaptureParser(interfaceNumber, countInterfaces);
    }

    public string Path { get; }

    /// <summary>Why the file ended before its end, with the byte, or null.</summary>
    public string? Problem { get; private set; }

    /// <summary>Bytes of the file that are done with.</summary>
    public long BytesDone => parser.Offset;

    /// <summary>Length of the file when it was opened.</summary>
    public long BytesTotal { get; }

    /// <inheritdoc/>
    public SourceState TryNext(out PacketBlock block)
    {
        block = default;
        while (parser.State == CaptureState.Reading)
        {
            int count = parser.Parse(buffer.AsSpan(start, end - start), packets, out int consumed);
            int from = start;
            start += consumed;
            if (count > 0)
            {
                block = new PacketBlock(buffer.AsSpan(from, consumed), packets.AsSpan(0, count));
                return SourceState.Block;
            }

            if (parser.State == CaptureState.Reading && consumed == 0 && !Read())
            {
                parser.Finish(end - start);
            }
        }

        Problem ??= parser.Problem is null ? null : $"{Path}: {parser.Problem}";
        return SourceState.End;
    }

    public void Dispose() => file.Dispose();

    // A read that fails is an operating failure of this file: it is said like damage, what came before stands.
    private bool Read()
    {
        buffer.AsSpan(start, end - start).CopyTo(buffer);
        end -= start;
        start = 0;
        try
        {
            int got = RandomAccess.Read(file, buffer.AsSpan(end, Limits.CaptureReadBytes), readAt);
            readAt += got;
            end += got;
            return got > 0;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Problem = $"{Path}: byte {readAt}: reading failed: {failure.Message}";
            return false;
        }
    }
}
