using Appliance.Wire;

namespace Appliance.Time.Estimation;

// Peers as a second opinion on pulses. Where three exclude the clock, its own bound is proven false: from then on only
// what peers say bounds it, and only they, or the operator, make the pulses believed again. The coasting clock is no
// judge of them: it was pulled by the same pulses.
internal sealed partial class ClockEstimator
{
    private bool IsOutvoted => (s.Cause & Checks.Peers) != 0;

    // What the rate that pulses pulled is off by, nobody knows; between two answers it moves the clock at most so fast.
    private double OutvotedRate => IsOutvoted ? model.RateLimit : 0;

    // Compared once for each answer of the peers; the verdict stands until the next.
    private void ComparePeers(long raw)
    {
        if (settings.PeersOnly || s.PeerCount == 0 || s.State == ClockState.Unset)
        {
            return;
        }

        if (s.PeerRaw == raw)
        {
            TakeAnswer(raw);
        }

        if (s.PeerInflation == 0)
        {
            s.Cause &= ~Checks.PeerDoubt;
            return;
        }

        if (!IsOutvoted && s.PeerCount < PulseJudge.PeersToDecide)
        {
            s.Checks |= Checks.PeerDoubt;
            return;
        }

        s.Checks |= Checks.Peers;
        if (!IsOutvoted)
        {
            Outvote(raw);
        }
    }

    private void TakeAnswer(long raw)
    {
        double between = BetweenPeers(raw);
        if (!IsOutvoted)
        {
            s.PeerInflation = 0;
            s.PeerInflation = between > Bound(raw) + s.PeerHalfNs ? between + s.PeerHalfNs : 0;
            return;
        }

        if (ExcludesChallenger(raw))
        {
            s.ChallengerPulses = 0;
        }

        // Fewer than three decide nothing: what three said before still holds, wider by what has passed.
        if (s.PeerCount >= PulseJudge.PeersToDecide)
        {
            s.PeerInflation = between + s.PeerHalfNs;
        }
    }

    private void Outvote(long raw)
    {
        if (IsCoasting)
        {
            s.Cause |= Checks.Peers;
            s.ChallengerPulses = 0;
        }
        else
        {
            Suspect(Checks.Peers, raw - (Limits.TrustedHistorySeconds * SecondNs), raw);
        }

        if (s.PeerRaw == raw)
        {
            // Of the clock as it coasts now.
            s.PeerInflation = BetweenPeers(raw) + s.PeerHalfNs;
        }
    }

    private double BetweenPeers(long raw) => Math.Abs((double)(s.PeerTai - s.Filter.TaiAt(raw)));

    private bool ExcludesChallenger(long raw)
    {
        if (s.ChallengerPulses == 0)
        {
            return false;
        }

        PhaseFilter pulses = s.Challenger;
        double dt = Math.Abs(pulses.Since(raw));
        double variance = pulses.P11 + (2 * dt * Math.Abs(pulses.P12)) + (dt * dt * pulses.P22);
        double allowed = s.PeerHalfNs + s.Systematic + (settings.Deviations * Math.Sqrt(s.Excess * variance));
        return Math.Abs(pulses.Against(raw, s.PeerTai)) > allowed;
    }

    // Pulses that agreed with each other for an hour in which every answer of the peers held them: not for less, since
    // a lie little larger than the peers' interval lies within many an answer. An answer that excludes them, a jump, a
    // check or a silence of the peers begins the hour anew.
    private void ReadmitOutvoted(in SecondInput input)
    {
        if (s.ChallengerMisses > 0)
        {
            return;
        }

        bool isFresh = (input.PulseRaw - s.PeerRaw) * SecondsPerNs <= PeerGapSeconds;
        bool isConfirmed = isFresh && s.PeerCount >= PulseJudge.PeersToDecide
            && s.ChallengerPulses >= PulseJudge.PulsesAfterOutvoted;
        bool isTrusted = (input.Checks & Checks.Trusted) != 0 && s.ChallengerPulses >= PulseJudge.PulsesToDoubt;
        if (isConfirmed || isTrusted)
        {
            AdoptChallenger(input);
        }
    }

    // Begins anew with what the pulses alone say: nothing of the clock before is a bound, no moment of it is gone back
    // to.
    private void AdoptChallenger(in SecondInput input)
    {
        s.Filter = s.Challenger;
        s.State = ClockState.Acquiring;
        TrustUntil(input.PulseRaw);
        history.ForgetAfter(long.MinValue);
        s.Systematic = settings.SystematicNs + input.PulsePathNs;
        s.Streak = s.ChallengerPulses;
        s.BadStreak = 0;
        s.Agreeing = 0;
        s.Envelope = 0;
        s.EnvelopeRate = 0;
        s.ChallengerInflation = 0;
        s.PullInflation = 0;
        s.PeerInflation = 0;
        s.Cause = Checks.None;
        s.ChallengerPulses = 0;
        s.IsDisbelieved = false;
        s.Pull = default;
        s.Rates.Reset();
        s.Ageing.Interrupt();
        s.Pairs.Interrupt();
    }
}
