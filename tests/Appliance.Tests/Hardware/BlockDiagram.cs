using System.Globalization;

namespace Appliance.Tests.Hardware;

/// <summary>The box in one picture: what keeps time, watches and records, and where its current is from.</summary>
internal static class BlockDiagram
{
    private const int Width = 1100;
    private const int Height = 760;

    public static string Draw(BoardFile board)
    {
        Drawing drawing = new(Width, Height, "Block diagram of the appliance");
        drawing.Text("head", 24, 34, "start", "The box, block by block");
        Legend(drawing);
        Time(drawing, board);
        Watch(drawing, board);
        Host(drawing, board);
        Power(drawing, board);
        return drawing.ToString();
    }

    private static void Legend(Drawing drawing)
    {
        drawing.Path("line", "M560,30 H600");
        drawing.Text("small", 608, 34, "start", "data");
        drawing.Path("pulse", "M660,30 H700");
        drawing.Text("small", 708, 34, "start", "pulse, frequency");
        drawing.Path("alarm", "M820,30 H860");
        drawing.Text("small", 868, 34, "start", "alarm");
        drawing.Path("power", "M930,30 H970");
        drawing.Text("small", 978, 34, "start", "supply");
    }

    private static void Time(Drawing drawing, BoardFile board)
    {
        drawing.Frame("soft", 24, 56, 400, 330, "Time");
        drawing.Box("box", 44, 92, 160, 56, "Antenna", board.PartOf("antenna").Number);
        drawing.Box("box", 244, 92, 160, 56, "GNSS receiver", board.PartOf("receiver").Number);
        drawing.Path("line", "M204,120 H242");
        drawing.Box("box", 44, 208, 160, 56, "Oscillator, 10 MHz", board.PartOf("oscillator").Number);
        drawing.Box("box", 244, 208, 160, 56, "Divider to 1 s", board.PartOf("divider").Number);
        drawing.Path("pulse", "M204,236 H242");
        drawing.Path("pulse", "M300,208 V150");
        drawing.Label(300, 184, "EXTINT");
        drawing.Path("pulse", "M364,148 V206");
        drawing.Label(364, 184, "arm");
        drawing.Box("box", 44, 310, 160, 56, "Converter, 16 bit", board.PartOf("dac").Number);
        drawing.Box("box", 244, 310, 160, 56, "Thermometer", board.PartOf("thermometer").Number);
        drawing.Path("line", "M124,310 V266");
        drawing.Label(124, 292, "steers");
    }

    private static void Watch(Drawing drawing, BoardFile board)
    {
        drawing.Frame("soft", 464, 56, 220, 330, "Watch");
        drawing.Box("seal", 484, 92, 180, 76, "Supervisor", board.PartOf("supervisor").Number, "own signed update");
        drawing.Box("box", 484, 196, 180, 46, "Front panel", "display, LEDs, button");
        drawing.Box("box", 484, 258, 180, 46, "Lid switch, loop", $"{board.Tamper.Loop.Length} places");
        drawing.Box("box", 484, 320, 180, 46, "Clock, fans", board.PartOf("rtc").Number);
        drawing.Path("both", "M406,120 H482");
        drawing.Label(444, 112, "UART");
        drawing.Path("pulse", "M404,230 H436 V150 H482");
        drawing.Path("both", "M206,338 H222 V398 H474 V158 H482");
        drawing.Label(340, 402, "I2C");
        drawing.Path("line", "M574,168 V194");
        drawing.Path("alarm", "M664,281 H676 V158 H666");
    }

    private static void Host(Drawing drawing, BoardFile board)
    {
        drawing.Frame("soft", 764, 56, 312, 430, "Record");
        drawing.Box("box", 784, 92, 272, 76, "Host", board.PartOf("host").Number, "Linux, read-only, two slots");
        drawing.Box("box", 784, 200, 128, 56, "Inside leg", "10 GbE, mirror");
        drawing.Box("box", 928, 200, 128, 56, "Outside leg", "10 GbE, mirror");
        drawing.Path("line", "M848,200 V170");
        drawing.Path("line", "M992,200 V170");
        drawing.Box("seal", 784, 290, 128, 56, "TPM", board.PartOf("tpm").Number);
        drawing.Box("seal", 928, 290, 128, 56, "Flash", "sealed records");
        drawing.Box("box", 784, 378, 128, 56, "Clock", board.PartOf("rtc-host").Number);
        drawing.Box("box", 928, 378, 128, 56, "Uplink", "management port");
        foreach (int side in (int[])[774, 1066])
        {
            int edge = side < 900 ? 784 : 1056;
            drawing.Path("wire", $"M{edge},142 H{side} V406 H{edge}");
            drawing.Path("wire", $"M{side},318 H{edge}");
        }

        drawing.Text("small", 920, 464, "middle", "the mirror ports listen and never send");
        drawing.Path("both", "M666,110 H782");
        drawing.Text("small", 724, 102, "middle", "UART");
        drawing.Path("alarm", "M666,130 H782");
        drawing.Label(724, 134, "tamper");
        drawing.Path("power", "M666,148 H782");
        drawing.Label(724, 152, "power");
        drawing.Path("pulse", "M324,148 V166 H444 V420 H740 V160 H782");
        drawing.Text("small", 592, 438, "middle", "PPS_GNSS and PPS_OSC to the host's pulse inputs");
    }

    private static void Power(Drawing drawing, BoardFile board)
    {
        PowerBudget budget = new(board);
        drawing.Frame("soft", 24, 510, 1052, 226, "Supply");
        drawing.Box("box", 44, 552, 150, 62, "Input 12 V", Watt(budget.SupplyWatt) + " supply");
        drawing.Box("box", 254, 552, 170, 62, "Watch", board.PartOf("supply-watch").Number, "power-fail line");
        drawing.Box("seal", 254, 648, 170, 62, "Hold-up", HoldUp(board, budget));
        drawing.Path("power", "M194,583 H252");
        drawing.Path("power", "M339,648 V616");
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
                ? (424, 583)
                : (places[rail.From].X + 186, places[rail.From].Y + 36);
            int x = rail.From == "input" ? 466 : places[rail.From].X + 208;
            int y = 547 + (96 * rows.GetValueOrDefault(x));
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
