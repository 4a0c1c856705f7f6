using System.Globalization;

namespace Appliance.Tests.Hardware;

/// <summary>The box in one picture: what keeps time, watches and records, and where its current is from.</summary>
internal static class BlockDiagram
{
    private const int Width = 1284;
    private const int Height = 880;

    // What is drawn for these must be what the board says; where it says something else, draw that.
    private static readonly Dictionary<string, string[]> Pulses = new(StringComparer.Ordinal)
    {
        ["PPS_GNSS"] = ["supervisor", "divider", "host"],
        ["OSC_10MHZ"] = ["divider"],
        ["PPS_OSC"] = ["supervisor", "receiver", "host"],
    };

    private static readonly string[] OnBus =
        ["supervisor", "dac", "rtc", "supply-watch", "thermometer", "fan-control", "display", "memory"];

    public static string Draw(BoardFile board)
    {
        Hold(board);
        Drawing drawing = new(Width, Height, "Block diagram of the appliance");
        drawing.Text("head", 24, 34, "start", "The box, block by block");
        Legend(drawing);
        drawing.Frame("soft", 24, 104, 392, 500, "Time");
        drawing.Frame("soft", 480, 104, 380, 500, "Watch");
        drawing.Frame("soft", 940, 104, 320, 500, "Record");
        drawing.Frame("soft", 24, 628, 1236, 228, "Supply");
        Time(drawing, board);
        Watch(drawing, board);
        Host(drawing, board);
        HostSide(drawing, board);
        PulseNets(drawing);
        Power(drawing, board);
        Bus(drawing);
        return drawing.ToString();
    }

    private static void Hold(BoardFile board)
    {
        Bus bus = board.Buses.Single(each => each.Name == "board");
        if (board.Pulses.Any(pulse => !pulse.To.SequenceEqual(Pulses.GetValueOrDefault(pulse.Net, [])))
            || !bus.Between.SequenceEqual(OnBus))
        {
            throw new InvalidOperationException("pulses or bus of the board are not those of the picture: draw them");
        }
    }

    private static void Legend(Drawing drawing)
    {
        (string Style, string Words)[] kinds =
            [("line", "data"), ("pulse", "pulse, frequency"), ("alarm", "alarm"), ("power", "supply"), ("wire", "bus")];
        int x = 640;
        foreach ((string style, string words) in kinds)
        {
            drawing.Path(style, string.Create(CultureInfo.InvariantCulture, $"M{x},30 H{x + 40}"));
            drawing.Text("small", x + 48, 34, "start", words);
            x += 76 + (words.Length * 7);
        }
    }

    private static void Time(Drawing drawing, BoardFile board)
    {
        drawing.Box("box", 44, 144, 160, 56, "Antenna", board.PartOf("antenna").Number);
        drawing.Box("box", 236, 144, 160, 56, "GNSS receiver", board.PartOf("receiver").Number);
        drawing.Path("line", "M204,172 H234");
        drawing.Box("box", 44, 256, 160, 56, "Oscillator, 10 MHz", board.PartOf("oscillator").Number);
        drawing.Box("box", 236, 256, 160, 56, "Divider to 1 s", board.PartOf("divider").Number);
        drawing.Path("pulse", "M204,284 H234");
        drawing.Path("pulse", "M272,256 V202");
        drawing.Label(272, 233, "PPS_OSC");
        drawing.Path("pulse", "M360,200 V254");
        drawing.Label(360, 233, "PPS_GNSS");
        drawing.Box("box", 44, 368, 160, 56, "Converter, 16 bit", board.PartOf("dac").Number);
        drawing.Box("box", 236, 368, 160, 56, "Thermometer", board.PartOf("thermometer").Number);
        drawing.Path("line", "M124,368 V314");
        drawing.Label(124, 346, "steers");
        drawing.Text("small", 44, 552, "start", "The receiver stamps PPS_OSC at EXTINT; the supervisor");
        drawing.Text("small", 44, 570, "start", "steers the oscillator until both seconds agree.");
    }

    private static void Watch(Drawing drawing, BoardFile board)
    {
        drawing.Box("seal", 500, 144, 340, 196, "Supervisor", board.PartOf("supervisor").Number, "own signed update");
        drawing.Path("both", "M398,160 H498");
        drawing.Text("small", 440, 154, "start", "UART");
        drawing.Path("line", "M500,268 H398");
        drawing.Text("small", 444, 262, "start", "arm");
        drawing.Box("box", 490, 400, 112, 56, "Watchdog", board.ShortNumber("watchdog"));
        drawing.Path("line", "M522,340 V398");
        drawing.Text("small", 516, 374, "end", "edge");
        drawing.Path("alarm", "M570,400 V342");
        drawing.Text("small", 564, 374, "end", "EN");
        string places = string.Create(CultureInfo.InvariantCulture, $"{board.Tamper.Loop.Length} places");
        drawing.Box("box", 630, 400, 96, 56, "Lid, loop", places);
        drawing.Path("alarm", "M678,400 V342");
        drawing.Text("small", 686, 374, "start", "tamper");
        drawing.Box("box", 738, 400, 112, 56, "Front panel", "display, LEDs");
        drawing.Path("both", "M794,342 V398");
        drawing.Text("small", 802, 374, "start", "LEDs,");
        drawing.Text("small", 802, 389, "start", "button");
        drawing.Box("box", 490, 516, 112, 56, "Clock", board.ShortNumber("rtc"));
        drawing.Box("box", 614, 516, 112, 56, "Memory", "two images");
        drawing.Box("box", 738, 516, 112, 56, "Fans", board.ShortNumber("fan-control"));
    }

    // One line with a tap to each device; the display is in the panel, the supply's watch below.
    private static void Bus(Drawing drawing)
    {
        const int bus = 486;
        drawing.Path("wire", string.Create(CultureInfo.InvariantCulture, $"M124,{bus} H794"));
        drawing.Label(220, bus + 4, "I2C");
        (int X, int From, int To)[] taps =
        [
            (124, 424, bus), (316, 424, bus), (456, bus, 670), (546, bus, 516), (616, 340, bus), (670, bus, 516),
            (794, 456, 516),
        ];
        foreach ((int x, int from, int to) in taps)
        {
            drawing.Path("wire", string.Create(CultureInfo.InvariantCulture, $"M{x},{from} V{to}"));
            drawing.Dot("wire", x, bus);
        }
    }

    private static void Host(Drawing drawing, BoardFile board)
    {
        drawing.Box("box", 960, 144, 280, 196, "Host", board.PartOf("host").Number, "Linux, read-only, two slots");
        drawing.Box("box", 960, 388, 130, 52, "Inside leg", "10 GbE, mirror");
        drawing.Box("box", 1110, 388, 130, 52, "Outside leg", "10 GbE, mirror");
        drawing.Path("line", "M1025,388 V342");
        drawing.Path("line", "M1175,388 V342");
        drawing.Box("seal", 960, 456, 130, 52, "TPM", board.PartOf("tpm").Number);
        drawing.Box("seal", 1110, 456, 130, 52, "Flash", "sealed records");
        drawing.Box("box", 960, 524, 130, 52, "Clock", board.PartOf("rtc-host").Number);
        drawing.Box("box", 1110, 524, 130, 52, "Uplink", "management port");
        foreach ((int side, int edge) in ((int, int)[])[(950, 960), (1250, 1240)])
        {
            drawing.Path("wire", string.Create(CultureInfo.InvariantCulture, $"M{edge},330 H{side} V550 H{edge}"));
            drawing.Path("wire", string.Create(CultureInfo.InvariantCulture, $"M{side},482 H{edge}"));
        }

        drawing.Text("small", 1100, 595, "middle", "the mirror ports listen and never send");
    }

    private static void HostSide(Drawing drawing, BoardFile board)
    {
        (string Style, string Words)[] lines =
            [("both", "UART"), ("alarm", "tamper"), ("alarm", "power fail"), ("line", "power"), ("line", "reset")];
        for (int i = 0; i < lines.Length; i++)
        {
            int y = 166 + (34 * i);
            int from = lines[i].Style == "both" ? 842 : 840;
            drawing.Path(lines[i].Style, string.Create(CultureInfo.InvariantCulture, $"M{from},{y} H958"));
            drawing.Text("small", 900, y - 6, "middle", lines[i].Words);
        }
    }

    // Each net leaves its one source, and a dot stands where it parts; above the frames they run to the host.
    private static void PulseNets(Drawing drawing)
    {
        drawing.Path("pulse", "M396,188 H498");
        drawing.Path("pulse", "M420,188 V66 H1160 V142");
        drawing.Dot("pulse", 420, 188);
        drawing.Text("small", 670, 61, "middle", "PPS_GNSS");
        drawing.Path("pulse", "M396,296 H498");
        drawing.Path("pulse", "M434,296 V88 H1060 V142");
        drawing.Dot("pulse", 434, 296);
        drawing.Text("small", 670, 83, "middle", "PPS_OSC");
    }

    private static void Power(Drawing drawing, BoardFile board)
    {
        PowerBudget budget = new(board);
        drawing.Box("box", 44, 670, 150, 62, "Input 12 V", Watt(budget.SupplyWatt) + " supply");
        drawing.Box("box", 300, 670, 174, 62, "Watch", board.PartOf("supply-watch").Number);
        drawing.Box("seal", 300, 770, 174, 62, "Hold-up", HoldUp(board, budget));
        drawing.Path("power", "M194,701 H298");
        drawing.Path("power", "M474,801 H490 V724 H514");
        drawing.Path("alarm", "M440,670 V324 H498");
        drawing.Text("small", 434, 652, "end", "power fail");
        Rails(drawing, board, budget);
    }
    // Each rail right of the one that feeds it; the branches of one stand below each other.
    private static void Rails(Drawing drawing, BoardFile board, PowerBudget budget)
    {
        Dictionary<string, (int X, int Y)> places = [];
        Dictionary<int, int> rows = [];
        foreach (Rail rail in board.Rails)
        {
            (int fromX, int fromY) = rail.From == "input"
                ? (474, 701)
                : (places[rail.From].X + 186, places[rail.From].Y + 36);
            int x = rail.From == "input" ? 516 : places[rail.From].X + 208;
            int y = 665 + (96 * rows.GetValueOrDefault(x));
            rows[x] = rows.GetValueOrDefault(x) + 1;
            places.Add(rail.Name, (x, y));
            string load = string.Create(
                CultureInfo.InvariantCulture,
                $"{budget.MilliampMost(rail.Name) / 1000:F1} of {rail.LimitMilliamp / 1000.0:F1} A");
            string name = string.Create(CultureInfo.InvariantCulture, $"{rail.Name}, {rail.Volt:F1} V");
            drawing.Box(rail.Held ? "box" : "soft", x, y, 186, 72, name, load, Fed(board, rail));
            drawing.Path("power", $"M{fromX},{fromY} H{x - 12} V{y + 36} H{x - 2}");
        }
    }

    private static string HoldUp(BoardFile board, PowerBudget budget) => string.Create(
        CultureInfo.InvariantCulture,
        $"{board.HoldUp.Cells} x {board.HoldUp.CellFarad:F0} F, {budget.HoldUpSecondsMost:F0} s at full load");

    private static string Fed(BoardFile board, Rail rail)
    {
        string[] ids =
        [
            .. board.Parts.Where(part => part.Rail == rail.Name && part.MilliampMax > 4).Select(part => part.Id),
        ];
        string named = string.Join(", ", ids.Take(2));
        string most = ids.Length > 2 ? $"{named}, ..." : named;
        return rail.Held ? most : $"{most} (not held)";
    }

    private static string Watt(double watt) => string.Create(CultureInfo.InvariantCulture, $"{watt:F0} W");
}
