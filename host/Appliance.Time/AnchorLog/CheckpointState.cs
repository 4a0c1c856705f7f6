using Appliance.Time.Estimation;
using Appliance.Wire;

namespace Appliance.Time.AnchorLog;

/// <summary>
/// The fields of the estimator's state in the order of the format. CHECKPOINT.md is the same list with offsets; a test
/// makes it and wants no difference.
/// </summary>
internal static class CheckpointState
{
    /// <summary>Writes or reads the whole state.</summary>
    public static void Lay(ref StateFields to, ref EstimatorState state)
    {
        Lay(ref to, ref state.Filter, "filter");
        Lay(ref to, ref state.Challenger, "challenger");
        to.Number(ref state.ChallengerPulses);
        to.Number(ref state.ChallengerMisses);
        to.Flag(ref state.IsDisbelieved);
        state.Pull.Lay(ref to);
        state.Rates.Lay(ref to);
        state.Ageing.Lay(ref to);
        LayState(ref to, ref state);
        to.Number(ref state.TrustedRaw);
        to.Number(ref state.MeanSquare);
        to.Number(ref state.Excess);
        to.Number(ref state.Systematic);
        to.Number(ref state.Envelope);
        to.Number(ref state.EnvelopeRate);
        to.Number(ref state.PullInflation);
        to.Number(ref state.ChallengerInflation);
        to.Number(ref state.PeerInflation);
        to.Number(ref state.Streak);
        to.Number(ref state.BadStreak);
        to.Number(ref state.BadSinceRaw);
        to.Number(ref state.Agreeing);
        to.Number(ref state.Taken);
        to.Flag(ref state.IsResumed);
        LaySawtooth(ref to, ref state);
        to.Number(ref state.Degrees);
        to.Number(ref state.DegreesTrend);
        to.Flag(ref state.HasTemperature);
        to.Number(ref state.TrustedDegrees);
        to.Flag(ref state.HasTrustedDegrees);
        state.Pairs.Lay(ref to);
        to.Number(ref state.PeerRaw);
        to.Number(ref state.PeerTai);
        to.Number(ref state.PeerHalfNs);
        to.Number(ref state.PeerCount);
        Lay(ref to, ref state.Peers);
        to.Number(ref state.ResumedRate);
    }

    /// <summary>One moment that was trusted.</summary>
    public static void Lay(ref StateFields to, ref TrustedMoment moment)
    {
        PhaseFilter filter = moment.Filter;
        double excess = moment.Excess;
        double systematic = moment.Systematic;
        double degrees = moment.Degrees;
        Lay(ref to, ref filter, "trusted");
        to.Number(ref excess);
        to.Number(ref systematic);
        to.Number(ref degrees);
        moment = new TrustedMoment(filter, excess, systematic, degrees);
    }

    private static void Lay(ref StateFields to, ref PhaseFilter filter, string name)
    {
        to.Number(ref filter.AsOfRaw, $"{name}.AsOfRaw");
        to.Number(ref filter.Base, $"{name}.Base");
        to.Number(ref filter.Phase, $"{name}.Phase");
        to.Number(ref filter.Rate, $"{name}.Rate");
        to.Number(ref filter.P11, $"{name}.P11");
        to.Number(ref filter.P12, $"{name}.P12");
        to.Number(ref filter.P22, $"{name}.P22");
    }

    private static void LayState(ref StateFields to, ref EstimatorState state)
    {
        byte code = (byte)state.State;
        long checks = (uint)state.Checks;
        long cause = (uint)state.Cause;
        to.Small(ref code, (byte)ClockState.Network, "state.State");
        to.Number(ref checks, "state.Checks");
        to.Number(ref cause, "state.Cause");
        state.State = (ClockState)code;
        state.Checks = (Checks)(uint)checks;
        state.Cause = (Checks)(uint)cause;
    }

    private static void LaySawtooth(ref StateFields to, ref EstimatorState state)
    {
        to.Number(ref state.SawtoothWith);
        to.Number(ref state.SawtoothWithout);
        to.Number(ref state.LastWith);
        to.Number(ref state.LastWithout);
        to.Number(ref state.SawtoothCount);
        to.Flag(ref state.IsSawtoothOff);
    }

    private static void Lay(ref StateFields to, ref PeerInterval peers)
    {
        to.Number(ref peers.Low);
        to.Number(ref peers.High);
        to.Number(ref peers.RateHalf);
        to.Number(ref peers.AnsweredRaw);
        to.Number(ref peers.BetweenNs);
        int count = peers.References.Count;
        to.Small(ref count, PeerReferences.Capacity, "peers.References.Count");
        PeerReferences restored = default;
        for (int i = 0; i < PeerReferences.Capacity; i++)
        {
            PeerReference one = i < count ? peers.References[i] : default;
            to.Number(ref one.Raw, "reference.Raw");
            to.Number(ref one.Tai, "reference.Tai");
            to.Number(ref one.Half, "reference.Half");
            if (i < count)
            {
                restored.Restore(one);
            }
        }

        peers.References = restored;
    }
}
