using System.Globalization;
using System.Text.RegularExpressions;
using Appliance.Supervisor.Board;
using Appliance.TestSupport;
using Xunit;

namespace Appliance.Tests.Hardware;

/// <summary>The firmware's constants and the board's file say the same.</summary>
public sealed partial class BoardConstantsTests
{
    private static readonly string Source = Path.Combine(
        Checkout.Root, "firmware", "Appliance.Supervisor", "Board", "BoardPins.cs");

    [Fact]
    public void Pins_speeds_and_addresses_of_the_firmware_are_those_of_the_board()
    {
        var board = BoardFile.Read();
        SortedDictionary<string, int> told = new(StringComparer.Ordinal)
        {
            ["GnssUart"] = BusOf(board, "gnss").Controller!.Value,
            ["HostUart"] = BusOf(board, "host").Controller!.Value,
            ["I2cBus"] = BusOf(board, "board").Controller!.Value,
            ["UartBaud"] = BusOf(board, "host").Baud!.Value,
        };
        Assert.Equal(BusOf(board, "gnss").Baud, BusOf(board, "host").Baud);
        foreach (Pin pin in board.Pins)
        {
            told.Add(pin.Name, pin.Gpio);
        }

        foreach (BusAddress address in board.Addresses.Where(each => each.Bus == "board"))
        {
            told.Add(address.Name + "Address", address.Number);
        }

        SortedDictionary<string, int> firmware = new(StringComparer.Ordinal);
        foreach (Match constant in Constant().Matches(File.ReadAllText(Source)))
        {
            firmware.Add(constant.Groups["name"].Value, Number(constant.Groups["value"].Value));
        }

        // Of the firmware alone: the number that an update's head names.
        firmware.Remove("BoardNumber");
        Assert.Equal(told, firmware);
    }

    [Fact]
    public void The_firmware_inverts_just_the_lines_that_the_board_inverts()
    {
        Pin[] pins = BoardFile.Read().Pins;
        Assert.Equal(
            pins.Where(pin => pin.Inverted == true).Select(pin => pin.Name),
            pins.Where(pin => BoardPins.IsInverted(pin.Gpio)).Select(pin => pin.Name));

        // What rests when the chip is in reset or opens its outputs, which drives them low.
        Assert.All(
            pins.Where(pin => pin.Direction == "out" && pin.Bus is null && pin.Inverted is null),
            pin => Assert.Contains(pin.Part, (string[])["panel", "watchdog"]));
    }

    private static Bus BusOf(BoardFile board, string name) => board.Buses.Single(bus => bus.Name == name);

    private static int Number(string text) => text.StartsWith("0x", StringComparison.Ordinal)
        ? int.Parse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture)
        : int.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"public const int (?<name>\w+) = (?<value>0x[0-9A-F]+|\d+);", RegexOptions.ExplicitCapture)]
    private static partial Regex Constant();
}
