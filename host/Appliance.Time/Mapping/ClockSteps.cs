using Appliance.Time.Estimation;

namespace Appliance.Time.Mapping;

/// <summary>
/// What a step of the estimator means for the map; the same in service and when the log is read again.
/// </summary>
internal static class ClockSteps
{
    /// <summary>Notes the anchor of a step and says again what trust was taken back from.</summary>
    public static void Note(StampMap map, ClockEstimator estimator, in SecondInput input)
    {
        if (estimator.DistrustedSinceRaw != 0)
        {
            map.Rewrite(estimator.DistrustedSinceRaw, estimator.DistrustedReadout);
        }

        if (input.System != 0)
        {
            map.Add(input.System, input.Raw, input.SystemHalfNs, estimator.Readout);
        }
    }
}
