using Appliance.Edge.Clocks;
using Appliance.Supervisor.Link;
using Appliance.Time.Observations;

namespace Appliance.Edge.Supervisor;

/// <summary>What the host side is told and asks, once for its life.</summary>
internal sealed record HostPortParts
{
    public required AlarmBook Book { get; init; }

    public required ReceiverRelay Relay { get; init; }

    /// <summary>Seconds that the watchdog is armed with; 0: it is not.</summary>
    public required int WatchdogSeconds { get; init; }

    /// <summary>UTC seconds by this machine.</summary>
    public required Func<long> UnixSeconds { get; init; }

    /// <summary>UTC by the clock of the box, where that has a bound.</summary>
    public required Func<BoardTime?> TrueTime { get; init; }

    /// <summary>Somebody may have been inside the case: keys must go.</summary>
    public required Action<AlarmMessage> OnTamper { get; init; }
}

/// <summary>
/// The host's side of the link without line or clock of its own: bytes and the time go in, bytes for the line come out.
/// An alarm is acknowledged only once it is on flash; a sign of life is given only when the caller says that the box
/// lives. One thread uses it; what others ask is in the status.
/// </summary>
internal sealed class HostPort : ILinkHandler
{
    private readonly LinkPort link;
    private readonly HostPortParts parts;
    private readonly byte[] message = new byte[LinkLimits.PayloadBytesMax];
    private readonly GnssBytesMessage gnss = new();
    private HelloMessage? chip;
    private HealthMessage? health;
    private OscillatorMessage? oscillator;
    private PowerNoticeMessage? cut;
    private RawTime arrived;
    private long nowMs;
    private long heardMs = long.MinValue / 2;
    private int greeted = -2;
    private long beatMs;
    private long panelMs;
    private long clockMs;
    private long clearMs;
    private long updateMs;
    private int helloSession = -1;
    private int healthSession = -1;
    private int trialSession = -1;
    private bool? holdsKey;
    private bool isArmed;

    public HostPort(int session, HostPortParts parts)
    {
        this.parts = parts;
        link = new LinkPort(LinkRole.Host, session, this);
    }

    /// <summary>The supervisor says that the supercapacitor carries the board, or that the power will be cut.</summary>
    public bool IsPowerFailing { get; private set; }

    /// <summary>Everything that was said reliably has arrived.</summary>
    public bool IsSettled => link.Waiting == 0;

    /// <summary>An update of the chip that is under way or was last.</summary>
    public FirmwareUpdate? Update { get; set; }

    /// <summary>Lowest rollback number that the chip takes; null before it said it.</summary>
    public long? RollbackFloor { get; private set; }

    /// <summary>What the chip said of the key it was given last, <see cref="UpdateReason"/>; null before.</summary>
    public int? KeyAnswer { get; private set; }

    private bool IsHeard => nowMs - heardMs < SupervisorLimits.SilentMs;

    /// <summary>Takes bytes from the line.</summary>
    public void Receive(byte[] bytes, int count, long now, RawTime at)
    {
        (nowMs, arrived) = (now, at);
        link.Receive(bytes, count);
    }

    /// <summary>Bytes for the line.</summary>
    public int Collect(byte[] bytes, long now) => link.Collect(bytes, bytes.Length, now);

    /// <summary>Lets time pass: greets a chip that is new, gives the sign of life, renews panel and clock.</summary>
    /// <param name="now">Monotonic milliseconds.</param>
    /// <param name="uptimeSeconds">Of this process.</param>
    /// <param name="state">0 starting, 1 recording, 2 impaired, 3 stopping.</param>
    /// <param name="lives">Packet thread and writer pass; else the chip's watchdog runs on.</param>
    /// <param name="panel">What the front shows.</param>
    public void Tick(long now, long uptimeSeconds, int state, bool lives, Func<IReadOnlyList<PanelTextMessage>> panel)
    {
        nowMs = now;
        Greet();
        if (lives && IsDue(ref beatMs, SupervisorLimits.HeartbeatMs))
        {
            Send(LinkKind.Heartbeat, new HeartbeatMessage { UptimeSeconds = uptimeSeconds, State = state }.Write);
        }

        if (IsDue(ref panelMs, SupervisorLimits.PanelMs))
        {
            foreach (PanelTextMessage page in panel())
            {
                Send(LinkKind.PanelText, page.Write);
            }
        }

        while (parts.Relay.TryNext(out byte[] bytes))
        {
            link.Send(LinkKind.ReceiverBytes, bytes, bytes.Length);
        }

        SetClock();
        ClearLatches();
        MoveUpdate();
        Confirm();
    }

    /// <summary>Gives the chip the key that signs its updates; the chip decides whether it takes it.</summary>
    /// <param name="publicKey">x and y of a point of P-256, 64 bytes.</param>
    public void GiveKey(byte[] publicKey)
    {
        KeyAnswer = null;
        Send(LinkKind.ProvisionKey, new ProvisionKeyMessage { PublicKey = publicKey }.Write);
    }

    /// <summary>The keys are gone because of this alarm: the chip can say it when it is asked.</summary>
    public void SayEvicted(long alarm) =>
        Send(LinkKind.KeysEvicted, new KeysEvictedMessage { AlarmNumber = alarm }.Write);

    /// <summary>This process ends as it should: nobody is to cut the power for its silence.</summary>
    public void SayFarewell(long uptimeSeconds)
    {
        Send(LinkKind.Heartbeat, new HeartbeatMessage { UptimeSeconds = uptimeSeconds, State = 3 }.Write);
        if (isArmed)
        {
            Send(LinkKind.Watchdog, new WatchdogMessage { Arm = 0, TimeoutSeconds = 0 }.Write);
        }
    }

    /// <inheritdoc/>
    public bool Take(int kind, byte[] payload, int length)
    {
        heardMs = nowMs;
        switch (kind)
        {
            case LinkKind.Hello:
                HelloMessage hello = new();
                if (hello.Read(payload, length))
                {
                    (chip, helloSession) = (hello, link.PeerSession);
                    RollbackFloor = hello.RollbackFloor;
                }

                return true;
            case LinkKind.GnssBytes:
                if (gnss.Read(payload, length))
                {
                    parts.Relay.Take(gnss, arrived);
                }

                return true;
            case LinkKind.Oscillator:
                OscillatorMessage told = new();
                oscillator = told.Read(payload, length) ? told : oscillator;
                return true;
            case LinkKind.Health:
                HealthMessage measured = new();
                if (measured.Read(payload, length))
                {
                    (health, healthSession) = (measured, link.PeerSession);
                }

                return true;
            case LinkKind.Alarm:
                return TakeAlarm(payload, length);
            case LinkKind.PowerNotice:
                PowerNoticeMessage notice = new();
                cut = notice.Read(payload, length) ? notice : cut;
                IsPowerFailing |= cut is { Phase: 1 };
                return true;
            case LinkKind.UpdateStatus:
                TakeUpdate(payload, length);
                return true;
            default:
                return true;
        }
    }

    /// <summary>How the board is.</summary>
    public SupervisorStatus Status() => new()
    {
        State = !IsHeard ? "silent" : Speaks() ? "connected" : "other-version",
        Firmware = chip is null ? null : $"{chip.Software >> 16}.{(chip.Software >> 8) & 0xFF}.{chip.Software & 0xFF}",
        SupplyMillivolts = health?.SupplyMillivolts,
        SupplyMilliamps = health?.SupplyMilliamps,
        BoardCelsius = health is null ? null : Math.Round(health.BoardMilliC / 1000.0, 1),
        FanRpm = health?.FanRpm,
        Oscillator = oscillator is null ? null : AlarmWords.Oscillator(oscillator.State),
        IsOpen = health is { TamperNow: not 0 },
        WasOpened = health is { TamperLatched: not 0 },
        PowerCycles = health?.PowerCycles,
        LinkFaults = link.BadFrames + link.LostFrames + (health?.LinkBadFrames ?? 0),
        ReceiverBytesLost = parts.Relay.LostBytes,
        Update = Update?.Words,
        HoldsUpdateKey = holdsKey,
        Alarms = [.. Alarms()],
    };

    private IEnumerable<string> Alarms()
    {
        if (!IsHeard)
        {
            yield return "the supervisor says nothing: no power-fail warning, tamper alarm or watchdog; check its line";
        }
        else if (!Speaks())
        {
            yield return "the supervisor speaks another version of the link; update its firmware (`icrctl update`)";
        }

        for (int kind = 1; health is not null && kind < 32; kind++)
        {
            if ((health.ActiveAlarms & (1L << kind)) != 0)
            {
                yield return AlarmWords.Standing(kind);
            }
        }

        if (cut is { Phase: 1 })
        {
            yield return $"the supervisor cuts the power in {cut.Seconds} s: {AlarmWords.Power(cut.Reason)}";
        }

        if (health is { TamperLatched: not 0, TamperNow: 0 } && parts.Book.Lock is null
            && parts.Book.Acknowledged is null)
        {
            yield return "the supervisor's tamper latch is set; wait for its alarm, or look at the case";
        }
    }

    private bool Speaks() =>
        chip is not null && chip.ProtocolMin <= LinkLimits.Version && chip.ProtocolMax >= LinkLimits.Version;

    private bool TakeAlarm(byte[] payload, int length)
    {
        AlarmMessage alarm = new();
        if (!alarm.Read(payload, length))
        {
            return true;
        }

        bool isRaised = alarm.Raised == 1;
        if (isRaised && AlarmWords.IsTamper(alarm.Kind) && alarm.Number > (parts.Book.Acknowledged?.Number ?? 0))
        {
            // Before anything that can fail: also a box with a dead flash forgets its keys.
            parts.OnTamper(alarm);
        }

        IsPowerFailing = alarm.Kind == AlarmKind.PowerFailing ? isRaised : IsPowerFailing;
        return parts.Book.TryRecord(alarm, parts.UnixSeconds())
            && Send(LinkKind.AlarmRecorded, new AlarmRecordedMessage { Number = alarm.Number }.Write);
    }

    private void Greet()
    {
        if (greeted == link.PeerSession)
        {
            return;
        }

        const int everything = 1 | 2 | 4 | 8 | 16;
        greeted = link.PeerSession;
        parts.Relay.Restart();
        HelloMessage hello = new()
        {
            ProtocolMin = LinkLimits.Version, ProtocolMax = LinkLimits.Version, Role = LinkRole.Host,
        };
        Send(LinkKind.Hello, hello.Write);
        Send(LinkKind.Ask, new AskMessage { What = everything }.Write);
        isArmed = parts.WatchdogSeconds > 0
            && Send(
                LinkKind.Watchdog, new WatchdogMessage { Arm = 1, TimeoutSeconds = parts.WatchdogSeconds }.Write);
        if (parts.Book.Lock is { } held)
        {
            SayEvicted(held.Number);
        }
    }

    private void SetClock()
    {
        const int accuracyMsMax = 1_000;
        if (IsHeard && nowMs >= clockMs && parts.TrueTime() is { } time && time.AccuracyMs <= accuracyMsMax)
        {
            clockMs = nowMs + SupervisorLimits.SetTimeMs;
            SetTimeMessage set = new() { UnixSeconds = time.UnixSeconds, AccuracyMs = time.AccuracyMs };
            Send(LinkKind.SetTime, set.Write);
        }
    }

    // After an engineer has acknowledged, and only while the case is closed; the chip refuses what it knows better.
    private void ClearLatches()
    {
        if (health is { TamperLatched: not 0, TamperNow: 0 } && parts.Book is { Lock: null, Acknowledged: not null }
            && link.Waiting == 0 && IsDue(ref clearMs, SupervisorLimits.ClearTamperMs))
        {
            Send(LinkKind.ClearTamper, new ClearTamperMessage { LastNumber = parts.Book.LastNumber }.Write);
            Send(LinkKind.Ask, new AskMessage { What = 4 }.Write);
        }
    }

    private void MoveUpdate()
    {
        const int askMs = 1_000;
        if (Update is not { IsOver: false } update)
        {
            return;
        }

        while (link.Waiting < SupervisorLimits.BlocksAhead && update.TryNext(message, out int kind, out int length))
        {
            link.Send(kind, message, length);
        }

        if (IsDue(ref updateMs, askMs))
        {
            Send(LinkKind.Ask, new AskMessage { What = 16 }.Write);
        }

        update.Tick(nowMs);
    }

    private void TakeUpdate(byte[] payload, int length)
    {
        UpdateStatusMessage status = new();
        if (!status.Read(payload, length))
        {
            return;
        }

        (holdsKey, RollbackFloor) = (status.HoldsKey == 1, status.RollbackFloor);
        trialSession = status.Phase == UpdatePhase.Trial ? link.PeerSession : -1;
        KeyAnswer = status.Reason is UpdateReason.KeyTaken or UpdateReason.OtherKey or UpdateReason.StoreFault
            ? status.Reason : KeyAnswer;
        Update?.Take(status, nowMs);
    }

    // A new firmware that greets, measures and is understood works; one that does not goes back by itself. What the old
    // one said before it counts for nothing.
    private void Confirm()
    {
        if (trialSession == link.PeerSession && helloSession == trialSession && healthSession == trialSession
            && Speaks() && Send(LinkKind.UpdateCommand, new UpdateCommandMessage { Action = 3 }.Write))
        {
            trialSession = -1;
        }
    }

    private bool IsDue(ref long dueMs, int everyMs)
    {
        if (nowMs < dueMs)
        {
            return false;
        }

        dueMs = nowMs + everyMs;
        return true;
    }

    private bool Send(int kind, Func<byte[], int> write) => link.Send(kind, message, write(message));
}
