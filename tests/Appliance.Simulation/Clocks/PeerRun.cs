using Appliance.Time;
using Appliance.Time.Estimation;
using Appliance.Time.Observations;
using Appliance.Time.Peers;
using Appliance.Wire;

namespace Appliance.Simulation.Clocks;

/// <summary>Which peers a box has, and over what.</summary>
/// <param name="Name">For the table.</param>
/// <param name="Path">The way to each.</param>
/// <param name="Peers">How many.</param>
/// <param name="IsPtp">ptp4l, else chronyd.</param>
/// <param name="AsymmetryNs">What is declared of PTP's queues.</param>
internal sealed record PeerWorld(string Name, NetworkPath Path, int Peers, bool IsPtp, uint AsymmetryNs)
{
    public static PeerWorld PtpAware { get; } =
        new("PTP, every switch a PTP clock", NetworkPath.Aware, 1, true, 100);

    public static PeerWorld Ptp { get; } =
        new("PTP, plain switches, one grandmaster", NetworkPath.Lan, 1, true, 50_000);

    public static PeerWorld PtpThree { get; } = Ptp with { Name = "PTP, three grandmasters", Peers = 3 };

    public static PeerWorld Ntp { get; } = new("NTP, one server", NetworkPath.Wan, 1, false, 0);

    public static PeerWorld NtpThree { get; } = Ntp with { Name = "NTP, three servers", Peers = 3 };

    public static IReadOnlyList<PeerWorld> All { get; } = [PtpAware, Ptp, PtpThree, Ntp, NtpThree];
}

/// <summary>
/// A box without sky: peers over a network with their faults, the whole clock, and the truth beside it.
/// Fault model: paths that are longer one way, queues, bursts; peers that are lost, peers that lie.
/// </summary>
internal sealed class PeerRun
{
    private const long SecondNs = 1_000_000_000;
    private const int TaiMinusUtc = 37;

    private readonly RawCounter counter;
    private readonly PeerWorld world;
    private readonly PeerScene? scene;
    private readonly SimulatedPtp[] ptp;
    private readonly SimulatedNtp[] ntp;
    private readonly double firstAhead;

    public PeerRun(PeerWorld world, Plant plant, string oscillator, int seed, PeerScene? scene = null)
    {
        ClockNoise noise = new(seed);
        this.world = world;
        this.scene = scene;
        counter = new RawCounter(plant, noise);
        firstAhead = counter.AheadNs;
        int count = world.Peers;
        IEnumerable<int> numbers = Enumerable.Range(1, count);
        ptp = world.IsPtp ? [.. numbers.Select(i => new SimulatedPtp(world.Path, noise, (ulong)i))] : [];
        ntp = world.IsPtp ? [] : [.. numbers.Select(i => new SimulatedNtp(world.Path, noise, (uint)i))];
        Engine = new ClockEngine(new ClockEngineOptions
        {
            Oscillator = oscillator,
            PeersOnly = true,
            SystematicNs = 0,
            PtpAsymmetryNs = world.AsymmetryNs,
        });
        Engine.Take(new LeapObservation(
            new SourceId(SourceKind.LeapFile), default, TaiMinusUtc, LeapEvent.None, null, long.MaxValue,
            LeapOrigin.File));
    }

    public ClockEngine Engine { get; }

    public long Second { get; private set; }

    public TrueTime Said { get; private set; }

    public double ErrorNs { get; private set; }

    /// <summary>Answers of peers that did not lie, and those of them that put the truth outside.</summary>
    public long Answers { get; private set; }

    public long AnswersBroken { get; private set; }

    public IReadOnlyList<string> Checks => Engine.Report().Checks;

    /// <summary>Runs one second; gives the bytes of its row.</summary>
    public byte[] Step()
    {
        counter.Advance();
        Second++;
        long truth = ClockRun.StartTai + (Second * SecondNs);
        RawTime at = new(Reading(truth, 0.5));
        for (int i = 0; i < world.Peers; i++)
        {
            PeerEvents events = scene?.Invoke(i, Second) ?? default;
            if (world.IsPtp)
            {
                StepPtp(i, truth, at, events);
            }
            else
            {
                ntp[i].Advance(Second, counter.AheadAt(0) - firstAhead, events);
            }
        }

        if (!world.IsPtp && Second % 16 == 0)
        {
            AskChrony(truth, at);
        }

        byte[] row = Engine.Tick(at, (truth / SecondNs) - TaiMinusUtc);
        long late = Reading(truth, 0.99);
        Said = Engine.Now(new RawTime(late));
        ErrorNs = Said.TaiNs - (truth + (0.99 * SecondNs));
        return row;
    }

    private long Reading(long truth, double part) =>
        truth - ClockRun.StartTai + (long)(part * SecondNs) + (long)Math.Floor(counter.AheadAt(part));

    private void StepPtp(int peer, long truth, RawTime at, in PeerEvents events)
    {
        ptp[peer].Advance(truth, events);
        PeerObservation seen =
            ptp[peer].Ask(new SourceId(SourceKind.Ptp, (byte)peer), at, truth, 0.5, out double error);
        Engine.Take(seen);
        Count(error, seen.HalfWidthNs + world.AsymmetryNs, events, seen.State == PeerState.Synchronised && Second > 30);
    }

    private void AskChrony(long truth, RawTime at)
    {
        // The system clock: the counter, set right once at the start.
        long utc = truth + (SecondNs / 2) - (TaiMinusUtc * SecondNs);
        double ahead = counter.AheadAt(0.5) - firstAhead;
        CounterPair pair = new(at, CounterId.SystemClock, new RawTime(utc + (long)ahead), 100);
        int followed = Array.FindIndex(ntp, server => server.HasSample);
        if (followed < 0)
        {
            return;
        }

        ChronyTracking tracking = ntp[followed].Tracking(Second, pair.Reading.Nanoseconds);
        PeerObservation clock = tracking.ToObservation(new SourceId(SourceKind.Ntp), pair, pair);
        Engine.Take(clock);
        for (int i = 0; i < ntp.Length; i++)
        {
            if (ntp[i].HasSample)
            {
                ChronySource source = ntp[i].Source(Second, tracking.CorrectionSeconds * 1e9);
                PeerObservation seen = source.ToObservation(
                    new SourceId(SourceKind.Ntp, (byte)(i + 1)), tracking, clock);
                Engine.Take(seen);
                Count(
                    seen.Time.Nanoseconds - utc, seen.HalfWidthNs, scene?.Invoke(i, Second) ?? default,
                    seen.State == PeerState.Synchronised);
            }
        }
    }

    private void Count(double error, double half, in PeerEvents events, bool isUsed)
    {
        if (isUsed && !events.IsLost && events.LieNs == 0)
        {
            Answers++;
            AnswersBroken += Math.Abs(error) > half ? 1 : 0;
        }
    }
}
