using System.Buffers.Binary;
using Appliance.Time.Estimation;
using Appliance.Wire;

namespace Appliance.Time.AnchorLog;

/// <summary>The chain over the rows and what the estimator made of them.</summary>
internal sealed class AnchorChain
{
    private const int ResultLength = 8 + 8 + 4 + 1;

    private readonly byte[] buffer = new byte[32 + Limits.CheckpointBytes + ResultLength];

    /// <summary>The newest value.</summary>
    public Hash32 Head { get; private set; }

    /// <summary>Goes on from the head of a log that an earlier run wrote.</summary>
    public void Continue(Hash32 head) => Head = head;

    /// <summary>Begins with the head of a file.</summary>
    public void Begin(ReadOnlySpan<byte> header) => Head = Hash32.Of(header);

    /// <summary>Takes a row and its result.</summary>
    public void Add(ReadOnlySpan<byte> body, ClockEstimator estimator, long raw)
    {
        Span<byte> all = buffer;
        Head.Write(all);
        body.CopyTo(all[32..]);
        Span<byte> result = all[(32 + body.Length)..];
        ClockReadout readout = estimator.Readout;
        BinaryPrimitives.WriteInt64LittleEndian(result, readout.IsSet ? readout.Filter.TaiAt(raw) : 0);
        BinaryPrimitives.WriteDoubleLittleEndian(result[8..], readout.IsSet ? readout.BoundAt(raw) : 0);
        BinaryPrimitives.WriteUInt32LittleEndian(result[16..], (uint)estimator.Checks);
        result[20] = (byte)estimator.State;
        Head = Hash32.Of(all[..(32 + body.Length + ResultLength)]);
    }
}
