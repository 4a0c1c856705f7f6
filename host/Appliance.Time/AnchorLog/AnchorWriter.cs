using Appliance.Time.Estimation;
using Appliance.Wire;

namespace Appliance.Time.AnchorLog;

/// <summary>
/// Makes the bytes of the anchor log; who appends them to a file, and when it is flushed, is the caller's matter. A row
/// is of its second at once: the head that a manifest names was there before the manifest.
/// </summary>
internal sealed class AnchorWriter
{
    private readonly AnchorChain chain = new();
    private readonly byte[] body = new byte[Limits.CheckpointBytes];
    private readonly byte[] framed = new byte[Limits.CheckpointBytes + 16];
    private AnchorRow row;

    /// <summary>Head of the chain.</summary>
    public Hash32 Head => chain.Head;

    /// <summary>The first file goes on from this head, of the last file of an earlier run.</summary>
    public void Continue(Hash32 head) => chain.Continue(head);

    /// <summary>Begins a file: its head, the checkpoint, and the stamp paths that hold now.</summary>
    public byte[] BeginFile(EstimatorSettings settings, StampPaths paths, ClockEstimator estimator)
    {
        byte[] header = new byte[AnchorHeader.Length];
        AnchorHeader.Write(header, chain.Head, settings);
        chain.Begin(header);
        row = default;
        int length = Checkpoint.Write(body, estimator);
        List<byte> file = [.. header];
        file.AddRange(Frame(length, estimator, 0));
        file.AddRange(Path(-1, paths.RecordPathOf(-1), estimator));
        for (int leg = 0; leg < Limits.Legs; leg++)
        {
            if (paths.Has(leg))
            {
                file.AddRange(Path(leg, paths.RecordPathOf(leg), estimator));
            }
        }

        return [.. file];
    }

    /// <summary>The row of a leg's stamp path, from now on; -1: of the rest. Valid until the next call.</summary>
    public ReadOnlySpan<byte> Path(int leg, StampPath path, ClockEstimator estimator) =>
        Frame(AnchorRow.WritePath(body, leg, path), estimator, 0);

    /// <summary>The row of a step, valid until the next call. Called after the step.</summary>
    public ReadOnlySpan<byte> Second(in SecondInput input, ClockEstimator estimator)
    {
        double bound = estimator.Readout.IsSet ? Math.Ceiling(estimator.Readout.BoundAt(input.Raw)) : 0;
        int length = row.Write(body, input, bound < long.MaxValue ? (long)bound : 0, estimator.State);
        return Frame(length, estimator, input.Raw);
    }

    /// <summary>The row of a pair between two steps, valid until the next call.</summary>
    public ReadOnlySpan<byte> Pair(long raw, long system, uint halfNs, ClockEstimator estimator) =>
        Frame(row.WritePair(body, raw, system, halfNs), estimator, raw);

    private ReadOnlySpan<byte> Frame(int length, ClockEstimator estimator, long raw)
    {
        chain.Add(body.AsSpan(0, length), estimator, raw);
        VarWriter writer = new(framed);
        writer.Unsigned((ulong)length);
        int at = writer.Length;
        body.AsSpan(0, length).CopyTo(framed.AsSpan(at));
        Span<byte> head = stackalloc byte[Hash32.Size];
        chain.Head.Write(head);
        head[..AnchorReplay.CheckLength].CopyTo(framed.AsSpan(at + length));
        return framed.AsSpan(0, at + length + AnchorReplay.CheckLength);
    }
}
