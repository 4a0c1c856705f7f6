using Appliance.Time.Estimation;
using Appliance.Time.Leaps;
using Appliance.Time.Observations;

namespace Appliance.Time.Intake;

/// <summary>
/// Gathers what sources say between two steps into one <see cref="SecondInput"/>: names the pulse, finds its sawtooth,
/// votes over peers, and runs the checks that need no estimate. What it passes on stands in the anchor log; what it
/// does is not needed to compute a bound again.
/// </summary>
/// <param name="leaps">Who votes over leap seconds.</param>
/// <param name="peers">Who votes over peers.</param>
/// <param name="cut">
/// Pulses are the oscillator's own and the receiver stamps them: the stamp is the pulse's time, no message names it,
/// and this is how it is cut. Null: pulses are the receiver's.
/// </param>
internal sealed class ClockIntake(LeapVote leaps, PeerVote peers, MarkCut? cut) : IObservationSink
{
    private const long SecondNs = RawTime.NanosecondsPerSecond;
    private const long PulseToleranceNs = 300_000;
    private const int SawtoothLimitPs = 60_000;
    private const int SilentSeconds = 3;

    // A thermometer that is silent for longer says nothing of now.
    private const int TemperatureSeconds = 60;

    private readonly PulseLabels labels = new();
    private readonly ReceiverWatch receiver = new();
    private readonly HostWatch host = new();
    private readonly MarkLabels marks = new();
    private readonly bool areMarked = cut is not null;
    private readonly MarkCut markCut = cut ?? default;

    private PulseObservation pulse;
    private long pulseSecond;
    private long pulseTai;
    private bool hasPulse;
    private bool isNamed;
    private RawTime lastPulse;
    private bool hadPulse;
    private SawtoothObservation sawtooth;
    private bool hasSawtooth;
    private SawtoothObservation pulseSawtooth;
    private bool hasPulseSawtooth;
    private long lastRaw;
    private RawTime lastTime;
    private ScaledTime lastEpoch;
    private bool hadTime;
    private Checks timeChecks = Checks.NoFix;
    private Checks found;
    private int temperature;
    private RawTime temperatureAt;
    private bool hasTemperature;
    private LeapKnowledge knowledge;

    /// <summary>Satellites of the last epoch.</summary>
    public (int Used, int InView, double MeanCno) Satellites => receiver.Satellites;

    /// <summary>The leap seconds that were used last.</summary>
    public LeapKnowledge Leap => knowledge;

    /// <summary>Has any receiver or pulse been heard of.</summary>
    public bool HasReceiver => hadTime || hadPulse;

    public void Take(in PulseObservation seen)
    {
        if (!seen.IsRising || seen.Counter.Kind != CounterKind.MonotonicRaw)
        {
            found |= seen.IsRising ? Checks.None : Checks.Pulse;
            return;
        }

        if (hadPulse)
        {
            long interval = seen.Raw - lastPulse;
            long off = interval - ((interval + (SecondNs / 2)) / SecondNs * SecondNs);
            bool isRegular = interval > SecondNs / 2
                && Math.Abs(off) <= PulseToleranceNs * Math.Max(1, interval / SecondNs);
            found |= isRegular ? Checks.None : Checks.Pulse;
        }

        lastPulse = seen.Raw;
        hadPulse = true;
        pulse = seen;
        hasPulse = true;

        // An oscillator's own pulse is no whole second: its stamp names it, and no message of the epoch.
        isNamed = !areMarked && labels.TakePulse(seen.Raw, out pulseSecond);
        pulseTai = pulseSecond * SecondNs;

        // The message came before its pulse; the one for the next pulse may come before the step.
        pulseSawtooth = sawtooth;
        hasPulseSawtooth = hasSawtooth;
        hasSawtooth = false;
    }

    public void Take(in MarkObservation seen)
    {
        bool isTime = seen.Edge.Scale != TimeScale.Utc || knowledge.State != LeapState.Unknown;
        if (!areMarked || !seen.IsRising || !seen.IsValid || !isTime || !hasPulse || isNamed)
        {
            return;
        }

        pulseTai = seen.Edge.ToTaiNanoseconds(knowledge.TaiMinusUtc) - markCut.MiddleNs;
        isNamed = marks.TryPair(pulse.Raw, seen, pulseTai, out Checks contradicted);
        found |= contradicted;
    }

    public void Take(in SawtoothObservation seen)
    {
        found |= Math.Abs((long)seen.QuantisationErrorPs) > SawtoothLimitPs ? Checks.Message : Checks.None;
        sawtooth = seen;
        hasSawtooth = seen.IsValid && Math.Abs((long)seen.QuantisationErrorPs) <= SawtoothLimitPs;
    }

    public void Take(in TimeOfDayObservation seen)
    {
        if (hadTime && seen.Names == PulseNamed.Last && seen.Time.Scale == lastEpoch.Scale
            && seen.Time.Nanoseconds <= lastEpoch.Nanoseconds && !seen.Time.IsLeapSecond)
        {
            // Time that stands still or runs back is no time.
            found |= Checks.Message;
        }

        if (seen.Names == PulseNamed.Last)
        {
            lastEpoch = seen.Time;
            lastTime = seen.ArrivedAt;
            hadTime = true;
            timeChecks = ChecksOf(seen);
        }

        bool isTime = seen.IsValid || seen.Epoch == EpochVerdict.Repaired;
        if (isTime && !areMarked && (seen.Time.Scale != TimeScale.Utc || knowledge.State != LeapState.Unknown))
        {
            long tai = seen.Time.ToTaiNanoseconds(knowledge.TaiMinusUtc);
            found |= labels.TakeMessage(seen.ArrivedAt, tai, seen.Names);
        }
    }

    public void Take(in PeerObservation peer) => peers.Take(peer);

    public void Take(in LeapObservation leap) => leaps.Take(leap, UtcSeconds);

    public void Take(in HealthObservation health) => receiver.Take(health);

    public void Take(in SatelliteObservation satellites) => receiver.Take(satellites);

    public void Take(in PositionObservation position) => receiver.Take(position);

    public void Take(in ReceiverClockObservation clock) => receiver.Take(clock);

    public void Take(in TemperatureObservation seen)
    {
        temperature = seen.Millidegrees;
        temperatureAt = seen.At;
        hasTemperature = true;
    }

    public void Take(in CounterPair pair) => host.Take(pair);

    public void Take(in SteeringObservation steering) => host.Take(steering);

    /// <summary>UTC now as far as anyone has said; 0 before.</summary>
    public long UtcSeconds { get; private set; }

    /// <summary>Everything since the last call as one input.</summary>
    /// <param name="now">MONOTONIC_RAW.</param>
    /// <param name="utcSeconds">UTC as it is believed to be, for the validity of leap seconds.</param>
    public SecondInput Gather(RawTime now, long utcSeconds)
    {
        UtcSeconds = utcSeconds;
        knowledge = leaps.At(utcSeconds);
        SecondInput input = new() { Raw = now.Nanoseconds };
        if (host.HasPair && host.Pair.At.Nanoseconds > lastRaw)
        {
            // The pair belongs to its own instant: the step is taken there.
            input.Raw = host.Pair.At.Nanoseconds;
            input.System = host.Pair.Reading.Nanoseconds;
            input.SystemHalfNs = host.Pair.HalfWidthNs;
        }

        lastRaw = input.Raw;
        AddPulse(ref input);
        hasTemperature &= now - temperatureAt <= TemperatureSeconds * SecondNs;
        input.HasTemperature = hasTemperature;
        input.Millidegrees = temperature;
        AddPeers(ref input);
        bool isSilent = hadTime && now - lastTime > SilentSeconds * SecondNs;
        input.Checks |= found | receiver.At(now) | host.TakeFound();
        input.Checks |= hadPulse || hadTime ? timeChecks | (isSilent ? Checks.NoFix : Checks.None) : Checks.None;
        found = Checks.None;
        return input;
    }

    private void AddPulse(ref SecondInput input)
    {
        if (!hasPulse)
        {
            return;
        }

        hasPulse = false;
        input.HasPulse = isNamed;
        input.PulseRaw = pulse.Raw.Nanoseconds;
        input.PulseTai = pulseTai;
        input.PulsePathNs = pulse.PathBoundNs + markCut.HalfNs;
        if (!hasPulseSawtooth || !isNamed || areMarked)
        {
            return;
        }

        long named = pulseSawtooth.Pulse.ToTaiNanoseconds(knowledge.TaiMinusUtc);
        bool isThisPulse = (named + (SecondNs / 2)) / SecondNs == pulseSecond;
        input.HasSawtooth = isThisPulse;
        input.SawtoothPs = isThisPulse ? pulseSawtooth.QuantisationErrorPs : 0;
    }

    private void AddPeers(ref SecondInput input)
    {
        int? taiMinusUtc = knowledge.State == LeapState.Unknown ? null : knowledge.TaiMinusUtc;
        PeerVerdict verdict = peers.Vote(new RawTime(input.Raw), taiMinusUtc);
        input.PeerCount = verdict.Count;
        input.PeerTai = verdict.TaiNs;
        input.PeerHalfNs = verdict.HalfNs;
        input.Checks |= verdict.Outvoted > 0 ? Checks.Outvoted : Checks.None;
        input.Checks |= verdict.IsTorn ? Checks.PeerDoubt : Checks.None;
    }

    private static Checks ChecksOf(in TimeOfDayObservation seen) => seen.Epoch switch
    {
        EpochVerdict.Refused => Checks.Date,
        EpochVerdict.Repaired => Checks.DateRepaired,
        _ => seen.IsValid ? Checks.None : Checks.NoFix,
    };
}
