using System.Numerics;
using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>
/// What it means that a line was not seen to send something. On whole legs it means that it did not; on a leg that
/// loses one packet in a hundred it means little, and only several such packets together tell a line apart. The worth
/// of one is log2(1/p) bits for a loss of p, as the meters of both legs estimate it.
/// </summary>
internal sealed class Doubt(FlowStore store)
{
    private const int PartsPerMillion = 1_000_000;
    private long nextNs = long.MinValue;
    private ulong shownInside;
    private ulong shownOutside;
    private ulong worstPpm = Limits.LossUnknownPpm;

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

    private void Refresh()
    {
        ulong inside = store.Counters[(int)Counter.TcpShownInside];
        ulong outside = store.Counters[(int)Counter.TcpShownOutside];
        nextNs = store.NowNs + (Limits.LossIntervalNs / 10);
        if (inside == shownInside || outside == shownOutside)
        {
            // No new estimate of both legs: what was known holds.
            return;
        }

        shownInside = inside;
        shownOutside = outside;

        // An estimate that falls is believed slowly.
        ulong now = Math.Max(
            store.Counters[(int)Counter.LossInsidePpm], store.Counters[(int)Counter.LossOutsidePpm]);
        worstPpm = Math.Clamp(Math.Max(now, worstPpm / 2), Limits.LossFloorPpm, PartsPerMillion / 2);
    }
}
