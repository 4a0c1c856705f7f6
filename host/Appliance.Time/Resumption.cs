using Appliance.Time.AnchorLog;
using Appliance.Time.Estimation;
using Appliance.Time.Intake;
using Appliance.Time.Observations;
using Appliance.Wire;
using Checkpoint = Appliance.Time.AnchorLog.Checkpoint;

namespace Appliance.Time;

/// <summary>What a run keeps of its clock for the next one.</summary>
/// <param name="State">The estimator's whole state, as the anchor log writes it.</param>
/// <param name="TaiNs">The last time that was trusted, ns of TAI since 1970.</param>
/// <param name="Rate">The counter's rate, ns/s.</param>
/// <param name="AgeingPerSecond">Its ageing, ns/s a second.</param>
public sealed record KeptClock(byte[] State, long TaiNs, double Rate, double AgeingPerSecond)
{
    /// <summary>
    /// The counter ran on since: the same boot of the machine, which did not sleep. Otherwise only the rate and the
    /// date are of use.
    /// </summary>
    public bool IsSameCounter { get; init; }
}

/// <summary>
/// Goes on from what an earlier run kept. Nothing kept is believed by itself: one independent witness has to agree, and
/// until then the clock is unset. Where the counter ran on, the kept state coasts to now and the witness only confirms
/// it; where it did not, the witness gives the time and what was kept its rate and the date that it cannot be before.
/// </summary>
internal sealed class Resumption(EstimatorSettings settings, KeptClock? found, PeerVote peers)
{
    // A witness has to name the second, and a coasting clock is not resumed on one that says less.
    private const long WitnessHalfNsMax = 100_000_000;

    // A hard interval of a peer as deviations of a filter: its half width is six of them.
    private const double DeviationsInHalf = 6;
    private const double DeviationsToLimit = 3;

    private KeptClock? kept = found;

    public void Take(in PeerObservation peer) => peers.Take(peer);

    /// <summary>What the next run may go on from; null while the clock is unset.</summary>
    public static KeptClock? Keep(ClockEstimator estimator, long raw)
    {
        if (!estimator.Readout.IsSet)
        {
            return null;
        }

        byte[] state = new byte[Limits.CheckpointBytes];
        int length = Checkpoint.Write(state, estimator);
        (double rate, double ageing) = estimator.Learned;
        return new KeptClock(state[..length], estimator.Readout.Filter.TaiAt(raw), rate, ageing);
    }

    /// <summary>Loads the estimator where a witness agrees.</summary>
    public bool TryResume(RawTime now, int? taiMinusUtc, bool isHandedOver, ClockEstimator estimator)
    {
        if (kept is null || estimator.State != ClockState.Unset)
        {
            kept = null;
            return false;
        }

        if (isHandedOver && kept.IsSameCounter)
        {
            return TryGoOn(kept, now, null, estimator);
        }

        PeerVerdict verdict = peers.Vote(now, taiMinusUtc);
        (long tai, long half) = (verdict.TaiNs, verdict.HalfNs);
        if (verdict.Count == 0 || verdict.IsTorn || half > WitnessHalfNsMax || tai < kept.TaiNs)
        {
            return false;
        }

        return kept.IsSameCounter
            ? TryGoOn(kept, now, (tai, half), estimator)
            : BeginAt(kept, now, tai, half, estimator);
    }

    private bool TryGoOn(KeptClock from, RawTime now, (long Tai, long Half)? witness, ClockEstimator estimator)
    {
        kept = null;
        ClockEstimator candidate = new(settings);
        if (!Checkpoint.TryRead(from.State, candidate) || !candidate.Readout.IsSet
            || candidate.Readout.Filter.AsOfRaw > now.Nanoseconds)
        {
            return false;
        }

        if (witness is { } said)
        {
            double apart = Math.Abs((double)(candidate.Readout.Filter.TaiAt(now.Nanoseconds) - said.Tai));
            if (apart > candidate.Readout.BoundAt(now.Nanoseconds) + said.Half)
            {
                // Peer and memory exclude each other: nobody knows which is wrong, and nothing is resumed.
                return false;
            }
        }

        return Checkpoint.TryRead(from.State, estimator);
    }

    private bool BeginAt(KeptClock from, RawTime now, long tai, long half, ClockEstimator estimator)
    {
        kept = null;
        EstimatorState state = new()
        {
            Filter = PhaseFilter.Begin(
                now.Nanoseconds, tai, half / DeviationsInHalf, from.Rate,
                settings.Oscillator.RateLimit / DeviationsToLimit),
            State = ClockState.FreeRunning,
            Excess = 1,
            MeanSquare = 1,
            Systematic = settings.SystematicNs + half,
            TrustedRaw = now.Nanoseconds,
            IsResumed = true,
            ResumedRate = from.Rate,
        };
        state.Ageing.PerSecond = from.AgeingPerSecond;
        state.Peers = PeerInterval.Begin(
            now.Nanoseconds, tai, half, settings.Oscillator.RateLimit + Math.Abs(from.Rate));
        estimator.Load(state, new double[TemperatureTable.Numbers], new TrustedMoment[TrustHistory.Capacity]);
        return true;
    }
}
