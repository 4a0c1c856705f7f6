using Appliance.Supervisor.Board;
using Appliance.Supervisor.Link;

namespace Appliance.Supervisor.SelfTest;

/// <summary>
/// The host at the other end of the link, with the same codec: boots for twenty seconds when it has power, arms the
/// watchdog, sends a heartbeat a second, records alarms, and evicts its keys when the tamper line falls.
/// </summary>
internal sealed class SimulatedHost : ILinkHandler
{
    private const int BootMs = 20000;
    private readonly SimulatedBoard board;
    private readonly byte[] line = new byte[256];
    private readonly byte[] message = new byte[LinkLimits.PayloadBytesMax];
    private readonly AlarmMessage alarm = new AlarmMessage();
    private LinkPort link;
    private long bootedAtMs;
    private bool hadPower;
    private int session = 500;

    public SimulatedHost(SimulatedBoard board)
    {
        this.board = board;
        link = new LinkPort(LinkRole.Host, session, this);
    }

    /// <summary>Comes up after it got power.</summary>
    public bool Boots { get; set; } = true;

    /// <summary>Sends heartbeats.</summary>
    public bool Lives { get; set; } = true;

    /// <summary>Arms the watchdog when it comes up.</summary>
    public bool Arms { get; set; } = true;

    /// <summary>Answers an alarm with AlarmRecorded.</summary>
    public bool Records { get; set; } = true;

    /// <summary>Sends noise.</summary>
    public bool Babbles { get; set; }

    public bool IsUp { get; private set; }

    public int Boot { get; private set; }

    public long KeysEvictedAtMs { get; private set; } = -1;

    public long BatchClosedAtMs { get; private set; } = -1;

    /// <summary>Alarms of each kind that were raised, and that went.</summary>
    public int[] Raised { get; } = new int[32];

    public int[] Cleared { get; } = new int[32];

    public long LastAlarmNumber { get; private set; }

    public int GnssBytes { get; private set; }

    public int GnssGaps { get; private set; }

    public int PowerNotices { get; private set; }

    public OscillatorMessage Oscillator { get; } = new OscillatorMessage();

    public HealthMessage Health { get; } = new HealthMessage();

    public UpdateStatusMessage Update { get; } = new UpdateStatusMessage();

    public RtcMessage Clock { get; } = new RtcMessage();

    public HelloMessage Hello { get; } = new HelloMessage();

    public LinkPort Link => link;

    private long nextGnss = -1;

    public bool Send(int kind, int length) => link.Send(kind, message, length);

    public byte[] Message => message;

    /// <summary>Every turn of the world.</summary>
    public void Poll()
    {
        Lines();
        bool power = board.ReadPin(BoardPins.HostPower);
        if (!power)
        {
            hadPower = false;
            IsUp = false;
            return;
        }

        if (!hadPower)
        {
            hadPower = true;
            bootedAtMs = board.WorldMs + BootMs;
        }

        if (!IsUp && Boots && board.WorldMs >= bootedAtMs)
        {
            ComeUp();
        }

        if (IsUp)
        {
            Talk();
        }
    }

    public bool Take(int kind, byte[] payload, int length)
    {
        switch (kind)
        {
            case LinkKind.Alarm:
                return TakeAlarm(payload, length);
            case LinkKind.GnssBytes:
                long offset = LinkBytes.U32(payload, 0);
                GnssGaps += nextGnss >= 0 && offset != nextGnss ? 1 : 0;
                nextGnss = offset + length - GnssBytesMessage.HeadBytes;
                GnssBytes += length - GnssBytesMessage.HeadBytes;
                return true;
            case LinkKind.Oscillator:
                return Oscillator.Read(payload, length);
            case LinkKind.Health:
                return Health.Read(payload, length);
            case LinkKind.UpdateStatus:
                return Update.Read(payload, length);
            case LinkKind.Rtc:
                return Clock.Read(payload, length);
            case LinkKind.Hello:
                nextGnss = -1;
                return Hello.Read(payload, length);
            case LinkKind.PowerNotice:
                PowerNotices++;
                return true;
            default:
                return true;
        }
    }

    private bool TakeAlarm(byte[] payload, int length)
    {
        if (alarm.Read(payload, length))
        {
            int[] counts = alarm.Raised == 1 ? Raised : Cleared;
            counts[alarm.Kind]++;
            LastAlarmNumber = alarm.Number > LastAlarmNumber ? alarm.Number : LastAlarmNumber;
            if (Records)
            {
                LinkBytes.Put32(message, 0, alarm.Number);
                link.Send(LinkKind.AlarmRecorded, message, 4);
            }
        }

        return true;
    }

    private void Lines()
    {
        if (!board.ReadPin(BoardPins.HostTamper) && KeysEvictedAtMs < 0 && board.ReadPin(BoardPins.HostPower))
        {
            KeysEvictedAtMs = board.ChangedAtMs[BoardPins.HostTamper];
        }

        if (!board.ReadPin(BoardPins.HostPowerFail) && BatchClosedAtMs < 0)
        {
            BatchClosedAtMs = board.ChangedAtMs[BoardPins.HostPowerFail];
        }
    }

    private void ComeUp()
    {
        IsUp = true;
        Boot++;
        session++;
        link = new LinkPort(LinkRole.Host, session, this);
        nextGnss = -1;
        HelloMessage hello = new HelloMessage();
        hello.ProtocolMin = 1;
        hello.ProtocolMax = 1;
        hello.Role = LinkRole.Host;
        link.Send(LinkKind.Hello, message, hello.Write(message));
        if (Arms)
        {
            WatchdogMessage watchdog = new WatchdogMessage();
            watchdog.Arm = 1;
            watchdog.TimeoutSeconds = 30;
            link.Send(LinkKind.Watchdog, message, watchdog.Write(message));
        }
    }

    private void Talk()
    {
        int count = board.ToHost.Take(line, line.Length);
        while (count > 0)
        {
            link.Receive(line, count);
            count = board.ToHost.Take(line, line.Length);
        }

        if (!Lives)
        {
            return;
        }

        if (board.WorldMs % 1000 < 10)
        {
            LinkBytes.Put32(message, 0, board.WorldMs / 1000);
            LinkBytes.Put32(message, 4, 1);
            link.Send(LinkKind.Heartbeat, message, HeartbeatMessage.Bytes);
        }

        // 115,200 bit/s are 115 bytes in ten milliseconds.
        count = link.Collect(line, 115, board.WorldMs);
        board.FromHost.Put(line, count);
        if (Babbles)
        {
            for (int i = 0; i < 100; i++)
            {
                line[i] = (byte)((i * 37) + (int)(board.WorldMs / 10 * 11));
            }

            board.FromHost.Put(line, 100);
        }
    }
}
