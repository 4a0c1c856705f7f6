using Appliance.Time.Estimation;

namespace Appliance.Time.Mapping;

/// <summary>
/// What a step of the estimator means for the map; the same in service and when the log is read again.
/// </summary>
internal static class ClockSteps
{
    /// <summary>Notes the anchor of a step and says again what trust was taken back from.</summary>
    /// <returns>
    /// Half width, ns, around times that were given since then which holds the truth as it is known now; 0 where trust
    /// stands.
    /// </returns>
    public static double Note(StampMap map, ClockEstimator estimator, in SecondInput input)
    {
        double corrected = 0;
        if (estimator.DistrustedSinceRaw != 0)
        {
            corrected = map.Rewrite(estimator.DistrustedSinceRaw, estimator.DistrustedReadout);
        }

        if (input.System != 0)
        {
            map.Add(input.System, input.Raw, input.SystemHalfNs, estimator.Readout);
        }

        return corrected;
    }
}
