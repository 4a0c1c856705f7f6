using System.Globalization;
using Appliance.Edge.Service;
using Appliance.Edge.Supervisor;

namespace Appliance.Icrctl;

/// <summary>The board in the status, as a person reads it.</summary>
internal static class BoardText
{
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    /// <summary>The line of the box's own image; nothing where it runs on another system.</summary>
    public static string Of(ImageStatus? image)
    {
        if (image is null)
        {
            return "";
        }

        string waiting = image.Waiting is { } next ? $"; image {next} is tried at the next start" : "";
        string failed = image.Failed is { } number ? $"; image {number} FAILED" : "";
        string state = image.Trial ? "on trial" : "good";
        return $"\nimage     {image.Number} in slot {image.Slot}, {state}{waiting}{failed}";
    }

    /// <summary>Lines to append; nothing where the box has no supervisor.</summary>
    public static string Of(SupervisorStatus? board)
    {
        if (board is null)
        {
            return "";
        }

        string firmware = board.Firmware is null ? "" : $", firmware {board.Firmware}";
        string oscillator = board.Oscillator is null ? "" : $", oscillator {board.Oscillator}";
        string update = board.Update is null ? "" : $"\n          update: {board.Update}";
        string key = board.HoldsUpdateKey == false
            ? "\n          no key for updates yet: `icrctl update --key FILE`" : "";
        return $"\nboard     supervisor {board.State}{firmware}{oscillator}, {Case(board)}{Measured(board)}"
            + key + update;
    }

    private static string Case(SupervisorStatus board) =>
        board.IsOpen ? "case OPEN" : board.WasOpened ? "case closed, was opened" : "case closed";

    private static string Measured(SupervisorStatus board) => board.SupplyMillivolts is null ? "" : string.Create(
        Invariant,
        $"\n          {board.SupplyMillivolts / 1000.0:F2} V, {board.SupplyMilliamps:N0} mA, "
        + $"{board.BoardCelsius:F1} C, fan {board.FanRpm:N0} rpm, "
        + $"{board.PowerCycles:N0} power cycles, {board.LinkFaults:N0} faults of the line");
}
