using System.Globalization;
using System.Text.Json;
using Appliance.TestSupport;

namespace Appliance.Tests.Hardware;

/// <summary>hardware/board.json as it is read by everything that is made from it; an unknown key is an error.</summary>
internal sealed record BoardFile(
    int Format, string Name, string AsOf, Pin[] Pins, ChipReset ChipReset, Strapping Strapping, Reset Reset,
    ReservedGpio ReservedGpio, Bus[] Buses, BusAddress[] Addresses, HostLine[] HostLines, HostTree HostTree,
    Pulse[] Pulses, Tamper Tamper, Rail[] Rails, HoldUp HoldUp, Thermal Thermal, Part[] Parts, Storage Storage,
    Load Load, BoardClass[] Classes)
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNameCaseInsensitive = true,
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
    };

    public static string Folder { get; } = Path.Combine(Checkout.Root, "hardware");

    public static BoardFile Read() =>
        JsonSerializer.Deserialize<BoardFile>(File.ReadAllText(Path.Combine(Folder, "board.json")), Options)!;

    public Part PartOf(string id) => Parts.Single(part => part.Id == id);

    /// <summary>Up to the first letter of the package: INA226AIDGSR is INA226 to everybody.</summary>
    public string ShortNumber(string id)
    {
        string number = id == "display" ? "SSD1306" : PartOf(id).Number;
        int digits = number.AsSpan().IndexOfAnyInRange('0', '9');
        int end = digits;
        while (end < number.Length && char.IsAsciiDigit(number[end]))
        {
            end++;
        }

        return digits < 0 ? number : number[..end];
    }

    public Rail RailOf(string name) => Rails.Single(rail => rail.Name == name);
}

internal sealed record Pin(
    string Name, int Gpio, string Direction, string? Active, bool? Inverted, string? Bus, string Part, string Net,
    string? Pull, int? PullOhm, string? AtReset, string Use);

internal sealed record ChipReset(string Pin, string Net, string From, string Output, int PullOhm, string Use);

internal sealed record Strapping(int[] Gpio, string Source);

internal sealed record Reset(int WeakPullOhm, int GatePullOhm, double LowVoltMost, double HighVoltLeast, string Note);

internal sealed record ReservedGpio(string Reason, int[] Gpio);

internal sealed record Bus(string Name, string Kind, int? Controller, int? Baud, int? Hertz, string[] Between);

internal sealed record BusAddress(string Name, string Bus, string Address, string Part)
{
    public int Number => int.Parse(Address.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}

internal sealed record HostLine(
    string Name, string Net, string Kind, string GpioChip, int Line, int? Code, bool ActiveLow);

internal sealed record HostTree(
    string Compatible, string I2c, string Spi, int SpiChipSelect, string Uart, string UartNode, string Note);

internal sealed record Pulse(string From, string Pin, string Net, string[] To, int DelayNs, string Use);

internal sealed record Tamper(string[] Loop, int PullUpOhm, bool Latched, string Note);

internal sealed record Rail(
    string Name, double Volt, string From, int LimitMilliamp, double Efficiency, bool Held);

internal sealed record HoldUp(
    int Series, int Strings, string Part, double CellFarad, double CellVoltStart, double CellVoltEnd, double Efficiency,
    double CellOhm)
{
    public int Cells => Series * Strings;
}

internal sealed record Thermal(double AmbientMaxCelsius, double AirMaxCelsius, double KelvinPerWatt, string Note);

internal sealed record Part(
    string Id, string What, string Maker, string Number, string Rail, int MilliampTypical, int MilliampMax,
    string Basis, string Source, string? Note, Alternative[] Alternatives);

internal sealed record Alternative(string Maker, string Number, string? Source, string? Note);

internal sealed record Storage(
    int Gigabytes, double DriveWritesADay, int Years, double WriteAmplification, double UsableShare, string Note);

internal sealed record Load(
    int[] PacketsPerSession, int[] ReferencePacketsPerSecond, double CoreShareLow, double CoreShareHigh,
    double CoreGigahertz, int BytesPerPacket, string Note);

internal sealed record BoardClass(
    string Name, string Board, string Ports, string Core, int Cores, double Gigahertz, string Source, string? Note);
