using Appliance.Time.Estimation;

namespace Appliance.Time.AnchorLog;

/// <summary>The estimator's whole state as bytes, field by field: CHECKPOINT.md.</summary>
internal static class Checkpoint
{
    /// <summary>Writes the body of the row; returns its length.</summary>
    /// <param name="to">Where.</param>
    /// <param name="estimator">Whose state.</param>
    /// <param name="told">Told each field, its offset behind the row's kind and its width.</param>
    public static int Write(
        Span<byte> to, ClockEstimator estimator, List<(int At, int Bytes, string Name)>? told = null)
    {
        double[] table = new double[TemperatureTable.Numbers];
        var trusted = new TrustedMoment[TrustHistory.Capacity];
        estimator.Save(out EstimatorState state, table, trusted);
        to[0] = (byte)AnchorKind.Checkpoint;
        StateFields fields = StateFields.Writer(to[1..], told);
        Lay(ref fields, ref state, table, trusted);
        return 1 + fields.Length;
    }

    /// <summary>Takes up a body; false where it is of another size or holds what cannot be.</summary>
    public static bool TryRead(ReadOnlySpan<byte> from, ClockEstimator estimator)
    {
        EstimatorState state = default;
        double[] table = new double[TemperatureTable.Numbers];
        var trusted = new TrustedMoment[TrustHistory.Capacity];
        byte[] body = [.. from[1..]];
        StateFields fields = StateFields.Reader(body);
        Lay(ref fields, ref state, table, trusted);
        if (fields.IsBroken || fields.Length != body.Length)
        {
            return false;
        }

        estimator.Load(state, table, trusted);
        return true;
    }

    private static void Lay(
        ref StateFields fields, ref EstimatorState state, double[] table, TrustedMoment[] trusted)
    {
        CheckpointState.Lay(ref fields, ref state);
        for (int i = 0; i < table.Length; i++)
        {
            fields.Number(ref table[i], "temperatures");
        }

        for (int i = 0; i < trusted.Length; i++)
        {
            CheckpointState.Lay(ref fields, ref trusted[i]);
        }
    }
}
