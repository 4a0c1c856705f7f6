using System.Globalization;
using System.Text;
using Appliance.Supervisor.Board;
using Appliance.Supervisor.Link;
using Appliance.Supervisor.SelfTest;
using Appliance.TestSupport;
using Xunit;

namespace Appliance.Tests.Firmware.Board;

/// <summary>The front panel as the whole firmware drew it on the simulated display: a picture for documents.</summary>
public sealed class PanelPictureTests
{
    private const int Dot = 3;
    private const int Edge = 12;
    private const int Gap = 28;
    private const int Columns = 3;
    private const int Wide = (128 * Dot) + (2 * Edge);
    private const int High = (64 * Dot) + (2 * Edge);
    private const int Foot = 58;

    private static readonly (int Pin, string Name, string Lit)[] Lights =
    [
        (BoardPins.LedPower, "host", "#37d67a"), (BoardPins.LedClock, "clock", "#4aa3ff"),
        (BoardPins.LedAlarm, "alarm", "#ff4d4d"),
    ];

    private readonly StringBuilder picture = new();
    private int shown;

    private static string PicturePath => Path.Combine(Checkout.Root, "hardware", "generated", "panel.svg");

    [Fact]
    public void The_panel_shows_what_the_picture_in_the_documents_shows()
    {
        World world = new();
        world.Start(1);
        world.RunSeconds(60);
        Add(world, "after a minute: the oven warms up");
        Says(world, "RECORDING", "clock locked", "within 6 us", "0 to send");
        world.RunSeconds(400);
        Add(world, "locked; all is well");
        Turn(world);
        Add(world, "first press: the board");
        Turn(world);
        Add(world, "second press: the clock");
        Turn(world);
        Add(world, "third press: what the host says");
        world.Board.Drive(BoardPins.TamperLid, true);
        world.RunSeconds(70);
        Add(world, "the lid was opened");
        string made = Whole();
        string before = File.Exists(PicturePath) ? File.ReadAllText(PicturePath) : "";
        if (before != made)
        {
            File.WriteAllText(PicturePath, made);
        }

        Assert.True(before == made, "panel.svg was not what the firmware draws; it is written anew: commit it.");
    }

    private static void Says(World world, params string[] lines)
    {
        PanelTextMessage text = new() { Page = 0, Lines = lines };
        world.Host.Send(LinkKind.PanelText, text.Write(world.Host.Message));
    }

    private static void Turn(World world)
    {
        world.Board.Drive(BoardPins.Button, false);
        world.Run(100);
        world.Board.Drive(BoardPins.Button, true);
        world.RunSeconds(2);
    }

    private void Add(World world, string caption)
    {
        int left = Gap + (shown % Columns * (Wide + Gap));
        int top = Gap + (shown / Columns * (High + Foot + Gap));
        Line($"<g transform=\"translate({left} {top})\">");
        Line($"<rect width=\"{Wide}\" height=\"{High}\" rx=\"10\" fill=\"#0b1016\"/>");
        Line($"<path d=\"{Dots(world.Board.Display)}\" fill=\"#e8f4ff\"/>");
        for (int i = 0; i < Lights.Length; i++)
        {
            bool lit = world.Board.ReadPin(Lights[i].Pin);
            int x = Edge + (i * 110);
            string fill = lit ? Lights[i].Lit : "#cfd6de";
            Line($"<circle cx=\"{x}\" cy=\"{High + 17}\" r=\"7\" fill=\"{fill}\" stroke=\"#5a6675\"/>");
            string says = $"{Lights[i].Name} {(lit ? "on" : "off")}";
            Line($"<text x=\"{x + 14}\" y=\"{High + 22}\" fill=\"#41566e\">{says}</text>");
        }

        Line($"<text x=\"0\" y=\"{High + 48}\" fill=\"#1b365d\" font-weight=\"bold\">{caption}</text>");
        Line($"</g>");
        shown++;
    }

    private static string Dots(SimulatedDisplay display)
    {
        StringBuilder path = new();
        for (int at = 0; at < 128 * 64; at++)
        {
            if (display.IsLit(at % 128, at / 128))
            {
                int x = Edge + (at % 128 * Dot);
                int y = Edge + (at / 128 * Dot);
                path.Append(CultureInfo.InvariantCulture, $"M{x} {y}h2v2h-2z");
            }
        }

        return path.ToString();
    }

    private string Whole()
    {
        int width = Gap + (Columns * (Wide + Gap));
        int height = Gap + ((shown + Columns - 1) / Columns * (High + Foot + Gap));
        return $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"
              font-family="DejaVu Sans, sans-serif" font-size="16">
            <title>The front panel, as the firmware draws it</title>
            <rect width="{width}" height="{height}" fill="#ffffff"/>
            {picture}</svg>

            """;
    }

    private void Line(FormattableString text) =>
        picture.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
