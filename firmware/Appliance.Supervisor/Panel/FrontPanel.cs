using Appliance.Supervisor.Board;
using Appliance.Supervisor.Clock;
using Appliance.Supervisor.Link;

namespace Appliance.Supervisor.Panel;

/// <summary>
/// What a person in a dark room sees. Page 0 is one large word, the worst thing first, and two lines; then the board,
/// the clock, and up to four pages of the host. The button turns the page, five seconds light every dot; after a
/// minute it is page 0 again, after ten the display goes dark unless something is wrong, because such displays burn
/// in. LEDs: green on: host alive, blinking: starting or silent; blue on: locked, blinking: holdover; red: an alarm.
/// </summary>
internal sealed class FrontPanel
{
    private const int OwnPages = 3;
    private const int BackMs = 60000;
    private const int DarkMs = 600000;
    private const int TestMs = 5000;

    private static readonly string[] AlarmWords = new string[]
    {
        "", "LID OPEN", "CASE LOOP CUT", "OPENED UNPOWERED", "POWER FAILING", "SUPPLY LOW", "SUPPLY HIGH", "TOO HOT",
        "TOO COLD", "FAN STALLED", "RECEIVER SILENT", "RECEIVER SETUP", "OSC NOT STEERED", "HOST HUNG", "BOOT LOOP",
        "PART MISSING", "RTC STOPPED", "UPDATE FAILED", "MEMORY FAULT",
    };

    private readonly IBoard board;
    private readonly bool[] hasText = new bool[LinkLimits.PanelPages];
    private readonly string[] texts = new string[LinkLimits.PanelPages * LinkLimits.PanelLines];
    private readonly int[] date = new int[3];
    private bool wasPressed;
    private bool before;
    private bool isTest;
    private long pressedAtMs;
    private long lastPressMs;

    public FrontPanel(IBoard board, I2cBus bus)
    {
        this.board = board;
        Display = new Display(bus);
    }

    public Display Display { get; }

    public PanelFacts Facts { get; } = new PanelFacts();

    public int Page { get; private set; }

    public bool IsDark { get; private set; }

    /// <summary>A short press, once; the loop clears it.</summary>
    public bool WasPressed { get; set; }

    /// <summary>Text of the host.</summary>
    public void Take(PanelTextMessage message)
    {
        hasText[message.Page] = true;
        for (int i = 0; i < LinkLimits.PanelLines; i++)
        {
            texts[(message.Page * LinkLimits.PanelLines) + i] = message.Lines[i];
        }
    }

    /// <summary>Every turn: the button and the next band.</summary>
    public void Poll()
    {
        bool reads = !board.ReadPin(BoardPins.Button);
        bool pressed = reads && before;
        before = reads;
        if (pressed && !wasPressed)
        {
            pressedAtMs = board.NowMs;
        }

        if (pressed && board.NowMs - pressedAtMs >= TestMs && !isTest)
        {
            isTest = true;
            Draw();
        }

        if (!pressed && wasPressed)
        {
            Released();
        }

        wasPressed = pressed;
        Display.Poll();
    }

    /// <summary>Once a second.</summary>
    public void Second()
    {
        long idle = board.NowMs - lastPressMs;
        if (idle >= BackMs)
        {
            Page = 0;
        }

        IsDark = idle >= DarkMs && Facts.ActiveAlarms == 0;
        bool even = (board.NowMs / 1000) % 2 == 0;
        int host = Facts.HostState;
        bool alive = host == HostState.Watched || host == HostState.Unwatched;
        bool waits = host == HostState.Starting || host == HostState.Silent;
        board.WritePin(BoardPins.LedPower, alive || (waits && even));
        bool holds = Facts.OscillatorState == OscillatorState.Holdover;
        board.WritePin(BoardPins.LedClock, Facts.OscillatorState == OscillatorState.Track || (holds && even));
        board.WritePin(BoardPins.LedAlarm, Facts.ActiveAlarms != 0);
        Draw();
    }

    /// <summary>The large word of page 0: what a person must know first.</summary>
    public string Headline()
    {
        if (Facts.TamperLatched != 0)
        {
            return "TAMPER";
        }

        if (Facts.IsPowerFailing)
        {
            return "POWER";
        }

        if (Facts.ActiveAlarms != 0)
        {
            return "ALARM";
        }

        switch (Facts.OscillatorState)
        {
            case OscillatorState.WarmUp:
                return "WARMUP";
            case OscillatorState.Acquire:
                return "ACQUIRE";
            case OscillatorState.Track:
                return "LOCKED";
            default:
                return "HOLD";
        }
    }

    private void Released()
    {
        lastPressMs = board.NowMs;
        if (isTest)
        {
            isTest = false;
        }
        else
        {
            // A press in the dark wakes the display; it turns no page.
            WasPressed = true;
            if (!IsDark)
            {
                Turn();
            }
        }

        IsDark = false;
        Draw();
    }

    private void Turn()
    {
        for (int i = 0; i < OwnPages + LinkLimits.PanelPages; i++)
        {
            Page = (Page + 1) % (OwnPages + LinkLimits.PanelPages);
            if (Page < OwnPages || hasText[Page - OwnPages])
            {
                return;
            }
        }
    }

    private void Draw()
    {
        Display.Clear(isTest);
        if (isTest || IsDark)
        {
            return;
        }

        switch (Page)
        {
            case 0:
                Display.Text(Headline(), 1, 2, 3, 4, 18);
                Line(2, FirstAlarm());
                Line(3, Time());
                break;
            case 1:
                Line(0, "IN " + Tenths(Facts.SupplyMillivolts) + "V " + Facts.SupplyMilliamps.ToString("D") + "MA");
                Line(1, "BOARD " + Tenths(Facts.BoardMilliC) + "C");
                Line(2, "OVEN " + Tenths(Facts.OscillatorMilliC) + "C");
                Line(3, "FAN " + Facts.FanRpm.ToString("D") + " RPM");
                break;
            case 2:
                Line(0, Headline() + " " + Facts.StateSeconds.ToString("D") + " S");
                Line(1, "PHASE " + Facts.PhaseNs.ToString("D") + " NS");
                Line(2, "DAC " + Facts.Dac.ToString("D"));
                Line(3, Facts.IsReceiverSilent ? "RECEIVER SILENT" : "RECEIVER OK");
                break;
            default:
                HostPage((Page - OwnPages) * LinkLimits.PanelLines);
                break;
        }
    }

    private void HostPage(int first)
    {
        for (int i = 0; i < LinkLimits.PanelLines; i++)
        {
            Line(i, texts[first + i]);
        }
    }

    private void Line(int line, string text) => Display.Text(text, 0, (line * 16) + 1, 1, 2, 8);

    private string FirstAlarm()
    {
        for (int kind = 1; kind < AlarmWords.Length; kind++)
        {
            if ((Facts.ActiveAlarms & (1L << kind)) != 0)
            {
                return AlarmWords[kind];
            }
        }

        return Facts.IsUpdating ? "UPDATING" : "NO ALARMS";
    }

    private string Time()
    {
        if (Facts.TimeQuality == 0)
        {
            return "TIME UNKNOWN";
        }

        int second = (int)(Facts.UnixSeconds % 86400);
        Calendar.FromDays(Facts.UnixSeconds / 86400, date);
        return (date[1] < 10 ? "0" : "") + date[1].ToString("D") + "-" + Two(date[2]) + " " + Two(second / 3600) + ":"
            + Two((second / 60) % 60) + (Facts.TimeQuality == 2 ? " UTC" : " RTC");
    }

    private static string Two(int value) => (value < 10 ? "0" : "") + value.ToString("D");

    private static string Tenths(int thousandths)
    {
        int size = thousandths < 0 ? -thousandths : thousandths;
        return (thousandths < 0 ? "-" : "") + (size / 1000).ToString("D") + "." + ((size / 100) % 10).ToString("D");
    }
}
