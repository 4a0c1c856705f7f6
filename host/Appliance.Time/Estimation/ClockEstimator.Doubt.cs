using Appliance.Wire;

namespace Appliance.Time.Estimation;

// Doubt: how trust ends, and how pulses are believed again.
internal sealed partial class ClockEstimator
{
    // Trust ends where the doubt began: the filter goes back there and coasts to now, whatever the pulses say.
    private void Suspect(Checks cause, long sinceRaw, long nowRaw)
    {
        if (!history.TryFind(sinceRaw, out TrustedMoment moment))
        {
            // Nothing was ever promised: begin anew.
            s.State = ClockState.Unset;
            s.Taken = 0;
        }
        else
        {
            s.Filter = moment.Filter;
            s.Excess = moment.Excess;
            s.Systematic = moment.Systematic;
            s.TrustedRaw = moment.Filter.AsOfRaw;
            s.TrustedDegrees = moment.Degrees;
            s.HasTrustedDegrees = moment.Degrees > TrustedMoment.UnknownDegrees;
            s.Envelope = 0;
            s.State = CoastingState();
            DistrustedSinceRaw = moment.Filter.AsOfRaw;
            history.ForgetAfter(moment.Filter.AsOfRaw);
            DistrustedReadout = MakeReadout();
            CoastFrom(moment, nowRaw);
        }

        s.Cause = cause;
        s.Agreeing = 0;
        s.ChallengerPulses = 0;
        s.IsDisbelieved = (cause & Checks.Step) != 0;
        s.Streak = 0;
        s.Pull = default;
        s.Rates.Reset();
        s.Ageing.Interrupt();
        s.Pairs.Interrupt();
    }

    // What temperature has done since is taken to have come halfway. Where it was meanwhile is not remembered, and the
    // moment may lie before a long holdover: the table's residual is no bound here, what temperature can do at all is.
    private void CoastFrom(in TrustedMoment moment, long nowRaw)
    {
        long from = moment.Filter.AsOfRaw;
        Coast(from + ((nowRaw - from) / 2), 0, model.TemperatureSwing);
        double change = KnowsTemperatures ? table.Change(moment.Degrees, s.Degrees) : 0;
        Coast(nowRaw, change, model.TemperatureSwing);
    }

    // Pulses are believed again after a number of them agreed with the coasting clock; those that contradicted it once
    // only after they jumped back, or when peers or the operator decide: a coasting bound grows until it holds any lie.
    private void Readmit(in SecondInput input, double innovation, double noise, double deviation)
    {
        bool hasJumped = PulseJudge.Challenge(ref s, input, noise, model, trackWalk);
        if (IsOutvoted)
        {
            ReadmitOutvoted(input);
            return;
        }

        if (s.ChallengerMisses > 0)
        {
            // An outlier among the pulses that agree is none to begin again with.
            return;
        }

        bool isNear = Math.Abs(innovation) <= Math.Max(PulseJudge.NearDeviations * deviation, settings.StepFloorNs);
        if (hasJumped || (isNear && s.ChallengerPulses == 1))
        {
            s.IsDisbelieved = false;
            s.Agreeing = 0;
        }

        if (Math.Abs(innovation) > Bound(input.PulseRaw) + (PulseJudge.GateDeviations * deviation))
        {
            s.IsDisbelieved = true;
            s.Cause |= Checks.Step;
        }

        if (s.IsDisbelieved)
        {
            s.Agreeing = 0;
            WeighBoth(input);
            return;
        }

        s.ChallengerInflation = 0;
        double gap = (input.PulseRaw - s.TrustedRaw) * SecondsPerNs;
        if (++s.Agreeing < PulseJudge.PulsesToReadmit(s.Cause, gap))
        {
            return;
        }

        double tight = (PulseJudge.DeviationsAfterPull * Math.Sqrt(s.Excess * s.Filter.P11)) + s.Systematic;
        if ((s.Cause & Checks.Pull) != 0 && Math.Abs(innovation) > tight + deviation)
        {
            s.IsDisbelieved = true;
            return;
        }

        Believe(input, innovation, noise, gap);
    }

    private void Believe(in SecondInput input, double innovation, double noise, double gap)
    {
        Accept(input, innovation, noise, deviations: 1);
        s.Cause = Checks.None;
        s.PullInflation = 0;
        s.Streak = gap <= AcquiringGapSeconds ? Math.Max(s.Agreeing, PulsesToLock) : s.Agreeing;
        s.State = ClockState.Acquiring;
        s.Pull = default;
        if (gap > PulsesToHold)
        {
            s.Rates.Reset();
        }
    }

    // Pulses that contradict the clock and agree with each other for long are a second hypothesis: the bound covers
    // both until three peers exclude the clock, or the operator decides.
    private void WeighBoth(in SecondInput input)
    {
        if (s.ChallengerPulses < PulseJudge.PulsesToDoubt)
        {
            return;
        }

        if ((input.Checks & Checks.Trusted) != 0)
        {
            AdoptChallenger(input);
            return;
        }

        double between = Math.Abs(s.Challenger.Against(input.PulseRaw, s.Filter.TaiAt(input.PulseRaw)));
        s.ChallengerInflation = between + (settings.Deviations * Math.Sqrt(s.Challenger.P11)) + settings.SystematicNs;
    }
}
