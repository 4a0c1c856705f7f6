using Appliance.Flow;

namespace Appliance.Linux;

/// <summary>
/// Several capture files of one leg, read one after another in the order of their first frames, as tcpdump -G and
/// dumpcap -b leave them. A file that ends badly is said, and the next one goes on.
/// </summary>
public sealed class CaptureFileSequence : IPacketSource
{
    private readonly List<string> paths;
    private readonly ushort interfaceNumber;
    private readonly bool countInterfaces;
    private CaptureFileSource? current;
    private int next;
    private long bytesBefore;

    private CaptureFileSequence(List<string> paths, ushort interfaceNumber, bool countInterfaces)
    {
        this.paths = paths;
        this.interfaceNumber = interfaceNumber;
        this.countInterfaces = countInterfaces;
    }

    /// <summary>Why the first file that ended badly did, or null.</summary>
    public string? Problem { get; private set; }

    /// <summary>Bytes of all files that are done with.</summary>
    public long BytesDone => bytesBefore + (current?.BytesDone ?? 0);

    /// <summary>Lengths of all files when they were opened.</summary>
    public long BytesTotal { get; private set; }

    /// <summary>Looks at the beginning of every file and puts them in order.</summary>
    /// <param name="paths">The files; a missing one throws what opening it throws.</param>
    /// <param name="interfaceNumber">Number of the interface in the order of configuration.</param>
    /// <param name="countInterfaces">Adds a file's own interface number.</param>
    public static CaptureFileSequence OpenAll(
        IReadOnlyList<string> paths, ushort interfaceNumber, bool countInterfaces = false)
    {
        long total = 0;
        var found = new List<(long FirstNs, int Given, string Path)>();
        for (int i = 0; i < paths.Count; i++)
        {
            using var source = new CaptureFileSource(paths[i], interfaceNumber);
            bool hasFrames = source.TryNext(out PacketBlock block) == SourceState.Block;
            found.Add((hasFrames ? block.Packets[0].StampNs : long.MaxValue, i, paths[i]));
            total += source.BytesTotal;
        }

        found.Sort();
        var sequence = new CaptureFileSequence([.. found.Select(f => f.Path)], interfaceNumber, countInterfaces)
        {
            BytesTotal = total,
        };
        return sequence;
    }

    /// <inheritdoc/>
    public SourceState TryNext(out PacketBlock block)
    {
        while (current is not null || next < paths.Count)
        {
            current ??= new CaptureFileSource(paths[next++], interfaceNumber, countInterfaces);
            if (current.TryNext(out block) == SourceState.Block)
            {
                return SourceState.Block;
            }

            Problem ??= current.Problem;
            bytesBefore += current.BytesTotal;
            current.Dispose();
            current = null;
        }

        block = default;
        return SourceState.End;
    }

    public void Dispose() => current?.Dispose();
}
