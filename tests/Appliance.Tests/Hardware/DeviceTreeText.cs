using System.Globalization;
using System.Text;
using Appliance.Icrctl;

namespace Appliance.Tests.Hardware;

/// <summary>Device-tree overlay, udev rules and drop-in of the host, from the lines and buses of the board.</summary>
internal static class DeviceTreeText
{
    // Linux input event type EV_SW would latch in the kernel; a key is enough, the supervisor latches itself.
    private const string Made = "Made from hardware/board.json by a test; change that file.";

    public static string Overlay(BoardFile board)
    {
        HostTree tree = board.HostTree;
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"// {Made}\n// {tree.Note}\n/dts-v1/;\n/plugin/;\n\n/ {{\n");
        text.Append(CultureInfo.InvariantCulture, $"\tcompatible = \"{tree.Compatible}\";\n}};\n\n&{{/}} {{\n");
        foreach (HostLine line in board.HostLines.Where(line => line.Kind == "pps"))
        {
            text.Append(CultureInfo.InvariantCulture, $"\t{line.Name} {{\n\t\tcompatible = \"pps-gpio\";\n");
            text.Append(CultureInfo.InvariantCulture, $"\t\tgpios = <{Line(line)}>;\n\t}};\n\n");
        }

        Keys(text, board);
        text.Append("};\n\n");
        Clock(text, board);
        Module(text, board);
        text.Append(CultureInfo.InvariantCulture, $"&{tree.Uart} {{\n\tstatus = \"okay\";\n}};\n");
        return text.ToString();
    }

    public static string Udev(BoardFile board)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"# {Made}\n");
        text.Append("# Names that do not depend on the order in which drivers come; who may open what.\n");
        foreach (HostLine line in board.HostLines.Where(line => line.Kind == "pps"))
        {
            Rule(text, $"SUBSYSTEM==\"pps\", ATTR{{name}}==\"{line.Name}*\"", line.Name, "0660");
        }

        Rule(text, "SUBSYSTEM==\"ptp\"", null, "0660");
        Rule(text, $"SUBSYSTEM==\"tty\", KERNELS==\"{UartAddress}.serial\"", "supervisor", "0660");
        Rule(text, "SUBSYSTEM==\"input\", ATTRS{name}==\"appliance-alarms\"", "alarms", "0640");
        Rule(text, "SUBSYSTEM==\"tpmrm\"", null, "0660");
        return text.ToString();
    }

    /// <summary>What the service must see on this board: the supervisor's line and both seconds.</summary>
    public static string DropIn(BoardFile board)
    {
        string uart = $"/dev/{board.HostTree.UartNode}";
        string[] links = ["supervisor", .. board.HostLines.Where(line => line.Kind == "pps").Select(line => line.Name)];
        string text = DeviceDropIn.Make(
            [.. links.Select(name => $"/dev/appliance/{name}")], path => path.EndsWith("supervisor") ? uart : null);
        return $"# {Made}\n{text}";
    }

    private static void Rule(StringBuilder text, string match, string? link, string mode)
    {
        text.Append(match);
        text.Append(link is null ? "" : $", SYMLINK+=\"appliance/{link}\"");
        text.Append(CultureInfo.InvariantCulture, $", GROUP=\"appliance\", MODE=\"{mode}\"\n");
    }

    // uart1 of the reference board's processor: fsl-lx2160a.dtsi, serial@21d0000.
    private const string UartAddress = "21d0000";

    private static void Keys(StringBuilder text, BoardFile board)
    {
        text.Append("\tappliance-alarms {\n\t\tcompatible = \"gpio-keys\";\n\t\tlabel = \"appliance-alarms\";\n");
        foreach (HostLine line in board.HostLines.Where(line => line.Kind == "key"))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n\t\t{line.Name} {{\n\t\t\tlabel = \"{line.Name}\";\n");
            text.Append(CultureInfo.InvariantCulture, $"\t\t\tgpios = <{Line(line)}>;\n");
            text.Append(CultureInfo.InvariantCulture, $"\t\t\tlinux,code = <{line.Code}>;\n");
            text.Append("\t\t\twakeup-source;\n\t\t};\n");
        }

        text.Append("\t};\n");
    }

    private static void Clock(StringBuilder text, BoardFile board)
    {
        int address = board.Addresses.Single(each => each.Bus == "host-i2c").Number;
        int hertz = board.Buses.Single(bus => bus.Name == "host-i2c").Hertz!.Value;
        text.Append(CultureInfo.InvariantCulture, $$"""
            &{{board.HostTree.I2c}} {
            	status = "okay";
            	clock-frequency = <{{hertz}}>;
            	#address-cells = <1>;
            	#size-cells = <0>;

            	rtc@{{address:x}} {
            		compatible = "maxim,ds3231";
            		reg = <0x{{address:x}}>;
            	};
            };


            """);
    }

    private static void Module(StringBuilder text, BoardFile board)
    {
        HostTree tree = board.HostTree;
        int hertz = board.Buses.Single(bus => bus.Name == "host-spi").Hertz!.Value;
        text.Append(CultureInfo.InvariantCulture, $$"""
            &{{tree.Spi}} {
            	status = "okay";
            	#address-cells = <1>;
            	#size-cells = <0>;

            	tpm@{{tree.SpiChipSelect}} {
            		compatible = "infineon,slb9670", "tcg,tpm_tis-spi";
            		reg = <{{tree.SpiChipSelect}}>;
            		spi-max-frequency = <{{hertz}}>;
            	};
            };


            """);
    }

    // Chip, line, and 0 active high or 1 active low, as the GPIO binding counts them.
    private static string Line(HostLine line) =>
        string.Create(CultureInfo.InvariantCulture, $"&{line.GpioChip} {line.Line} {(line.ActiveLow ? 1 : 0)}");
}
