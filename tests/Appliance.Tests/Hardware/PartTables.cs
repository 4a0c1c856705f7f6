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
        text.Append(Invariant, $"# Bill of materials\n\n{Made}As of {board.AsOf}. Prices change weekly and are not ");
        text.Append("stated. A part's suffix for packing may differ; check the\ndata sheet's ordering table before ");
        text.Append("buying.\nThe page named is where to read on: some were read for this table, for others the ");
        text.Append("number comes from memory.\n\n");
        text.Append("| part | maker and number | to read | alternatives |\n|---|---|---|---|\n");
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
        text.Append("| pin | GPIO | direction | active | net | resistor | while the chip starts | use |\n");
        text.Append("|---|---|---|---|---|---|---|---|\n");
        foreach (Pin pin in board.Pins)
        {
            text.Append(Invariant, $"| {pin.Name} | {pin.Gpio} | {pin.Direction} | {pin.Active ?? "-"} | {pin.Net} ");
            text.Append(Invariant, $"| {Resistor(pin)} | {pin.AtReset ?? "-"} ");
            text.Append(Invariant, $"| {pin.Use}{(pin.Inverted == true ? "; the pin drives it inverted" : "")} |\n");
        }

        ChipReset reset = board.ChipReset;
        text.Append(Invariant, $"| {reset.Pin} | - | in | low | {reset.Net} | {reset.PullOhm / 1000} kOhm up | - ");
        text.Append(Invariant, $"| {reset.Use} |\n");
        text.Append(Invariant, $"\n{board.Reset.Note}\n");
        ReservedGpio reserved = board.ReservedGpio;
        text.Append(Invariant, $"\nNot used: {string.Join(", ", reserved.Gpio)} ({reserved.Reason}).\n");
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

    private static string Resistor(Pin pin) => pin.PullOhm is int ohm
        ? string.Create(Invariant, $"{ohm / 1000.0:0.#} kOhm {pin.Pull}") : "-";

    public static string Power(BoardFile board)
    {
        PowerBudget budget = new(board);
        StringBuilder text = new();
        text.Append(Invariant, $"# Power and heat\n\n{Made}A figure whose basis is *estimate* is to be measured on ");
        text.Append("the first box.\n\n| part | rail | typical | most | basis |\n|---|---|---|---|---|\n");
        foreach (Part part in board.Parts.Where(part => part.MilliampMax > 0))
        {
            text.Append(Invariant, $"| {part.What} | {part.Rail} | {part.MilliampTypical} mA | {part.MilliampMax} mA ");
            text.Append(Invariant, $"| {part.Basis} |\n");
        }

        text.Append("\n| rail | from | load, most | limit | share |\n|---|---|---|---|---|\n");
        foreach (Rail rail in board.Rails)
        {
            double load = budget.MilliampMost(rail.Name);
            text.Append(Invariant, $"| {rail.Name}, {rail.Volt:F1} V | {rail.From} | {load:F0} mA ");
            text.Append(Invariant, $"| {rail.LimitMilliamp} mA | {100 * load / rail.LimitMilliamp:F0} % |\n");
        }

        Words(text, board, budget);
        return text.ToString();
    }

    private static void Words(StringBuilder text, BoardFile board, PowerBudget budget)
    {
        HoldUp cells = board.HoldUp;
        Thermal heat = board.Thermal;
        text.Append(Invariant, $"\nFrom the supply: {budget.InputWattTypical:F0} W typical, ");
        text.Append(Invariant, $"{budget.InputWattMost:F0} W at most; ");
        text.Append(Invariant, $"choose one of at least {budget.SupplyWatt:F0} W.\n\n**Hold-up.** {cells.Strings} ");
        text.Append(Invariant, $"strings of {cells.Series} cells of {cells.CellFarad:F0} F, each ");
        text.Append(Invariant, $"from {cells.CellVoltStart:F1} V to {cells.CellVoltEnd:F1} V, ");
        text.Append(Invariant, $"converter {100 * cells.Efficiency:F0} %, resistance counted:\n");
        text.Append(Invariant, $"{budget.HoldUpJoule:F0} J, {budget.HoldUpSecondsTypical:F0} s at the typical and ");
        text.Append(Invariant, $"{budget.HoldUpSecondsMost:F0} s at the greatest load of what is held (the oven is ");
        text.Append("not). The daemon is assumed, not measured, to\nclose its batch and write its bindings in ");
        text.Append("7 s; cells lose a fifth of their capacitance over their life, which ");
        text.Append(Invariant, $"leaves {0.8 * budget.HoldUpSecondsMost:F0} s.\n\n");
        text.Append(Invariant, $"**Heat.** {heat.KelvinPerWatt:F2} K/W at {budget.InputWattMost:F0} W is ");
        text.Append(Invariant, $"{budget.RiseKelvin:F0} K above the room: {budget.HottestCelsius:F0} °C inside at ");
        text.Append(Invariant, $"{heat.AmbientMaxCelsius:F0} °C, of {heat.AirMaxCelsius:F0} °C that the air may ");
        text.Append(Invariant, $"have. {heat.Note}\n");
    }

    private static string Other(Alternative other)
    {
        string name = other.Source is null
            ? $"{other.Maker} {other.Number}"
            : $"[{other.Maker} {other.Number}]({other.Source})";
        return other.Note is null ? name : $"{name} ({other.Note})";
    }
}
