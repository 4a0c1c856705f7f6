using System.Globalization;
using Appliance.Lab.Oracle;

namespace Appliance.Simulation;

/// <summary>What some runs of the hundred million gave together.</summary>
internal sealed record HundredRow(string Sources, ulong FirstSeed, ulong LastSeed)
{
    public long Flows { get; private init; }

    public long Distinguishable { get; private init; }

    public long Attributed { get; private init; }

    public long Ambiguous { get; private init; }

    public long Equal { get; private init; }

    public long None { get; private init; }

    public long Wrong { get; private init; }

    public long Strays { get; private init; }

    public static HundredRow Parse(string line)
    {
        string[] cells = line.Split(',');
        long Number(int at) => long.Parse(cells[at], CultureInfo.InvariantCulture);
        return new HundredRow(cells[0], (ulong)Number(1), (ulong)Number(2))
        {
            Flows = Number(3),
            Distinguishable = Number(4),
            Attributed = Number(5),
            Ambiguous = Number(6),
            Equal = Number(7),
            None = Number(8),
            Wrong = Number(9),
            Strays = Number(10),
        };
    }

    public static HundredRow Sum(IReadOnlyList<HundredRow> rows) => rows.Aggregate(
        new HundredRow("", rows.Count > 0 ? rows[0].FirstSeed : 0, 0),
        (all, row) => all.Plus(row) with { LastSeed = row.LastSeed });

    /// <summary>This and one run more.</summary>
    public HundredRow With(TruthReport report) => Plus(new HundredRow(Sources, 0, 0)
    {
        Flows = report.Flows,
        Distinguishable = report.Distinguishable,
        Attributed = report.Attributed,
        Ambiguous = report.Ambiguous,
        Equal = report.AmbiguousEqual,
        None = report.None,
        Wrong = report.Wrong,
        Strays = report.Split,
    });

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Sources},{FirstSeed},{LastSeed},{Flows},{Distinguishable},{Attributed},{Ambiguous},{Equal},{None},{Wrong},"
        + $"{Strays}");

    private HundredRow Plus(HundredRow other) => this with
    {
        Flows = Flows + other.Flows,
        Distinguishable = Distinguishable + other.Distinguishable,
        Attributed = Attributed + other.Attributed,
        Ambiguous = Ambiguous + other.Ambiguous,
        Equal = Equal + other.Equal,
        None = None + other.None,
        Wrong = Wrong + other.Wrong,
        Strays = Strays + other.Strays,
    };
}
