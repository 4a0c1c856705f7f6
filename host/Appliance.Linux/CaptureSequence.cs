using System.Diagnostics.CodeAnalysis;
using Appliance.Flow;

namespace Appliance.Linux;

/// <summary>
/// The capture files of one leg, read one after another in the order of their first stamps, as a dump that was rotated
/// leaves them. A file that ends badly gives what was whole; the next one follows.
/// </summary>
public sealed class CaptureSequence : IPacketSource
{
    private readonly List<CaptureFileSource> files;
    private readonly List<string> problems = [];
    private int at;

    private CaptureSequence(List<CaptureFileSource> files, long firstNs)
    {
        this.files = files;
        FirstNs = firstNs;
    }

    /// <summary>Stamp of the first frame, or 0 where there is none.</summary>
    public long FirstNs { get; }

    /// <summary>What was wrong with files that ended badly, one sentence each.</summary>
    public IReadOnlyList<string> Problems => problems;

    /// <summary>Bytes of all files that are done with; a file that ended badly counts whole.</summary>
    public long BytesDone => files.Take(at).Sum(file => file.BytesTotal) + files.Skip(at).Sum(file => file.BytesDone);

    /// <summary>Bytes of all files.</summary>
    public long BytesTotal => files.Sum(file => file.BytesTotal);

    /// <summary>Opens the files; false with one sentence where one cannot be read or is not a capture.</summary>
    /// <param name="paths">At least one.</param>
    /// <param name="interfaceNumber">Number that every frame gets.</param>
    /// <param name="sequence">The opened files; only where true.</param>
    /// <param name="problem">What is wrong, where, and what to do.</param>
    public static bool TryOpen(
        IReadOnlyList<string> paths, ushort interfaceNumber, [NotNullWhen(true)] out CaptureSequence? sequence,
        out string problem)
    {
        sequence = null;
        List<(long FirstNs, string Path)> order = [];
        foreach (string path in paths)
        {
            if (!TryPeek(path, interfaceNumber, out long firstNs, out problem))
            {
                return false;
            }

            order.Add((firstNs, path));
        }

        // Files without a frame say nothing and may stand anywhere.
        order.Sort();
        problem = "";
        sequence = new CaptureSequence(
            [.. order.Select(file => new CaptureFileSource(file.Path, interfaceNumber))],
            order.FirstOrDefault(file => file.FirstNs != 0).FirstNs);
        return true;
    }

    /// <inheritdoc/>
    public SourceState TryNext(out PacketBlock block)
    {
        for (; at < files.Count; at++)
        {
            SourceState state = files[at].TryNext(out block);
            if (state != SourceState.End)
            {
                return state;
            }

            if (files[at].Problem is string problem)
            {
                problems.Add(problem);
            }
        }

        block = default;
        return SourceState.End;
    }

    public void Dispose() => files.ForEach(file => file.Dispose());

    private static bool TryPeek(string path, ushort interfaceNumber, out long firstNs, out string problem)
    {
        firstNs = 0;
        problem = "";
        try
        {
            using CaptureFileSource source = new(path, interfaceNumber);
            if (source.TryNext(out PacketBlock block) == SourceState.Block)
            {
                firstNs = block.Packets[0].StampNs;
            }

            // A torn tail is told after the replay; a file without one whole frame is most likely no capture.
            problem = firstNs == 0 ? source.Problem ?? "" : "";
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            problem = $"cannot read {path}: {failure.Message}";
        }

        return problem.Length == 0;
    }
}
