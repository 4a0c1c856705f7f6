using Appliance.Wire;

namespace Appliance.Time.Estimation;

// Peers: the reference where there is no receiver, a second opinion where there is one.
internal sealed partial class ClockEstimator
{
    // The estimate goes an eighth of the way to each answer: what jitters averages out, the bound does not rely on it.
    private const double PartOfAnswer = 1.0 / 8;

    // Answers that contradict what peers said before until the clock begins anew with them.
    private const int StrayPeersToFollow = 8;

    // After so many intervals without an answer, within limits, peers count as lost.
    private const int AnswersMissed = 8;
    private const long ShortestSilenceNs = 16 * SecondNs;

    private void TakePeers(in SecondInput input)
    {
        if (input.PeerCount > 0)
        {
            bool wereSilent = (input.Raw - s.PeerRaw) * SecondsPerNs > PeerGapSeconds;
            s.ChallengerPulses = IsOutvoted && wereSilent ? 0 : s.ChallengerPulses;
            s.PeerRaw = input.Raw;
            s.PeerTai = input.PeerTai;
            s.PeerHalfNs = input.PeerHalfNs;
            s.PeerCount = input.PeerCount;
        }
    }

    private void FollowPeers(in SecondInput input)
    {
        if (s.State != ClockState.Unset)
        {
            CoastWithPeers(Math.Max(input.Raw, s.Filter.AsOfRaw));
        }

        if (input.PeerCount == 0)
        {
            return;
        }

        if (input.PeerTai < settings.EarliestTai || input.PeerTai > settings.LatestTai)
        {
            // Before this program was built, or before a time that was trusted already: no time.
            s.Checks |= Checks.Date;
            return;
        }

        double innovation = s.State == ClockState.Unset ? 0 : s.Filter.Innovation(input.PeerTai);
        if (s.State == ClockState.Unset)
        {
            BeginWithPeers(input, s.ResumedRate);
        }
        else if (s.Peers.TryCut(innovation, input.PeerHalfNs))
        {
            MoveTo(innovation, input);
        }
        else
        {
            Contradict(innovation, input);
        }
    }

    private void CoastWithPeers(long to)
    {
        double dt = s.Filter.Since(to);
        s.Peers.Coast(s.Filter.AsOfRaw, to, model, settings.Deviations);
        s.PeerInflation += s.PeerInflation > 0 ? model.RateLimit * dt : 0;
        s.Filter.Predict(to, 0, 0, 0, 0);
    }

    private void BeginWithPeers(in SecondInput input, double rate)
    {
        s.Filter = PhaseFilter.Begin(input.Raw, input.PeerTai, 0, rate, 0);
        s.Peers = PeerInterval.Begin(input.Raw, input.PeerTai, input.PeerHalfNs, model.RateLimit);

        // A rate of the run before is a beginning, not a bound.
        s.Peers.RateHalf += Math.Abs(rate);
        Answered(input);
    }

    private void MoveTo(double innovation, in SecondInput input)
    {
        double move = s.Peers.Within(innovation * PartOfAnswer);
        s.Filter.Move(move);
        s.Peers.Moved(move);
        bool isRight = s.Peers.TryRate(
            input.Raw, s.Filter.TaiAt(input.Raw), model, settings.Deviations, out double rate);
        if (isRight)
        {
            s.Filter.Rate = rate;
        }

        Answered(input);
    }

    private void Answered(in SecondInput input)
    {
        s.BadStreak = 0;
        s.PeerInflation = 0;
        s.Cause &= ~Checks.PeerDoubt;
        s.State = ClockState.Network;
        s.TrustedRaw = input.Raw;
        s.Taken++;
    }

    // The two intervals do not meet: the peers changed their mind, or lied. Neither is taken for true, and the bound
    // covers both; what the oscillator was learned from may be a lie as well.
    private void Contradict(double innovation, in SecondInput input)
    {
        s.Cause |= Checks.PeerDoubt;
        s.PeerInflation = Math.Abs(innovation) + input.PeerHalfNs;
        if (++s.BadStreak >= StrayPeersToFollow)
        {
            BeginWithPeers(input, s.Filter.Rate);
        }
    }

    private bool ArePeersLost(long raw)
    {
        long usual = s.Peers.BetweenNs == 0 ? (long)(PeerGapSeconds * SecondNs) : s.Peers.BetweenNs * AnswersMissed;
        long patience = Math.Max(ShortestSilenceNs, Math.Min((long)(PeerGapSeconds * SecondNs), usual));
        return raw - s.TrustedRaw > patience;
    }
}
