namespace Appliance.Tests.Hardware;

/// <summary>Currents through the tree of rails, what the supply must give, how long the cells last, how hot.</summary>
internal sealed class PowerBudget(BoardFile board)
{
    // A supply is happiest at two thirds of what it can.
    private const double SupplyShare = 1.5;

    public double InputWattTypical => Watt(part => part.MilliampTypical, _ => true);

    public double InputWattMost => Watt(part => part.MilliampMax, _ => true);

    public double SupplyWatt => Math.Ceiling(SupplyShare * InputWattMost / 10) * 10;

    /// <summary>Energy between the two voltages, less what the converter and the cells' resistance take.</summary>
    public double HoldUpJoule
    {
        get
        {
            HoldUp cells = board.HoldUp;
            double stored = cells.Cells * cells.CellFarad / 2
                * (Square(cells.CellVoltStart) - Square(cells.CellVoltEnd));
            double volt = cells.Series * (cells.CellVoltStart + cells.CellVoltEnd) / 2;
            double ampere = HeldWattMost / volt;
            double lostShare = Square(ampere) * cells.CellOhm * cells.Series / cells.Strings / HeldWattMost;
            return stored * cells.Efficiency * (1 - lostShare);
        }
    }

    public double HoldUpSecondsTypical => HoldUpJoule / Watt(part => part.MilliampTypical, rail => rail.Held);

    public double HoldUpSecondsMost => HoldUpJoule / HeldWattMost;

    public double RiseKelvin => board.Thermal.KelvinPerWatt * InputWattMost;

    public double HottestCelsius => board.Thermal.AmbientMaxCelsius + RiseKelvin;

    private double HeldWattMost => Watt(part => part.MilliampMax, rail => rail.Held);

    /// <summary>Current out of a rail at the greatest load, with what the rails behind it draw, milliampere.</summary>
    public double MilliampMost(string rail) => Milliamp(rail, part => part.MilliampMax, _ => true);

    private double Watt(Func<Part, int> load, Func<Rail, bool> isCounted) => board.Rails
        .Where(rail => rail.From == "input" && isCounted(rail))
        .Sum(rail => Milliamp(rail.Name, load, isCounted) / 1000 * rail.Volt / rail.Efficiency);

    private double Milliamp(string name, Func<Part, int> load, Func<Rail, bool> isCounted)
    {
        double own = board.Parts.Where(part => part.Rail == name).Sum(part => (double)load(part));
        double behind = board.Rails.Where(rail => rail.From == name && isCounted(rail)).Sum(rail =>
            Milliamp(rail.Name, load, isCounted) * rail.Volt / rail.Efficiency / board.RailOf(name).Volt);
        return own + behind;
    }

    private static double Square(double value) => value * value;
}
