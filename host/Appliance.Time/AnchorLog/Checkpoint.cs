using System.Runtime.InteropServices;
using Appliance.Time.Estimation;

namespace Appliance.Time.AnchorLog;

/// <summary>The estimator's whole state as bytes: structures as they lie in memory, little-endian.</summary>
internal static class Checkpoint
{
    private const int TableNumbers = 3 * Limits.TemperatureBins;

    /// <summary>Writes the body of the row; returns its length.</summary>
    public static int Write(Span<byte> to, ClockEstimator estimator)
    {
        double[] table = new double[TableNumbers];
        var trusted = new TrustedMoment[TrustHistory.Capacity];
        estimator.Save(out EstimatorState state, table, trusted);
        to[0] = (byte)AnchorKind.Checkpoint;
        int at = 1;
        foreach (ReadOnlySpan<byte> part in Parts(ref state, table, trusted))
        {
            part.CopyTo(to[at..]);
            at += part.Length;
        }

        return at;
    }

    /// <summary>Takes up a body; false where it is of another size.</summary>
    public static bool TryRead(ReadOnlySpan<byte> from, ClockEstimator estimator)
    {
        EstimatorState state = default;
        double[] table = new double[TableNumbers];
        var trusted = new TrustedMoment[TrustHistory.Capacity];
        int at = 1;
        foreach (Span<byte> part in Parts(ref state, table, trusted))
        {
            if (from.Length - at < part.Length)
            {
                return false;
            }

            from.Slice(at, part.Length).CopyTo(part);
            at += part.Length;
        }

        estimator.Load(state, table, trusted);
        return at == from.Length;
    }

    private static PartList Parts(ref EstimatorState state, double[] table, TrustedMoment[] trusted) => new(
        MemoryMarshal.AsBytes(new Span<EstimatorState>(ref state)),
        MemoryMarshal.AsBytes(table.AsSpan()),
        MemoryMarshal.AsBytes(trusted.AsSpan()));

    private ref struct PartList(Span<byte> first, Span<byte> second, Span<byte> third)
    {
        private readonly Span<byte> first = first;
        private readonly Span<byte> second = second;
        private readonly Span<byte> third = third;
        private int at;

        public readonly Span<byte> Current => at == 1 ? first : at == 2 ? second : third;

        public readonly PartList GetEnumerator() => this;

        public bool MoveNext() => ++at <= 3;
    }
}
