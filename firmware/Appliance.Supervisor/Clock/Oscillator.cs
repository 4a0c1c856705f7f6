using Appliance.Supervisor.Board;
using Appliance.Supervisor.Link;

namespace Appliance.Supervisor.Clock;

/// <summary>
/// Steers the oscillator: the receiver stamps its second pulse (TIM-TM2), a proportional-integral loop moves the DAC
/// once a second. Warm-up holds the last good value; the divider is then set to the receiver's second once; acquire
/// pulls fast; track is slow; holdover keeps the mean of the last minutes. All in whole numbers: the chip's doubles
/// trap on a division by zero and compare wrongly with NaN.
/// </summary>
internal sealed class Oscillator
{
    private const int WarmUpSeconds = 120;
    private const int SettledSeconds = 60;
    private const int LostSeconds = 5;
    private const int SettledNs = 100;
    private const int JumpNs = 1000;
    private const int ArmNs = 3000;
    private const int LimitSeconds = 60;
    private const int ArmsMax = 10;

    // Gains in 1/65,536 steps of the DAC for a nanosecond of phase. A step k is 0.01526 ppb (16 bits over +-0.5 ppm); a
    // loop of frequency w and damping 1 has 2w/k and w*w/k: w = 1/30 s to acquire, 1/200 s to track.
    private const long AcquireProportional = 286300;
    private const long AcquireIntegral = 4772;
    private const long TrackProportional = 42950;
    private const long TrackIntegral = 107;

    private const long Middle = 32768L << 16;
    private const long Highest = 65535L << 16;

    private readonly I2cBus bus;
    private readonly IBoard board;
    private readonly GnssLine gnss;
    private readonly KeptRecord kept;
    private readonly byte[] keptBytes = new byte[4];
    private long integral = Middle;
    private long mean = Middle;
    private long output = Middle;
    private int settled;
    private int missing;
    private int jumped;
    private int atLimit;
    private int dacFaults;
    private int sinceStored;
    private int arms;

    public Oscillator(IBoard board, I2cBus bus, GnssLine gnss, Memory memory)
    {
        this.board = board;
        this.bus = bus;
        this.gnss = gnss;
        kept = new KeptRecord(memory, Places.Steering, keptBytes.Length);
        if (kept.Load(keptBytes))
        {
            integral = LinkBytes.U32(keptBytes, 0);
            mean = integral;
            output = integral;
        }

        board.WritePin(BoardPins.DividerArm, true);
        Write();
    }

    /// <summary><see cref="OscillatorState"/>.</summary>
    public int State { get; private set; }

    public int StateSeconds { get; private set; }

    public int Dac => (int)(output >> 16);

    /// <summary>The last phase that was taken.</summary>
    public int PhaseNs { get; private set; }

    public bool WasPhaseTaken { get; private set; }

    public bool IsAtLimit => atLimit > 0;

    /// <summary>Frequency of the oscillator left to itself, 1e-12, by where the DAC stands.</summary>
    public int FrequencyPpt => (int)((Middle - mean) / 65536 * 15);

    /// <summary>
    /// The DAC stands at its end or does not answer, or the divider was set ten times without a lock.
    /// </summary>
    public bool IsNotSteerable => atLimit >= LimitSeconds || arms >= ArmsMax || dacFaults >= LostSeconds;

    public bool DacAnswers => dacFaults == 0;

    /// <summary>Once a second.</summary>
    public void Second()
    {
        StateSeconds++;
        board.WritePin(BoardPins.DividerArm, true);
        bool has = gnss.HasPhase;
        gnss.HasPhase = false;
        WasPhaseTaken = has;
        missing = has ? 0 : missing + 1;
        if (State == OscillatorState.WarmUp)
        {
            if (StateSeconds >= WarmUpSeconds && has)
            {
                Enter(OscillatorState.Acquire);
            }
        }
        else if (has)
        {
            Take(gnss.PhaseNs);
        }
        else if (missing >= LostSeconds && State != OscillatorState.Holdover)
        {
            Hold();
        }

        Write();
    }

    private void Take(int phase)
    {
        PhaseNs = phase;
        if (State == OscillatorState.Holdover)
        {
            // What comes back must be believable for a while before it moves anything.
            jumped++;
            if (jumped >= LostSeconds)
            {
                Enter(OscillatorState.Acquire);
            }

            return;
        }

        if (State == OscillatorState.Track && (phase > JumpNs || phase < -JumpNs))
        {
            jumped++;
            if (jumped >= LostSeconds)
            {
                Hold();
            }

            return;
        }

        jumped = 0;
        if (State == OscillatorState.Acquire && (phase > ArmNs || phase < -ArmNs))
        {
            board.WritePin(BoardPins.DividerArm, false);
            arms += arms < ArmsMax ? 1 : 0;
            return;
        }

        Steer(phase);
    }

    private void Steer(int phase)
    {
        bool isTracking = State == OscillatorState.Track;

        // A late pulse (positive phase) needs a faster oscillator: a higher DAC value. At the end of its range
        // nothing is summed up, else the loop would overshoot by what it could not do.
        long wanted = integral + (phase * (isTracking ? TrackProportional : AcquireProportional));
        output = Bounded(wanted);
        integral += output == wanted ? phase * (isTracking ? TrackIntegral : AcquireIntegral) : 0;
        integral = Bounded(integral);
        atLimit = output == 0 || output == Highest ? atLimit + 1 : 0;
        mean += (integral - mean) / 64;
        settled = phase <= SettledNs && phase >= -SettledNs ? settled + 1 : 0;
        if (!isTracking && settled >= SettledSeconds)
        {
            mean = integral;
            arms = 0;
            Enter(OscillatorState.Track);
        }

        Keep();
    }

    private void Hold()
    {
        // Before the loop had settled its integral is worth more than the mean.
        output = State == OscillatorState.Track ? mean : integral;
        integral = output;
        Enter(OscillatorState.Holdover);
    }

    private void Enter(int state)
    {
        State = state;
        StateSeconds = 0;
        settled = 0;
        jumped = 0;
    }

    // Once an hour while tracking: the memory takes a million writes, this is 9,000 a year.
    private void Keep()
    {
        sinceStored++;
        if (State == OscillatorState.Track && sinceStored >= 3600)
        {
            sinceStored = 0;
            LinkBytes.Put32(keptBytes, 0, mean);
            kept.Store(keptBytes);
        }
    }

    private static long Bounded(long value) => value < 0 ? 0 : value > Highest ? Highest : value;

    private void Write()
    {
        // AD5693R: 0x30 writes input and DAC register.
        dacFaults = bus.Write16(BoardPins.DacAddress, 0x30, Dac) ? 0 : dacFaults + 1;
    }
}
