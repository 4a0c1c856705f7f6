using Appliance.Supervisor.Board;
using Appliance.Supervisor.Clock;
using Appliance.Supervisor.Link;
using Appliance.Supervisor.Panel;

namespace Appliance.Supervisor;

/// <summary>What the supervisor tells by itself, and the facts of its panel.</summary>
internal sealed class Reports
{
    /// <summary>Version of this firmware, as in Hello.</summary>
    public const int Software = 0x000100;

    private const int HealthSeconds = 5;
    private readonly SupervisorLoop loop;
    private readonly IBoard board;
    private readonly I2cBus bus;
    private readonly Rtc rtc;
    private readonly int resetCause;
    private readonly byte[] payload = new byte[LinkLimits.PayloadBytesMax];
    private readonly HelloMessage hello = new HelloMessage();
    private readonly OscillatorMessage oscillator = new OscillatorMessage();
    private readonly HealthMessage health = new HealthMessage();
    private readonly RtcMessage clock = new RtcMessage();
    private int sinceHealth = HealthSeconds;

    public Reports(SupervisorLoop loop, IBoard board, I2cBus bus, Rtc rtc, int resetCause)
    {
        this.loop = loop;
        this.board = board;
        this.bus = bus;
        this.rtc = rtc;
        this.resetCause = resetCause;
    }

    public void Hello()
    {
        hello.ProtocolMin = LinkLimits.Version;
        hello.ProtocolMax = LinkLimits.Version;
        hello.Role = LinkRole.Supervisor;
        hello.ResetCause = resetCause;
        hello.Software = Software;
        hello.StartCount = loop.Counters.Starts;
        hello.RollbackFloor = loop.Update.Book.Floor;
        loop.Link.Send(LinkKind.Hello, payload, hello.Write(payload));
    }

    /// <summary>Bits of <see cref="AskMessage.What"/>.</summary>
    public void Answer(int what)
    {
        if ((what & 1) != 0)
        {
            Hello();
        }

        if ((what & 2) != 0)
        {
            clock.UnixSeconds = rtc.UnixSeconds;
            clock.TicksMs = board.NowMs;
            clock.IsValid = rtc.IsValid ? 1 : 0;
            clock.TemperatureCentiC = rtc.TemperatureCentiC;
            loop.Link.Send(LinkKind.Rtc, payload, clock.Write(payload));
        }

        if ((what & 4) != 0)
        {
            Health();
        }

        if ((what & 8) != 0)
        {
            loop.Alarms.TellAgain();
        }

        if ((what & 16) != 0)
        {
            loop.Update.Tell();
        }
    }

    public void Second()
    {
        oscillator.TicksMs = board.NowMs;
        oscillator.State = loop.Oscillator.State;
        oscillator.StateSeconds = loop.Oscillator.StateSeconds;
        oscillator.Dac = loop.Oscillator.Dac;
        oscillator.PhaseNs = loop.Oscillator.PhaseNs;
        oscillator.PhaseAccuracyNs = loop.Gnss.PhaseAccuracyNs;
        oscillator.FrequencyPpt = loop.Oscillator.FrequencyPpt;
        oscillator.TemperatureMilliC = loop.Sensors.OscillatorMilliC;
        oscillator.SawtoothPs = loop.Gnss.SawtoothPs;
        oscillator.Pulses = loop.Gnss.Pulses;
        bool held = loop.Oscillator.State == OscillatorState.WarmUp
            || loop.Oscillator.State == OscillatorState.Holdover;
        oscillator.Flags = (loop.Oscillator.WasPhaseTaken ? OscillatorFlag.PhaseValid : 0)
            | (loop.Gnss.IsTimeValid ? OscillatorFlag.ReceiverTimeValid : 0)
            | (loop.Gnss.IsSawtoothValid ? OscillatorFlag.SawtoothValid : 0)
            | (loop.Oscillator.IsAtLimit ? OscillatorFlag.DacAtLimit : 0)
            | (held ? OscillatorFlag.SteeringHeld : 0);
        loop.Link.Send(LinkKind.Oscillator, payload, oscillator.Write(payload));
        sinceHealth++;
        if (sinceHealth >= HealthSeconds)
        {
            sinceHealth = 0;
            Health();
        }

        Facts(loop.Panel.Facts);
    }

    private void Health()
    {
        health.TicksMs = board.NowMs;
        health.SupplyMillivolts = loop.Sensors.SupplyMillivolts;
        health.SupplyMilliamps = loop.Sensors.SupplyMilliamps;
        health.BoardMilliC = loop.Sensors.BoardMilliC;
        health.FanRpm = loop.Sensors.FanRpm;
        health.FanPercent = loop.Sensors.FanPercent;
        health.HostState = loop.Host.State;
        health.TamperNow = loop.Tamper.Now;
        health.TamperLatched = loop.Tamper.Latched;
        health.ActiveAlarms = loop.Alarms.Active;
        health.LinkBadFrames = loop.Link.BadFrames & 0xFFFF;
        health.GnssBadFrames = loop.Gnss.BadFrames;
        health.PowerCycles = loop.Counters.PowerCycles & 0xFFFF;
        health.I2cFaults = bus.Faults;
        loop.Link.Send(LinkKind.Health, payload, health.Write(payload));
    }

    private void Facts(PanelFacts facts)
    {
        facts.OscillatorState = loop.Oscillator.State;
        facts.StateSeconds = loop.Oscillator.StateSeconds;
        facts.PhaseNs = loop.Oscillator.PhaseNs;
        facts.Dac = loop.Oscillator.Dac;
        facts.HostState = loop.Host.State;
        facts.IsPowerFailing = loop.Power.IsFailing;
        facts.TamperLatched = loop.Tamper.Latched;
        facts.ActiveAlarms = loop.Alarms.Active;
        facts.Unrecorded = loop.Alarms.Unrecorded();
        facts.SupplyMillivolts = loop.Sensors.SupplyMillivolts;
        facts.SupplyMilliamps = loop.Sensors.SupplyMilliamps;
        facts.OscillatorMilliC = loop.Sensors.OscillatorMilliC;
        facts.BoardMilliC = loop.Sensors.BoardMilliC;
        facts.FanRpm = loop.Sensors.FanRpm;
        facts.UnixSeconds = loop.Time.UnixSeconds;
        facts.TimeQuality = loop.Time.Quality;
        facts.IsReceiverSilent = loop.Gnss.IsSilent;
        facts.IsUpdating = loop.Update.Phase == UpdatePhase.Verifying || loop.Update.Phase == UpdatePhase.Receiving
            || loop.Update.Phase == UpdatePhase.Hashing;
    }
}
