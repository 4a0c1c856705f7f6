using System.Numerics;

namespace Appliance.Flow;

/// <summary>
/// What it means that a line was not seen to send something. On whole legs it means that it did not; on a leg that
/// loses one packet in a hundred it means little, and only several such packets together tell a line apart. The worth
/// of one is log2(1/p) bits for a loss of p, the worst that the meters of both legs hold possible.
/// </summary>
internal sealed class Doubt(FlowStore store, LossMeter inside, LossMeter outside, int unknownPpm)
{
    private const int PartsPerMillion = 1_000_000;
    private long nextNs = long.MinValue;
    private int worstPpm = Limits.LossPpmMax;

    /// <summary>Bits of evidence against a line for each packet that it was not seen to send.</summary>
    public int BitsPerMissing
    {
        get
        {
            if (store.NowNs >= nextNs)
            {
                Refresh();
            }

            return BitOperations.Log2((uint)(PartsPerMillion / worstPpm));
        }
    }

    private int WorstOf(LossMeter leg)
    {
        int worst = leg.WorstPpm();
        return worst == 0 ? unknownPpm : Math.Clamp(worst, Limits.LossFloorPpm, Limits.LossPpmMax);
    }

    private void Refresh()
    {
        nextNs = store.NowNs + Limits.DoubtIntervalNs;
        worstPpm = Math.Max(WorstOf(inside), WorstOf(outside));
    }
}
