using Appliance.Supervisor.Board;
using Appliance.Supervisor.Link;

namespace Appliance.Supervisor.Watch;

/// <summary>
/// The watchdog of the host, and its power switch. Only an armed host is watched: a technician at the console, or a
/// host whose daemon was never started, is left alone. A hung host is warned, switched off for five seconds and on
/// again. After four such starts without ten good minutes between them the brake holds: half an hour until the next
/// try, and an alarm.
/// </summary>
internal sealed class HostWatch
{
    private const int WarnMs = 10000;
    private const int OffMs = 5000;
    private const int BootMs = 300000;
    private const int SteadyMs = 600000;
    private const int SilentMs = 60000;
    private const int BrakeAfter = 4;
    private const int BrakeMs = 1800000;

    private readonly IBoard board;
    private readonly LinkPort link;
    private readonly Alarms alarms;
    private readonly WallClock time;
    private readonly PowerWatch power;
    private readonly Counters counters;
    private readonly PowerNoticeMessage notice = new PowerNoticeMessage();
    private readonly byte[] payload = new byte[PowerNoticeMessage.Bytes];
    private bool isArmed;
    private bool isOff;
    private bool staysOff;
    private int timeoutMs;
    private int reason;
    private long cutAtMs = -1;
    private long onAtMs;
    private long aliveAtMs;
    private long steadySinceMs;

    public HostWatch(
        IBoard board, LinkPort link, Alarms alarms, WallClock time, PowerWatch power, Counters counters)
    {
        this.board = board;
        this.link = link;
        this.alarms = alarms;
        this.time = time;
        this.power = power;
        this.counters = counters;
        State = HostState.Starting;
        onAtMs = board.NowMs;
        board.WritePin(BoardPins.HostReset, true);
        board.WritePin(BoardPins.HostPower, true);
    }

    /// <summary><see cref="HostState"/>.</summary>
    public int State { get; private set; }

    public void Heartbeat()
    {
        if (isOff)
        {
            return;
        }

        bool isNew = State == HostState.Starting || State == HostState.Silent;
        aliveAtMs = board.NowMs;
        steadySinceMs = isNew ? board.NowMs : steadySinceMs;
        State = isArmed ? HostState.Watched : HostState.Unwatched;
        if (cutAtMs >= 0 && reason == PowerReason.Watchdog)
        {
            cutAtMs = -1;
        }

        alarms.Set(AlarmKind.HostHung, false, 0, 0);
        if (board.NowMs - steadySinceMs >= SteadyMs && counters.CyclesInRow > 0)
        {
            counters.CyclesInRow = 0;
            counters.Store();
            alarms.Set(AlarmKind.BootLoop, false, 0, 0);
        }
    }

    /// <summary>Arms or disarms; false where the time is out of bounds.</summary>
    public bool Arm(bool arm, int seconds)
    {
        if (arm && (seconds < 5 || seconds > 600))
        {
            return false;
        }

        isArmed = arm;
        timeoutMs = seconds * 1000;
        Heartbeat();
        return true;
    }

    /// <summary>1 off and on, 2 off, 3 take back.</summary>
    public void Request(int action, int seconds)
    {
        if (action == 3)
        {
            cutAtMs = reason == PowerReason.Request ? -1 : cutAtMs;
            return;
        }

        staysOff = action == 2;
        Warn(PowerReason.Request, (seconds > 600 ? 600 : seconds) * 1000);
    }

    /// <summary>The button: a host that was switched off on request, or that the brake holds, is switched on.</summary>
    public bool Button()
    {
        if (isOff && (staysOff || State == HostState.Braked))
        {
            SwitchOn();
            return true;
        }

        return false;
    }

    public void Poll()
    {
        long now = board.NowMs;
        if (isOff)
        {
            if (!staysOff && now >= onAtMs)
            {
                SwitchOn();
            }
        }
        else if (cutAtMs >= 0)
        {
            // While the supply fails the host needs every moment to close its batch.
            if (now >= cutAtMs && !power.IsFailing)
            {
                Cut();
            }
        }
        else if (isArmed && !power.IsFailing && now - aliveAtMs > Patience())
        {
            alarms.Set(AlarmKind.HostHung, true, 0, (int)((now - aliveAtMs) / 1000));
            staysOff = false;
            Warn(PowerReason.Watchdog, WarnMs);
        }
        else if (!isArmed && State == HostState.Unwatched && now - aliveAtMs > SilentMs)
        {
            State = HostState.Silent;
        }
    }

    private long Patience() => State == HostState.Starting ? BootMs : timeoutMs;

    private void Warn(int why, int inMs)
    {
        reason = why;
        cutAtMs = board.NowMs + inMs;
        Tell(1, inMs / 1000);
    }

    private void Cut()
    {
        cutAtMs = -1;
        isOff = true;
        counters.PowerCycles++;
        counters.CyclesInRow += reason == PowerReason.Watchdog ? 1 : 0;
        counters.Store();
        board.WritePin(BoardPins.HostPower, false);
        bool brakes = reason == PowerReason.Watchdog && counters.CyclesInRow > BrakeAfter;
        State = brakes ? HostState.Braked : HostState.Off;
        onAtMs = board.NowMs + (brakes ? BrakeMs : OffMs);
        if (brakes)
        {
            alarms.Set(AlarmKind.BootLoop, true, 0, counters.CyclesInRow);
            reason = PowerReason.Brake;
            Tell(3, BrakeMs / 1000);
        }
    }

    private void SwitchOn()
    {
        isOff = false;
        staysOff = false;
        State = HostState.Starting;
        aliveAtMs = board.NowMs;
        board.WritePin(BoardPins.HostPower, true);
        Tell(2, 0);
    }

    private void Tell(int phase, int seconds)
    {
        notice.Reason = reason;
        notice.Phase = phase;
        notice.Seconds = seconds;
        notice.Cycles = counters.PowerCycles;
        notice.UnixSeconds = time.UnixSeconds;
        link.Send(LinkKind.PowerNotice, payload, notice.Write(payload));
    }
}
