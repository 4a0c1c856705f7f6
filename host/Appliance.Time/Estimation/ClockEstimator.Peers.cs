using Appliance.Wire;

namespace Appliance.Time.Estimation;

// Peers: the reference where there is no receiver, a second opinion where there is one.
internal sealed partial class ClockEstimator
{
    private void TakePeers(in SecondInput input)
    {
        if (input.PeerCount > 0)
        {
            s.PeerRaw = input.Raw;
            s.PeerTai = input.PeerTai;
            s.PeerHalfNs = input.PeerHalfNs;
            s.PeerCount = input.PeerCount;
        }
    }

    private void FollowPeers(in SecondInput input, double rateStep)
    {
        if (s.State != ClockState.Unset)
        {
            Coast(Math.Max(input.Raw, s.Filter.AsOfRaw), rateStep);
        }

        if (input.PeerCount == 0)
        {
            return;
        }

        double noise = input.PeerHalfNs / 2.0;
        if (s.State == ClockState.Unset)
        {
            s.Filter = PhaseFilter.Begin(
                input.Raw, input.PeerTai, noise, s.ResumedRate, model.RateLimit / DeviationsToLimit);
        }
        else
        {
            double innovation = s.Filter.Innovation(input.PeerTai);
            if (Math.Abs(innovation) > Bound(input.Raw) + input.PeerHalfNs)
            {
                // The two intervals do not meet: the peers changed their mind, or lied. Neither is taken for true.
                s.PeerInflation = Math.Abs(innovation) + input.PeerHalfNs;
                s.Cause |= Checks.PeerDoubt;
                judge.FollowStrayPeers(ref s, input, model);
                return;
            }

            s.Filter.Update(innovation, noise * noise);
        }

        // An error of the peers that turns within a quarter of an hour is a rate, and no number of samples removes it.
        double turning = input.PeerHalfNs / 900.0;
        s.Filter.P22 = Math.Max(s.Filter.P22, turning * turning);
        s.BadStreak = 0;
        s.PeerInflation = 0;
        s.Cause &= ~Checks.PeerDoubt;
        s.State = ClockState.Network;
        s.Systematic = settings.SystematicNs + input.PeerHalfNs;
        s.Envelope = 0;
        s.TrustedRaw = input.Raw;
        s.Taken++;
    }
}
