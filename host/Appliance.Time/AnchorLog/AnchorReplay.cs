using Appliance.Time.Estimation;
using Appliance.Time.Mapping;
using Appliance.Wire;

namespace Appliance.Time.AnchorLog;

/// <summary>How reading a row went.</summary>
internal enum AnchorResult
{
    /// <summary>The row's result is what was hashed when it was written.</summary>
    Agrees,

    /// <summary>The file ends here, whole.</summary>
    End,

    /// <summary>The file ends within a row: a cut.</summary>
    Torn,

    /// <summary>Not a row of this format.</summary>
    Malformed,

    /// <summary>Computed again, the row or something before it comes out otherwise.</summary>
    Differs,
}

/// <summary>
/// Runs an estimator over the rows of a file and compares every result, bit for bit, with the chain. The map from
/// stamps is built again on the way.
/// </summary>
internal sealed class AnchorReplay
{
    /// <summary>Bytes of the chain's value that stand behind each row.</summary>
    public const int CheckLength = 4;

    private readonly AnchorChain chain = new();
    private readonly byte[] file;
    private AnchorRow row;
    private int at;

    private AnchorReplay(byte[] file, EstimatorSettings settings, Hash32 previous)
    {
        this.file = file;
        Settings = settings;
        Previous = previous;
        Estimator = new ClockEstimator(settings);
        Map = new StampMap(new StampPaths(default));
        chain.Begin(file.AsSpan(0, AnchorHeader.Length));
        at = AnchorHeader.Length;
    }

    /// <summary>Opens a file; null where it is not of this format.</summary>
    public static AnchorReplay? Open(byte[] file) =>
        AnchorHeader.TryRead(file, out Hash32 previous, out EstimatorSettings settings)
            ? new AnchorReplay(file, settings, previous)
            : null;

    public EstimatorSettings Settings { get; }

    /// <summary>Head at the end of the file before.</summary>
    public Hash32 Previous { get; }

    public ClockEstimator Estimator { get; }

    public StampMap Map { get; }

    /// <summary>Head after the rows read so far.</summary>
    public Hash32 Head => chain.Head;

    /// <summary>Rows read, seconds among them.</summary>
    public long Rows { get; private set; }

    public long Seconds { get; private set; }

    /// <summary>The last second's input.</summary>
    public SecondInput Input { get; private set; }

    /// <summary>Whether the last row was of a second.</summary>
    public bool IsSecond { get; private set; }

    /// <summary>Reads one row and computes it again.</summary>
    public AnchorResult Next()
    {
        if (at == file.Length)
        {
            return AnchorResult.End;
        }

        VarReader reader = new(file.AsSpan(at));
        ulong length = reader.Unsigned();
        int begin = at + reader.Position;
        if (length is 0 or > Limits.CheckpointBytes)
        {
            return length == 0 && file.AsSpan(at).IndexOfAnyExcept((byte)0) >= 0
                ? AnchorResult.Malformed
                : AnchorResult.Torn;
        }

        if (file.Length - begin < (int)length + CheckLength)
        {
            return AnchorResult.Torn;
        }

        ReadOnlySpan<byte> body = file.AsSpan(begin, (int)length);
        if (!TryStep(body, out long raw))
        {
            return AnchorResult.Malformed;
        }

        chain.Add(body, Estimator, raw);
        Span<byte> head = stackalloc byte[Hash32.Size];
        chain.Head.Write(head);
        bool agrees = head[..CheckLength].SequenceEqual(file.AsSpan(begin + (int)length, CheckLength));
        at = begin + (int)length + CheckLength;
        Rows++;
        return agrees ? AnchorResult.Agrees : AnchorResult.Differs;
    }

    private bool TryStep(ReadOnlySpan<byte> body, out long raw)
    {
        raw = 0;
        IsSecond = false;
        switch ((AnchorKind)body[0])
        {
            case AnchorKind.Checkpoint when Rows == 0:
                return Checkpoint.TryRead(body, Estimator);
            case AnchorKind.Second when Rows > 0 && row.TryRead(body, out SecondInput input, out _, out _):
                Estimator.Step(input);
                ClockSteps.Note(Map, Estimator, input);
                Input = input;
                IsSecond = true;
                Seconds++;
                raw = input.Raw;
                return true;
            case AnchorKind.Pair when Rows > 0
                && row.TryReadPair(body, out raw, out long system, out uint halfNs):
                Map.AddTip(system, raw, halfNs, Estimator.Readout);
                return true;
            case AnchorKind.Path when Rows > 0:
                return AnchorRow.TryReadPath(body, Map.Paths);
            default:
                return false;
        }
    }
}
