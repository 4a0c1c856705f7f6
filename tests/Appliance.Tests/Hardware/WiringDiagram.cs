namespace Appliance.Tests.Hardware;

/// <summary>Every pin of the supervisor, its net and what is at the other end; the devices on its bus.</summary>
internal static class WiringDiagram
{
    private const int Row = 30;
    private const int Gap = 22;
    private const int Top = 108;
    private const int ChipLeft = 396;
    private const int ChipRight = 684;
    private const int BoxWidth = 190;
    private const int Width = 1080;
    private static readonly string[] LeftParts =
        ["receiver", "divider", "panel", "tamper-switch", "enclosure", "watchdog"];

    private static readonly string[] RightParts = ["host", "supply-watch", "supervisor"];

    public static string Draw(BoardFile board)
    {
        string[] placed = [.. LeftParts, .. RightParts];
        if (board.Pins.FirstOrDefault(pin => !placed.Contains(pin.Part)) is Pin lost)
        {
            throw new InvalidOperationException($"pin {lost.Name} goes to {lost.Part}, which has no place here");
        }

        BusAddress[] devices = [.. board.Addresses.Where(each => each.Bus == "board")];
        int left = Height(board, LeftParts);
        int right = Height(board, RightParts) + (Row * devices.Length);
        int height = Top + Math.Max(left, right) + 60;
        Drawing drawing = new(Width, height, "Wiring of the supervisor, pin by pin");
        drawing.Text("head", 24, 34, "start", "Wiring of the supervisor");
        drawing.Text("small", 24, 54, "start", "_N: low is active. Arrows show who drives.");
        drawing.Frame("soft", ChipLeft, Top - 34, ChipRight - ChipLeft, Math.Max(left, right) + 44, "");
        drawing.Text("head", (ChipLeft + ChipRight) / 2, Top - 12, "middle", board.PartOf("supervisor").Number);
        Side(drawing, board, LeftParts, isLeft: true);
        int end = Side(drawing, board, RightParts, isLeft: false);
        Devices(drawing, board, devices, end);
        return drawing.ToString();
    }

    private static int Height(BoardFile board, string[] parts) =>
        parts.Sum(part => (Row * Rows(board, part).Length) + Gap);

    // The reset input of the module is no GPIO, and is drawn like one.
    private static Pin[] Rows(BoardFile board, string part)
    {
        ChipReset reset = board.ChipReset;
        Pin pin = new(
            reset.Pin, -1, "in", "low", null, null, reset.From, reset.Net, "up", reset.PullOhm, null, reset.Use);
        return [.. board.Pins.Where(each => each.Part == part), .. part == reset.From ? (Pin[])[pin] : []];
    }

    private static int Side(Drawing drawing, BoardFile board, string[] parts, bool isLeft)
    {
        int y = Top + 10;
        foreach (string part in parts)
        {
            Pin[] pins = Rows(board, part);
            int box = isLeft ? 24 : Width - 24 - BoxWidth;
            int h = (Row * pins.Length) - 6;
            if (part == "supervisor")
            {
                drawing.Box("soft", box, y, BoxWidth, h, "I2C bus", "400 kHz, pull-ups 2.2 kOhm");
            }
            else
            {
                drawing.Box("box", box, y, BoxWidth, h, Head(board, part), Below(board, part, pins.Length));
            }

            foreach (Pin pin in pins)
            {
                PinRow(drawing, pin, y + (Row / 2) - 3, isLeft);
                y += Row;
            }

            y += Gap;
        }

        return y;
    }

    private static void PinRow(Drawing drawing, Pin pin, int y, bool isLeft)
    {
        int chip = isLeft ? ChipLeft : ChipRight;
        int far = isLeft ? 24 + BoxWidth : Width - 24 - BoxWidth;
        (int from, int to) = pin.Direction == "in" ? (far, chip) : (chip, far);
        drawing.Path(pin.Direction == "both" ? "both" : Style(pin), $"M{from},{y} H{to}");
        drawing.Label((chip + far) / 2, y + 4, pin.Net);
        int inside = isLeft ? chip + 10 : chip - 10;
        drawing.Text("pin", inside, y + 4, isLeft ? "start" : "end",
            (pin.Gpio < 0, isLeft) switch
            {
                (true, _) => $"   {pin.Name}",
                (_, true) => $"{pin.Gpio,2} {pin.Name}",
                _ => $"{pin.Name} {pin.Gpio,2}",
            });
    }

    private static string Style(Pin pin) =>
        pin.Net.StartsWith("PPS", StringComparison.Ordinal) ? "pulse"
        : pin.Net.Contains("TAMPER") || pin.Net.Contains("FAIL") || pin.Gpio < 0 ? "alarm"
        : "line";

    private static void Devices(Drawing drawing, BoardFile board, BusAddress[] devices, int y)
    {
        int x = Width - 24 - BoxWidth;
        int spine = x - 24;
        drawing.Path("wire", $"M{x + 20},{y - Gap - 6} V{y - 12} H{spine} V{y + (Row * (devices.Length - 1)) + 12}");
        for (int i = 0; i < devices.Length; i++)
        {
            int top = y + (Row * i);
            drawing.Path("wire", $"M{spine},{top + 12} H{x}");
            string number = board.ShortNumber(devices[i].Part);
            drawing.Box("box", x, top, BoxWidth, Row - 6, $"{devices[i].Address}  {number}");
        }
    }

    private static string Head(BoardFile board, string part) => part switch
    {
        "panel" => "Front panel",
        "tamper-switch" => "Lid switch",
        "enclosure" => "Tamper loop",
        "host" => "Host",
        "supply-watch" => $"Supply {board.ShortNumber(part)}",
        "receiver" => $"GNSS {board.PartOf(part).Number}",
        "watchdog" => $"Watchdog {board.ShortNumber(part)}",
        "divider" => "Divider",
        _ => throw new InvalidOperationException($"{part} has no name here"),
    };

    private static string[] Below(BoardFile board, string part, int pins) => (part, pins) switch
    {
        (_, 1) => [],
        ("watchdog", _) => ["no edge: it resets the chip"],
        ("panel", _) => ["three LEDs, a button"],
        ("host", _) => [board.PartOf(part).Number, "UART, lines, power"],
        ("receiver", _) => ["time pulse, EXTINT"],
        _ => [board.PartOf(part).Number],
    };
}
