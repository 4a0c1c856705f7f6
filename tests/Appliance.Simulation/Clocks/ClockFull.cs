using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Appliance.TestSupport;
using Appliance.Wire;

namespace Appliance.Simulation.Clocks;

/// <summary>One line of the full run.</summary>
/// <param name="Sources">Digest of what was measured.</param>
/// <param name="Part">Which scenario.</param>
/// <param name="World">Class of oscillator.</param>
/// <param name="Count">Samples or runs.</param>
/// <param name="Bad">Of them outside of their bound, or alarms.</param>
/// <param name="Figures">What else was measured, in words.</param>
internal sealed record ClockFullRow(string Sources, string Part, string World, long Count, long Bad, string Figures)
{
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Sources},{Part},{World},{Count},{Bad},{Figures}");

    public static ClockFullRow Parse(string line)
    {
        string[] words = line.Split(',', 6);
        return new ClockFullRow(
            words[0], words[1], words[2], long.Parse(words[3], CultureInfo.InvariantCulture),
            long.Parse(words[4], CultureInfo.InvariantCulture), words[5]);
    }
}

/// <summary>
/// The scenarios at full length, part by part. What they gave stands in a checked-in file that they write themselves,
/// for the table; a run that was broken off goes on with the parts that are missing, as long as the sources of the
/// estimator and of the simulation are the same.
/// </summary>
internal static class ClockFull
{
    private const int SourceDigits = 12;
    private const int Runs = 300;
    private const int Days = 30;
    private const int Seeds = 20;
    private const int Seconds = 1_000_000;
    private const string Header = "sources,part,class,count,bad,figures";

    // What the figures depend on; the tests that assert and the table that prints are not among it.
    private static readonly string[] Measured =
    [
        "ClockFigures.cs", "ClockNoise.cs", "ClockRun.cs", "ClockScenarios.cs", "ClockScene.cs", "ClockWorld.cs",
        "Plant.cs",
    ];

    private static readonly string FilePath =
        Path.Combine(Checkout.Root, "tests", "Appliance.Simulation", "clock-full.csv");

    /// <summary>Does the parts that are missing.</summary>
    public static void Run()
    {
        string sources = Sources();
        List<ClockFullRow> rows = [.. Rows().Where(row => row.Sources == sources)];
        foreach ((string part, ClockWorld world, Func<ClockWorld, List<(long, long, string)>> measure) in Parts())
        {
            if (rows.Exists(row => row.Part == part && row.World == world.Plant.Name))
            {
                continue;
            }

            List<(long Count, long Bad, string Figures)> measured = measure(world);
            for (int i = 0; i < measured.Count; i++)
            {
                (long count, long bad, string figures) = measured[i];
                rows.Add(new ClockFullRow(sources, part, world.Plant.Name, count, bad, figures));
            }

            File.WriteAllLines(FilePath, [Header, .. rows.Select(row => row.ToString())]);
        }
    }

    /// <summary>What was measured, one row each.</summary>
    public static List<ClockFullRow> Rows() => File.Exists(FilePath)
        ? [.. File.ReadLines(FilePath).Skip(1).Select(ClockFullRow.Parse)]
        : [];

    /// <summary>The section of the table.</summary>
    public static string Section()
    {
        StringBuilder text = new();
        string sources = Sources();
        text.Append("""

            ## At full length

            Written by `./appliance test --full ClockFull` into `clock-full.csv`, with a digest of the estimator and of
            the simulation that it was measured with; *stale* where these have changed since.

            | part | class | samples or runs | outside or alarms | measured | sources |
            |---|---|---|---|---|---|

            """);
        foreach (ClockFullRow row in Rows())
        {
            string age = row.Sources == sources ? row.Sources : row.Sources + ", *stale*";
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {row.Part} | {row.World} | {row.Count} | {row.Bad} | {row.Figures} | {age} |\n");
        }

        if (Rows().Count == 0)
        {
            text.Append("| not run yet | | | | | |\n");
        }

        return text.ToString();
    }

    private static IEnumerable<(string, ClockWorld, Func<ClockWorld, List<(long, long, string)>>)> Parts()
    {
        foreach (ClockWorld world in ClockWorld.All.Concat(ClockWorld.All.Select(each => each.Mismatched())))
        {
            yield return ("T5 coverage", world, Coverage);
        }

        foreach (ClockWorld world in ClockWorld.All)
        {
            yield return ("T5 T8 T9 holdover of a day", world, Holdovers);
            yield return ("T13 twenty times thirty days", world, Alarms);
        }

        yield return ("T8 after three locked days", ClockWorld.Ocxo, Aged);
    }

    private static List<(long, long, string)> Coverage(ClockWorld world)
    {
        ClockTally tally = ClockFigures.Mixed(world, 5, Seconds);
        return [.. Enum.GetValues<ClockState>().Where(state => tally.Samples(state) > 0).Select(state =>
            (tally.Samples(state), tally.Broken(state), string.Create(
                CultureInfo.InvariantCulture,
                $"{state}: true in >= {tally.CoverageAtLeast(state):P4} (95 %); median bound "
                + $"{tally.MedianBound(state):F0} ns")))];
    }

    private static List<(long, long, string)> Holdovers(ClockWorld world) =>
        [Describe(ClockFigures.Holdovers(world, 20_000, Runs))];

    private static List<(long, long, string)> Aged(ClockWorld world) =>
        [Describe(ClockFigures.Holdovers(world, 259_200, Runs / 5))];

    private static (long, long, string) Describe(HoldoverResult[] runs)
    {
        string worst = AtMarks(mark => runs.Max(run => run.Errors[mark]));
        string most = AtMarks(mark => ClockFigures.Quantile(runs.Select(run => run.Errors[mark]), 0.95));
        string bound = AtMarks(mark => runs.Max(run => run.Bounds[mark]));
        double whole = Confidence.Lower(runs.Length, runs.Count(run => run.Broken > 0));
        return (runs.Length, runs.Count(run => run.Broken > 0),
            $"1 / 4 / 24 h: worst {worst} us; 95 % within {most} us; widest bound {bound} us; whole runs true in >= "
            + whole.ToString("P2", CultureInfo.InvariantCulture));
    }

    private static string AtMarks(Func<int, double> ofMark) =>
        string.Join(" / ", Enumerable.Range(0, 3).Select(mark => Us(ofMark(mark))));

    private static List<(long, long, string)> Alarms(ClockWorld world) =>
    [
        (Seeds, Seed(world, 1), "alarms in 20 x 30 days; noise as declared"),
        (Seeds, Seed(world, 2), "alarms in 20 x 30 days; noise twice what is declared"),
    ];

    private static long Seed(ClockWorld world, double noise) => Enumerable.Range(1, Seeds).Sum(
        seed => ClockScenarios.Alarms(world, PulsePath.Plain, Days * 86_400, noise, seed));

    private static string Us(double ns) => (ns / 1000).ToString("F1", CultureInfo.InvariantCulture);

    private static string Sources()
    {
        string estimation = Path.Combine(Checkout.Root, "host", "Appliance.Time", "Estimation");
        string clocks = Path.Combine(Checkout.Root, "tests", "Appliance.Simulation", "Clocks");
        IEnumerable<string> files = Directory.GetFiles(estimation, "*.cs").Order(StringComparer.Ordinal)
            .Concat(Measured.Select(name => Path.Combine(clocks, name)));
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string file in files)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(Path.GetRelativePath(Checkout.Root, file)));
            hash.AppendData(File.ReadAllBytes(file));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..SourceDigits];
    }
}
