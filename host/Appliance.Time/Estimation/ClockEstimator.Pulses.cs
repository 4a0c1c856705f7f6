using Appliance.Wire;

namespace Appliance.Time.Estimation;

// Pulses as the reference: begin, gate, take.
internal sealed partial class ClockEstimator
{
    private void TryBegin(in SecondInput input)
    {
        if (!IsUsable(input))
        {
            return;
        }

        double noise = judge.NoiseOf(input, s.IsSawtoothOff);
        double deviation = model.RateLimit / DeviationsToLimit;
        s.Filter = PhaseFilter.Begin(input.PulseRaw, input.PulseTai, noise, s.ResumedRate, deviation);
        s.State = ClockState.Acquiring;

        // What was wrong before nothing was known is over: it must not keep this clock from ever locking.
        s.Cause = Checks.None;
        TrustUntil(input.PulseRaw);
        s.Streak = 1;
        s.BadStreak = 0;
        s.Systematic = settings.SystematicNs + input.PulsePathNs;
    }

    private bool IsUsable(in SecondInput input) =>
        input.HasPulse && (s.Checks & (Checks.Skip | Checks.Distrust)) == 0
            && input.PulseRaw > s.Filter.AsOfRaw
            && input.PulseTai >= settings.EarliestTai && input.PulseTai <= settings.LatestTai;

    // A second witness for the date: peers whose interval is narrow enough to name the second.
    private bool PeersConfirm(in SecondInput input)
    {
        if (!input.HasPulse || s.PeerCount == 0 || s.PeerHalfNs > SecondNs / 2)
        {
            return false;
        }

        long peerNow = s.PeerTai + (input.PulseRaw - s.PeerRaw);
        double allowed = s.PeerHalfNs + (Math.Abs((input.PulseRaw - s.PeerRaw) * SecondsPerNs) * model.RateLimit);
        return Math.Abs((double)(input.PulseTai - peerNow)) <= allowed + LockBoundNs;
    }

    private void FollowPulses(in SecondInput input, double rateStep)
    {
        Checks distrust = s.Checks & Checks.Distrust;
        distrust &= input.HasPulse ? ~Checks.None : ~Checks.DateRepaired;
        if (!IsCoasting && distrust != 0)
        {
            Suspect(distrust, input.Raw - (60 * SecondNs), input.Raw);
            rateStep = 0; // It is in what was coasted since.
            if (s.State == ClockState.Unset)
            {
                return;
            }
        }

        bool isUsable = IsUsable(input);
        long to = isUsable ? input.PulseRaw : Math.Max(input.Raw, s.Filter.AsOfRaw);
        Coast(to, rateStep);
        if (isUsable)
        {
            Offer(input);
        }
        else if (IsCoasting)
        {
            s.Agreeing = 0;
            s.ChallengerPulses = IsOutvoted && (s.Checks & Checks.Distrust) != 0 ? 0 : s.ChallengerPulses;
        }
    }

    // Where the table covers what temperature did, second by second, only its residual is unknown.
    private void Coast(long to, double rateStep) => Coast(
        to, rateStep,
        KnowsTemperatures && table.Covers(s.TrustedDegrees, s.Degrees) ? model.TableResidual : model.TemperatureSwing);

    private void Coast(long to, double rateStep, double swing)
    {
        double gap = (to - s.TrustedRaw) * SecondsPerNs;
        double dt = s.Filter.Since(to);
        double walk = gap <= GapSeconds ? trackWalk : model.CoastWalk;
        s.Filter.Predict(to, model.WhiteNs * model.WhiteNs, walk * walk, s.Ageing.PerSecond, rateStep);

        // Twice the declared ageing, and 600 s of it for what the filter lags behind.
        s.EnvelopeRate = Math.Min(swing, model.TemperatureSlope * gap)
            + (model.AgeingPerSecond * ((2 * gap) + 600));
        s.Envelope += s.EnvelopeRate * dt;
        s.PeerInflation += OutvotedRate * dt;
    }

    private void Offer(in SecondInput input)
    {
        double noise = judge.NoiseOf(input, s.IsSawtoothOff);
        double innovation = PulseJudge.Innovation(input, ref s);
        double deviation = Math.Sqrt(s.Excess * (s.Filter.P11 + (noise * noise)));
        if (IsCoasting)
        {
            Readmit(input, innovation, noise, deviation);
            return;
        }

        if (Math.Abs(innovation) > Math.Max(PulseJudge.GateDeviations * deviation, settings.StepFloorNs))
        {
            Refuse(input);
            return;
        }

        double deviations = innovation / deviation;
        if (s.Streak >= PulsesToLock && s.Pull.Take(deviations, input.PulseRaw, judge.PullLimit, out long since))
        {
            Suspect(Checks.Pull, since - (10 * SecondNs), input.PulseRaw);
            return;
        }

        Accept(input, innovation, noise, deviations);
    }

    private void Refuse(in SecondInput input)
    {
        if (s.BadStreak++ == 0)
        {
            s.BadSinceRaw = s.TrustedRaw;
        }

        if (s.BadStreak < PulseJudge.BadPulsesToAlarm)
        {
            return;
        }

        Suspect(Checks.Step, s.BadSinceRaw, input.PulseRaw);
    }

    private void Accept(in SecondInput input, double innovation, double noise, double deviations)
    {
        double gap = (input.PulseRaw - s.TrustedRaw) * SecondsPerNs;
        if (gap > GapSeconds)
        {
            // What drifted unseen is no longer an envelope but something that the pulse may correct.
            s.Filter.P11 += s.Envelope * s.Envelope;
            s.Filter.P22 += s.EnvelopeRate * s.EnvelopeRate;
            s.Ageing.Interrupt();
        }

        s.Filter.Update(innovation, noise * noise);
        s.Envelope = 0;
        s.EnvelopeRate = 0;
        PulseJudge.Learn(ref s, deviations);
        s.Systematic = settings.SystematicNs + input.PulsePathNs;
        TrustUntil(input.PulseRaw);
        s.BadStreak = 0;
        s.Streak++;
        s.Taken++;
        if (s.State == ClockState.Locked)
        {
            LearnWhileLocked(input);
        }
    }

    private void LearnWhileLocked(in SecondInput input)
    {
        double degrees = s.HasTemperature ? s.Degrees : TrustedMoment.UnknownDegrees;
        history.Add(new TrustedMoment(s.Filter, s.Excess, s.Systematic, degrees));
        s.Ageing.Learn(input.PulseRaw, s.Filter.Rate, model.AgeingPerSecond);
        if (usesTable && s.HasTemperature && s.Taken > PulsesToHoldResumed)
        {
            LearnTemperature(input.PulseRaw);
        }

        double rateDeviation = Math.Sqrt(s.Excess * s.Filter.P22);
        if (s.Taken > PulsesToHoldResumed
            && s.Rates.Take(input.PulseRaw, s.Filter.Rate, rateDeviation, settings, out double pulledNs))
        {
            s.PullInflation = pulledNs;
            Suspect(Checks.Pull, input.PulseRaw - (Limits.TrustedHistorySeconds * SecondNs), input.PulseRaw);
        }
    }

    private void LearnTemperature(long raw)
    {
        table.See(s.Degrees);
        if (s.Pairs.Take(raw, s.Degrees, s.Filter.Rate, out TemperatureChange change))
        {
            table.Learn(change);
        }
    }
}
