using Appliance.Time.AnchorLog;
using Appliance.Time.Estimation;
using Appliance.Time.Intake;
using Appliance.Time.Leaps;
using Appliance.Time.Mapping;
using Appliance.Time.Observations;
using Appliance.Wire;

namespace Appliance.Time;

/// <summary>
/// The clock of a box with a receiver, pulses or peers: observations in, true time with a bound out, and the log by
/// which anyone can compute each bound again. It steers nothing. Observations may come from any thread.
/// </summary>
public sealed partial class ClockEngine : IObservationSink, IClockMap
{
    private const double NsPerMicrosecond = 1000;

    private readonly Lock gate = new();
    private readonly EstimatorSettings settings;
    private readonly LeapVote leaps = new();
    private readonly ClockIntake intake;
    private readonly ClockEstimator estimator;
    private readonly StampMap map;
    private readonly AnchorWriter log = new();
    private readonly Queue<ClockEvent> events = new();
    private readonly Resumption resumption;
    private long hostSteps;
    private long lineOffsetNs;
    private uint worstBoundUs;

    // A clock that ran ahead gave times beyond the one at which that is found.
    private TaiTime latestGiven;
    private uint states;
    private SecondInput last;
    private (ClockState State, Checks Checks, LeapState Leap) told;

    /// <summary>A clock that has heard of nothing yet.</summary>
    public ClockEngine(ClockEngineOptions options)
    {
        settings = options.ToSettings();
        PeerVote peers = new(options.PtpAsymmetryNs, options.NtpAsymmetryNs);
        intake = new ClockIntake(leaps, peers, options.PulsesAreMarked ? options.MarkCut : null);
        leaps.Take(BuiltInLeaps.Observation, 0);
        estimator = new ClockEstimator(settings);
        map = new StampMap(options.ToPaths());
        resumption = new Resumption(
            settings, options.Kept, new PeerVote(options.PtpAsymmetryNs, options.NtpAsymmetryNs));
        if (options.ResumedRate is double rate)
        {
            estimator.Resume(rate, options.ResumedAgeing);
        }

        told = (ClockState.Unset, Checks.None, LeapState.Unknown);
    }

    /// <summary>Events that were dropped because nobody took them.</summary>
    public long EventsDropped { get; private set; }

    /// <summary>
    /// Head and checkpoint of a new file of the anchor log; at the start and at each change of the day.
    /// </summary>
    public byte[] BeginLogFile()
    {
        lock (gate)
        {
            return log.BeginFile(settings, map.Paths, estimator);
        }
    }

    /// <summary>The first file goes on from the head of the last file of an earlier run.</summary>
    public void ContinueLog(Hash32 head)
    {
        lock (gate)
        {
            log.Continue(head);
        }
    }

    /// <summary>
    /// Goes on from what an earlier run kept, where one independent witness agrees with it: a peer, or the process that
    /// hands its running clock over. To be called before each <see cref="Tick"/> while the clock is unset.
    /// </summary>
    /// <param name="now">MONOTONIC_RAW.</param>
    /// <param name="isHandedOver">The process before has just ended and vouches for it.</param>
    /// <returns>True where it did: the log goes on in a new file.</returns>
    public bool TryResume(RawTime now, bool isHandedOver)
    {
        lock (gate)
        {
            int? offset = intake.Leap.State == LeapState.Unknown ? null : intake.Leap.TaiMinusUtc;
            return resumption.TryResume(now, offset, isHandedOver, estimator);
        }
    }

    /// <summary>What the next run may go on from; null while the clock is unset.</summary>
    public KeptClock? Keep()
    {
        lock (gate)
        {
            return Resumption.Keep(estimator, last.Raw);
        }
    }

    /// <summary>
    /// One step, once a second and about half a second after the pulse. The bytes are to be appended to the log's file.
    /// </summary>
    /// <param name="now">MONOTONIC_RAW.</param>
    /// <param name="utcSeconds">UTC by the system clock: for the expiry of leap seconds only.</param>
    public byte[] Tick(RawTime now, long utcSeconds)
    {
        lock (gate)
        {
            last = intake.Gather(now, utcSeconds);
            last.System -= last.System == 0 ? 0 : lineOffsetNs;
            hostSteps += (last.Checks & Checks.HostStep) == 0 ? 0 : 1;
            estimator.Step(last);
            Tell(last.Raw, ClockSteps.Note(map, estimator, last));
            byte[] row = log.Second(last, estimator).ToArray();
            return [.. row, .. TakeChangedPaths()];
        }
    }

    /// <summary>
    /// A reading of both clocks between two steps, before stamps are mapped; bytes for the log's file.
    /// </summary>
    /// <param name="pair">Both clocks at one moment.</param>
    /// <param name="behindNs">As in <see cref="Take(in CounterPair, long)"/>.</param>
    public byte[] TakePair(in CounterPair pair, long behindNs = 0)
    {
        lock (gate)
        {
            long line = pair.Reading.Nanoseconds - behindNs;
            map.AddTip(line, pair.At.Nanoseconds, pair.HalfWidthNs, estimator.Readout);
            return log.Pair(pair.At.Nanoseconds, line, pair.HalfWidthNs, estimator).ToArray();
        }
    }

    /// <summary>True time at a reading of MONOTONIC_RAW. Any thread; takes no lock and allocates nothing.</summary>
    public TrueTime Now(RawTime at) => estimator.Page.TimeAt(at.Nanoseconds);

    /// <inheritdoc/>
    public ClockReading Map(long stampNs) => Map(stampNs, -1);

    /// <inheritdoc/>
    public ClockReading Map(long stampNs, int leg)
    {
        lock (gate)
        {
            ClockState state = map.Map(stampNs, leg, out long tai, out double bound);
            ClockReading reading = Reading(stampNs, tai, bound, state);
            worstBoundUs = Math.Max(worstBoundUs, reading.BoundUs);
            bool isLatest = reading.State != ClockState.Unset && reading.Time > latestGiven;
            latestGiven = isLatest ? reading.Time : latestGiven;
            states |= 1u << (int)reading.State;
            return reading;
        }
    }

    /// <inheritdoc/>
    public ClockSummary Summarise()
    {
        lock (gate)
        {
            LeapKnowledge leap = intake.Leap;
            bool isUsable = leap.State is LeapState.Known or LeapState.Expired;
            ClockSummary made = new(
                worstBoundUs, states, isUsable ? (uint)leap.TaiMinusUtc : 0,
                isUsable ? leap.ExpiryDay : 0, log.Head);
            (worstBoundUs, states) = (0, 0);
            return made;
        }
    }

    /// <summary>Takes the oldest event that no manifest has told yet.</summary>
    public bool TryTakeEvent(out ClockEvent happened)
    {
        lock (gate)
        {
            return events.TryDequeue(out happened);
        }
    }

    /// <summary>TAI less UTC now, seconds; null where sources contradict each other or nobody knows.</summary>
    public int? TaiMinusUtc
    {
        get
        {
            lock (gate)
            {
                return intake.Leap.State is LeapState.Known or LeapState.Expired ? intake.Leap.TaiMinusUtc : null;
            }
        }
    }

    /// <summary>A time as text in UTC, by what is known of leap seconds now; null where nothing is.</summary>
    /// <param name="taiNs">TAI, ns since 1970.</param>
    public string? UtcOf(long taiNs)
    {
        lock (gate)
        {
            return intake.Leap.State == LeapState.Unknown ? null : UtcText.Format(taiNs, intake.Leap);
        }
    }

    /// <summary>What a person wants to know.</summary>
    public ClockReport Report()
    {
        lock (gate)
        {
            bool isSet = estimator.Readout.IsSet;
            double bound = isSet ? estimator.Readout.BoundAt(last.Raw) : double.PositiveInfinity;
            (double rate, double ageing) = estimator.Learned;
            return new ClockReport
            {
                State = estimator.State,
                Class = ClockClasses.Of(bound).ToString(),
                BoundNs = isSet ? bound : null,
                TaiNs = isSet ? estimator.Readout.Filter.TaiAt(last.Raw) : null,
                RateNsPerSecond = rate,
                AgeingPerSecond = ageing,
                Checks = CheckWords.Of(estimator.Checks),
                SatellitesUsed = intake.Satellites.Used,
                SatellitesInView = intake.Satellites.InView,
                Leap = intake.Leap.State.ToString().ToLowerInvariant(),
                TaiMinusUtc = intake.Leap.TaiMinusUtc,
                LeapExpiryDay = intake.Leap.ExpiryDay,
                LeapNext = intake.Leap.Next,
                Steps = hostSteps,
                Head = log.Head,
            };
        }
    }

    private static ClockReading Reading(long stampNs, long tai, double bound, ClockState state)
    {
        uint microseconds = MicrosecondsOf(bound);
        if (state == ClockState.Unset || microseconds == ClockReading.Unbounded)
        {
            // Order is all that such a stamp still says.
            return new ClockReading(
                LeapSeconds.ToTai(Math.DivRem(stampNs, 1000).Quotient), ClockReading.Unbounded, ClockState.Unset);
        }

        return new ClockReading(new TaiTime(tai / 1000), microseconds, state);
    }

    // Rounded up, and one more for what the time itself was rounded by.
    private static uint MicrosecondsOf(double boundNs)
    {
        double microseconds = Math.Ceiling(boundNs / NsPerMicrosecond) + 1;
        return microseconds < ClockReading.Unbounded ? (uint)microseconds : ClockReading.Unbounded;
    }

    private void AddEvent(in ClockEvent happened)
    {
        if (events.Count == Limits.Events)
        {
            events.Dequeue();
            EventsDropped++;
        }

        events.Enqueue(happened);
    }

    // A change of state, of a failed check or of what is known of leap seconds is an event of the next manifest.
    private void Tell(long raw, double correctedNs)
    {
        (ClockState, Checks, LeapState) now =
            (estimator.State, estimator.Checks & ~Checks.HostSteering, intake.Leap.State);
        if (now == told && estimator.DistrustedSinceRaw == 0)
        {
            return;
        }

        told = now;
        long? tai = estimator.Readout.IsSet ? estimator.Readout.Filter.TaiAt(raw) : null;
        double doubtSeconds = estimator.DistrustedSinceRaw == 0 ? 0 : (raw - estimator.DistrustedSinceRaw) / 1e9;
        AddEvent(new ClockEvent(
            tai is long ns ? new TaiTime(ns / 1000) : null, estimator.State, CheckWords.Of(estimator.Checks),
            intake.Leap.State.ToString().ToLowerInvariant(), doubtSeconds)
        {
            DoubtSince = doubtSeconds == 0
                ? null
                : new TaiTime(estimator.DistrustedReadout.Filter.TaiAt(estimator.DistrustedSinceRaw) / 1000),
            DoubtUntil = new TaiTime(Math.Max((tai ?? 0) / 1000, latestGiven.Microseconds)),
            DoubtBoundUs = MicrosecondsOf(correctedNs + WidestPathNs()),
        });
    }
}
