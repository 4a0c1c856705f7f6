using Appliance.Supervisor.Board;
using Appliance.Supervisor.Clock;
using Appliance.Supervisor.Link;
using Appliance.Supervisor.Panel;
using Appliance.Supervisor.Update;
using Appliance.Supervisor.Watch;

namespace Appliance.Supervisor;

/// <summary>
/// The whole firmware but for the chip itself: wires the parts and runs them, a turn every ten milliseconds. What must
/// be fast comes first in a turn: tamper, failing power, the host's watchdog. Nothing waits for anything.
/// </summary>
internal sealed class SupervisorLoop
{
    private readonly IBoard board;
    private readonly MessageRoom room = new MessageRoom();
    private readonly I2cBus bus;
    private readonly Rtc rtc;
    private readonly byte[] line = new byte[256];
    private readonly byte[] output = new byte[256];
    private readonly byte[] rest = new byte[256];
    private readonly Reports reports;
    private int lineAt;
    private int lineCount;
    private long nextSecondMs;
    private bool watchdogLevel;

    /// <summary>
    /// Wires the parts. The slot is what the loader chose, <see cref="SlotBook.Factory"/> without one.
    /// </summary>
    public SupervisorLoop(IBoard board, int resetCause, int runningSlot)
    {
        this.board = board;
        bus = new I2cBus(board);
        Memory memory = new Memory(board);
        Counters = new Counters(memory);
        Link = new LinkPort(LinkRole.Supervisor, (int)(Counters.Starts & 0xFFFF), room);
        rtc = new Rtc(bus);
        Gnss = new GnssLine(board, Link);
        Time = new WallClock(board, Gnss, rtc);
        Alarms = new Alarms(board, Link, Time, memory);
        Tamper = new Tamper(board, Alarms, memory);
        Sensors = new Sensors(bus, Alarms);
        Power = new PowerWatch(board, Alarms, Sensors);
        Host = new HostWatch(board, Link, Alarms, Time, Power, Counters);
        Oscillator = new Oscillator(board, bus, Gnss, memory);
        Panel = new FrontPanel(board, bus);
        SlotBook book = new SlotBook(memory);
        Key = new UpdateKey(memory);
        Update = new UpdateTask(board, Link, memory, book, Key, runningSlot);
        reports = new Reports(this, board, bus, rtc, resetCause);
        room.Loop = this;
        rtc.Read();
        Time.RtcWasRead();
        Alarms.Set(AlarmKind.MemoryFault, !Counters.IsKept, 0, Places.Counters);
        if (book.HasFailed)
        {
            Alarms.Set(AlarmKind.UpdateFailed, true, 0, UpdateReason.NotConfirmed);
            book.ForgetFailure();
        }

        reports.Hello();
        nextSecondMs = board.NowMs;
    }

    public Counters Counters { get; }

    public LinkPort Link { get; }

    public GnssLine Gnss { get; }

    public WallClock Time { get; }

    public Alarms Alarms { get; }

    public Tamper Tamper { get; }

    public Sensors Sensors { get; }

    public PowerWatch Power { get; }

    public HostWatch Host { get; }

    public Oscillator Oscillator { get; }

    public FrontPanel Panel { get; }

    public UpdateKey Key { get; }

    public UpdateTask Update { get; }

    /// <summary>A turn.</summary>
    public void Poll()
    {
        Tamper.Poll();
        Power.Poll();
        Host.Poll();
        FromHost();
        Gnss.Poll();
        Update.Poll();
        Alarms.Poll();
        Panel.Poll();
        if (Panel.WasPressed)
        {
            Panel.WasPressed = false;
            Host.Button();
        }

        if (board.NowMs >= nextSecondMs)
        {
            // After a long wait the seconds that were missed are not made up for.
            nextSecondMs = board.NowMs - nextSecondMs > 2000 ? board.NowMs + 1000 : nextSecondMs + 1000;
            Second();
        }

        ToHost();
    }

    /// <summary>
    /// Sets the battery-backed clock and reads it back; true where it is set, or must not be by this.
    /// </summary>
    public bool SetTime(SetTimeMessage message)
    {
        if (message.AccuracyMs > 1000)
        {
            return true;
        }

        bool done = rtc.Set(message.UnixSeconds) && rtc.Read();
        Time.RtcWasRead();
        return done || message.UnixSeconds < 946684800;
    }

    /// <summary>Answers what the host asked for.</summary>
    public void Answer(int what) => reports.Answer(what);

    private void Second()
    {
        bool rtcAnswers = rtc.Read();
        Time.RtcWasRead();
        Sensors.Second(rtc, rtcAnswers);
        Oscillator.Second();
        Sensors.Present(4, Oscillator.DacAnswers);
        Sensors.Present(5, Panel.Display.Answers);
        Alarms.Set(AlarmKind.ReceiverSilent, Gnss.IsSilent, 0, 0);
        Alarms.Set(AlarmKind.ReceiverNotSetUp, Gnss.SetUp.State == ReceiverSetUp.Failed, 0, Gnss.SetUp.Step);
        Alarms.Set(AlarmKind.NotSteerable, Oscillator.IsNotSteerable, 0, Oscillator.Dac);
        reports.Second();
        Panel.Second();

        // Last: a second that does not come to its end is no sign of life.
        watchdogLevel = !watchdogLevel;
        board.WritePin(BoardPins.ChipWatchdog, watchdogLevel);
    }

    private void FromHost()
    {
        // A few pieces a turn: a host that babbles cannot hold the loop.
        for (int i = 0; i < 4; i++)
        {
            int count = board.ReadUart(BoardPins.HostUart, line, line.Length);
            if (count <= 0)
            {
                return;
            }

            Link.Receive(line, count);
        }
    }

    private void ToHost()
    {
        if (lineAt == lineCount)
        {
            lineAt = 0;
            lineCount = Link.Collect(output, output.Length, board.NowMs);
        }

        if (lineCount > lineAt)
        {
            LinkBytes.Copy(output, lineAt, rest, 0, lineCount - lineAt);
            lineAt += board.WriteUart(BoardPins.HostUart, rest, lineCount - lineAt);
        }
    }
}
