using Appliance.TestSupport;
using System.Diagnostics;
using System.Text.RegularExpressions;
using Appliance.Supervisor.SelfTest;
using Xunit;

namespace Appliance.Tests.Hardware;

/// <summary>The board holds together: no pin or address twice, no rail overloaded, a tree that compiles.</summary>
public sealed class BoardTests
{
    // Addresses that I2C reserves for itself: 0x00 to 0x07 and 0x78 to 0x7F (UM10204, 3.1.12).
    private const int AddressLeast = 0x08;
    private const int AddressMost = 0x77;
    private const double RailShareMost = 0.8;

    // The daemon is assumed, not measured, to need 7 s; a fifth of the capacitance goes with the years.
    private const double HoldUpSecondsLeast = 7 / 0.8;
    private readonly BoardFile board = BoardFile.Read();

    [Fact]
    public void No_pin_is_used_twice_and_none_that_the_module_needs_itself()
    {
        int[] used = [.. board.Pins.Select(pin => pin.Gpio)];
        Assert.Equal(used.Length, used.Distinct().Count());
        Assert.Empty(used.Intersect(board.ReservedGpio.Gpio));
        Assert.Equal(board.Pins.Length, board.Pins.Select(pin => pin.Name).Distinct().Count());
        Assert.All(board.Pins, pin => Assert.InRange(pin.Gpio, 0, 48));
        Assert.All(board.Pins, pin => Assert.Contains(pin.Direction, (string[])["in", "out", "both"]));
    }

    [Fact]
    public void No_output_floats_while_the_chip_starts_and_each_resistor_decides_against_the_chips_own()
    {
        Assert.Empty(board.Strapping.Gpio.Except(board.ReservedGpio.Gpio));
        foreach (Pin pin in board.Pins.Where(pin => pin.Direction != "in" || pin.Pull is not null))
        {
            Assert.True(pin is { Pull: "up" or "down", PullOhm: > 0, AtReset.Length: > 0 }, $"{pin.Name} floats");
            double ohm = pin.PullOhm!.Value;
            double weak = board.Reset.WeakPullOhm;
            double gate = 3.3 * board.Reset.GatePullOhm / (weak + board.Reset.GatePullOhm);
            double against = pin.Inverted == true ? (gate <= board.Reset.LowVoltMost ? 3.3 : 0)
                : pin.Pull == "up" ? 3.3 * weak / (weak + ohm) : 3.3 * ohm / (weak + ohm);
            Assert.True(
                pin.Pull == "up" ? against >= board.Reset.HighVoltLeast : against <= board.Reset.LowVoltMost,
                $"{pin.Name}: {against:F2} V against the chip's own pull");
        }
    }

    // A supervisor that starts anew must not switch anything off, nor tell anything that is not so.
    [Fact]
    public void At_reset_every_output_rests_but_the_hosts_power_which_stays_on()
    {
        string[] active =
        [
            .. board.Pins.Where(pin => pin is { Direction: "out", Active: not null, Bus: null }
                && (pin.Pull == "up") == (pin.Active == "high")).Select(pin => pin.Name),
        ];
        Assert.Equal(["ChipWatchdog", "HostPower"], active);
    }

    [Fact]
    public void The_simulated_board_rests_as_the_resistors_say_when_its_chip_starts_anew()
    {
        World world = new();
        world.Start(1);
        foreach (Pin pin in board.Pins.Where(pin => pin.Direction == "out" && pin.Bus is null))
        {
            world.Board.Drive(pin.Gpio, pin.Pull != "up");
        }

        world.Board.Rest();
        Assert.All(board.Pins.Where(pin => pin.Direction == "out" && pin.Bus is null), pin =>
            Assert.True(world.Board.ReadPin(pin.Gpio) == (pin.Pull == "up"), pin.Name));
    }

    [Fact]
    public void The_chips_own_layer_opens_every_pin_and_every_line()
    {
        string source = File.ReadAllText(Path.Combine(
            Checkout.Root, "firmware", "Appliance.Supervisor.Device", "DeviceBoard.cs"));
        string[] missing =
        [
            .. board.Pins.Select(pin => pin.Name)
                .Where(name => !Regex.IsMatch(source, $@"BoardPins\.{name}\b")),
        ];
        Assert.Empty(missing);
    }

    [Fact]
    public void Every_bus_and_pulse_ends_at_parts_that_there_are()
    {
        string[] ids = [.. board.Parts.Select(part => part.Id)];
        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.Empty(board.Pins.Select(pin => pin.Part).Append(board.ChipReset.From).Except(ids));
        Assert.Empty(board.Buses.SelectMany(bus => bus.Between).Except(ids));
        Assert.Empty(board.Pulses.SelectMany(pulse => pulse.To.Append(pulse.From)).Except(ids));
        Assert.Empty(board.Parts.Select(part => part.Rail).Except(board.Rails.Select(rail => rail.Name)));
        Assert.Empty(board.Pins.Where(pin => pin.Bus is not null).Select(pin => pin.Bus).Except(
            board.Buses.Select(bus => bus.Name)));
    }

    [Fact]
    public void Every_device_on_a_bus_has_an_address_of_its_own()
    {
        foreach (Bus bus in board.Buses.Where(bus => bus.Kind == "i2c"))
        {
            BusAddress[] there = [.. board.Addresses.Where(each => each.Bus == bus.Name)];
            Assert.Equal(there.Length, there.Select(each => each.Number).Distinct().Count());
            Assert.All(there, each => Assert.InRange(each.Number, AddressLeast, AddressMost));
            Assert.Equal(
                bus.Between.Skip(1).Order(StringComparer.Ordinal),
                there.Select(each => each.Part).Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public void The_hosts_lines_are_nets_of_the_board_and_no_line_serves_twice()
    {
        string[] nets = [.. board.Pins.Select(pin => pin.Net), .. board.Pulses.Select(pulse => pulse.Net)];
        Assert.Empty(board.HostLines.Select(line => line.Net).Except(nets));
        Assert.Equal(
            board.HostLines.Length, board.HostLines.Select(line => (line.GpioChip, line.Line)).Distinct().Count());
    }

    [Fact]
    public void Every_part_names_where_it_was_read() => Assert.All(board.Parts, part =>
    {
        Assert.True(Uri.TryCreate(part.Source, UriKind.Absolute, out _), part.Id);
        Assert.Contains(part.Basis, (string[])["data sheet", "estimate", "computed"]);
        Assert.True(part.MilliampTypical <= part.MilliampMax, part.Id);
    });

    [Fact]
    public void No_rail_carries_more_than_four_fifths_of_what_it_can()
    {
        PowerBudget budget = new(board);
        Assert.All(board.Rails, rail => Assert.True(
            budget.MilliampMost(rail.Name) <= RailShareMost * rail.LimitMilliamp,
            $"{rail.Name}: {budget.MilliampMost(rail.Name):F0} of {rail.LimitMilliamp} mA"));
    }

    [Fact]
    public void The_capacitors_last_as_long_as_the_daemon_needs_to_write_its_bindings()
    {
        PowerBudget budget = new(board);
        Assert.True(budget.HoldUpSecondsMost >= HoldUpSecondsLeast, $"{budget.HoldUpSecondsMost:F1} s");
        Assert.True(budget.HottestCelsius < board.Thermal.AirMaxCelsius, $"{budget.HottestCelsius:F0} degrees");
    }

    [ProgramFact("dtc")]
    public void The_overlay_compiles_and_says_what_the_board_says()
    {
        string source = Path.Combine(BoardFile.Folder, "generated", "appliance-overlay.dts");
        (int code, string tree, string warnings) = Run("dtc", "-@", "-I", "dts", "-O", "dtb", "-o", "-", source);
        Assert.True(code == 0, warnings);
        Assert.Equal("", warnings);
        Assert.NotEmpty(tree);
        (_, string back, _) = Run("dtc", "-@", "-I", "dts", "-O", "dts", source);
        foreach (string compatible in (string[])["pps-gpio", "gpio-keys", "maxim,ds3231", "tcg,tpm_tis-spi"])
        {
            Assert.Contains($"\"{compatible}\"", back);
        }
    }

    [Fact]
    public void Every_udev_rule_is_of_known_keys()
    {
        // udevadm of Debian 12 has no `verify`; the grammar is held here: KEY, operator, quoted value.
        string[] keys = ["SUBSYSTEM", "ATTR{name}", "ATTRS{name}", "KERNELS", "SYMLINK", "GROUP", "MODE"];
        string rules = File.ReadAllText(Path.Combine(BoardFile.Folder, "generated", "60-appliance.rules"));
        foreach (string rule in rules.Split('\n').Where(line => line.Length > 0 && line[0] != '#'))
        {
            foreach (string part in rule.Split(", "))
            {
                int end = part.IndexOfAny(['=', '+', '!']);
                Assert.Contains(part[..end], keys);
                Assert.EndsWith("\"", part);
            }
        }
    }

    // Pulses, hardware clocks and lines are opened for reading and writing by all of Appliance.Linux.
    [Fact]
    public void What_the_daemon_opens_for_writing_its_group_may_write_and_its_unit_allows()
    {
        string[] rules = File.ReadAllLines(Path.Combine(BoardFile.Folder, "generated", "60-appliance.rules"));
        string dropIn = File.ReadAllText(Path.Combine(BoardFile.Folder, "generated", "appliance-devices.conf"));
        string[] opened = ["pps", "ptp", "tty"];

        Assert.All(opened, kind => Assert.All(
            rules.Where(rule => rule.StartsWith($"SUBSYSTEM==\"{kind}\"", StringComparison.Ordinal)),
            rule => Assert.EndsWith("GROUP=\"appliance\", MODE=\"0660\"", rule)));
        Assert.Contains("DeviceAllow=char-pps rw\n", dropIn);
        Assert.Contains($"DeviceAllow=char-{board.HostTree.UartNode.TrimEnd('1')} rw\n", dropIn);
        Assert.DoesNotContain("DeviceAllow=/", dropIn);
    }

    private static (int Code, string Output, string Error) Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(InstalledPrograms.Find(program)!, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }
}
