using System.Globalization;
using System.Text;

namespace Appliance.Tests.Hardware;

/// <summary>Bill of materials, pins and the power and heat budget as tables, from the board's file.</summary>
internal static class PartTables
{
    public const string Made = "Made from [board.json](../board.json) by `GeneratedFilesTests`; change that file.\n";
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    public static string Bill(BoardFile board)
    {
        StringBuilder text = new();
        text.Append(Invariant, $"# Bill of materials\n\n{Made}As of {board.AsOf}. Prices change weekly and are not stated. ");
        text.Append("A part's suffix for packing may differ; check the\ndata sheet's ordering table before buying.\n\n");
        text.Append("| part | maker and number | where it was read | alternatives |\n|---|---|---|---|\n");
        foreach (Part part in board.Parts)
        {
            string note = part.Note is null ? "" : $"<br>{part.Note}";
            string others = string.Join("<br>", part.Alternatives.Select(Other));
            text.Append(Invariant, $"| {part.What} | {part.Maker} {part.Number}{note} | [source]({part.Source}) ");
            text.Append(Invariant, $"| {(others.Length == 0 ? "none named" : others)} |\n");
        }

        return text.ToString();
    }

    public static string Pins(BoardFile board)
    {
        StringBuilder text = new();
        text.Append(Invariant, $"# Pins, buses and addresses\n\n{Made}![Wiring](wiring.svg)\n\n");
        text.Append("| pin | GPIO | direction | active | net | use |\n|---|---|---|---|---|---|\n");
        foreach (Pin pin in board.Pins)
        {
            text.Append(Invariant, $"| {pin.Name} | {pin.Gpio} | {pin.Direction} | {pin.Active ?? "-"} | {pin.Net} ");
            text.Append(Invariant, $"| {pin.Use} |\n");
        }

        text.Append(Invariant, $"\nNot used: {string.Join(", ", board.ReservedGpio.Gpio)} ({board.ReservedGpio.Reason}).\n");
        text.Append("\n| address | bus | part |\n|---|---|---|\n");
        foreach (BusAddress each in board.Addresses)
        {
            text.Append(Invariant, $"| {each.Address} | {each.Bus} | {board.PartOf(each.Part).Number} |\n");
        }

        text.Append("\n| pulse | from | to | board delay | use |\n|---|---|---|---|---|\n");
        foreach (Pulse pulse in board.Pulses)
        {
            text.Append(Invariant, $"| {pulse.Net} | {pulse.From} {pulse.Pin} | {string.Join(", ", pulse.To)} ");
            text.Append(Invariant, $"| {pulse.DelayNs} ns | {pulse.Use} |\n");
        }

        text.Append(Invariant, $"\nTamper loop: {string.Join(", ", board.Tamper.Loop)}. {board.Tamper.Note}\n");
        return text.ToString();
    }

    public static string Power(BoardFile board)
    {
        PowerBudget budget = new(board);
        StringBuilder text = new();
        text.Append(Invariant, $"# Power and heat\n\n{Made}A figure whose basis is *estimate* is to be measured on the ");
        text.Append("first box.\n\n| part | rail | typical | most | basis |\n|---|---|---|---|---|\n");
        foreach (Part part in board.Parts.Where(part => part.MilliampMax > 0))
        {
            text.Append(Invariant, $"| {part.What} | {part.Rail} | {part.MilliampTypical} mA | {part.MilliampMax} mA ");
            text.Append(Invariant, $"| {part.Basis} |\n");
        }

        text.Append("\n| rail | from | load, most | limit | share |\n|---|---|---|---|---|\n");
        foreach (Rail rail in board.Rails)
        {
            double load = budget.MilliampMost(rail.Name);
            text.Append(Invariant, $"| {rail.Name}, {rail.Volt:F1} V | {rail.From} | {load:F0} mA | {rail.LimitMilliamp} mA ");
            text.Append(Invariant, $"| {100 * load / rail.LimitMilliamp:F0} % |\n");
        }

        text.Append(Invariant, $"""

            From the supply: {budget.InputWattTypical:F0} W typical, {budget.InputWattMost:F0} W at most; choose one of at least
            {budget.SupplyWatt:F0} W.

            **Hold-up.** {board.HoldUp.Strings} strings of {board.HoldUp.Series} cells of {board.HoldUp.CellFarad:F0} F from {board.HoldUp.CellVoltStart:F1} V to {board.HoldUp.CellVoltEnd:F1} V each, converter
            {100 * board.HoldUp.Efficiency:F0} %, resistance counted: {budget.HoldUpJoule:F0} J, {budget.HoldUpSecondsTypical:F0} s at the typical and {budget.HoldUpSecondsMost:F0} s at the greatest load of
            what is held (the oven is not). The daemon needs at most 7 s to close its batch and write its bindings; cells
            lose a fifth of their capacitance over their life, which leaves {0.8 * budget.HoldUpSecondsMost:F0} s.

            **Heat.** {board.Thermal.KelvinPerWatt:F2} K/W at {budget.InputWattMost:F0} W is {budget.RiseKelvin:F0} K above the room: {budget.HottestCelsius:F0} °C inside at {board.Thermal.AmbientMaxCelsius:F0} °C, of
            {board.Thermal.AirMaxCelsius:F0} °C that the air may have. {board.Thermal.Note}

            """);
        return text.ToString();
    }

    private static string Other(Alternative other)
    {
        string name = other.Source is null
            ? $"{other.Maker} {other.Number}"
            : $"[{other.Maker} {other.Number}]({other.Source})";
        return other.Note is null ? name : $"{name} ({other.Note})";
    }
}
