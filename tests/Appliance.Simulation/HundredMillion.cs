using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Appliance.Lab.Oracle;
using Appliance.Lab.Traffic;
using Appliance.TestSupport;

namespace Appliance.Simulation;

/// <summary>
/// A hundred million flows, most of them short, in runs that fit in memory: each kind of port in turn, every run with
/// a seed of its own. What the runs gave stands in a checked-in file that they write themselves, for the table of
/// scenarios; a full run that was broken off goes on where the file ends, as long as the sources of engine, generator
/// and oracle are the same.
/// </summary>
internal static class HundredMillion
{
    private const long Enough = 100_000_000;
    private const int FlowsOfRun = 250_000;
    private const int RunsOfRow = 10;

    // As many as the build machine has cores; a run takes up to a gigabyte.
    private const int Workers = 2;
    private const int SourceDigits = 12;
    private const ulong FirstSeed = 2_000_000;
    private const string Header =
        "sources,first_seed,last_seed,flows,distinguishable,attributed,ambiguous,equal,none,wrong,strays";

    private static readonly string FilePath =
        Path.Combine(Checkout.Root, "tests", "Appliance.Simulation", "hundred-million.csv");

    private static readonly string ProgressPath = Path.Combine(Checkout.Root, "artifacts", "hundred-million.log");

    /// <summary>Does the runs; <paramref name="check"/> throws where one of them is not as it must be.</summary>
    public static void Run(Action<Scenario, TruthReport> check)
    {
        List<HundredRow> rows = Rows();
        string sources = Sources();
        if (rows.Exists(row => row.Sources != sources) || HundredRow.Sum(rows).Flows >= Enough)
        {
            rows.Clear();
        }

        while (HundredRow.Sum(rows).Flows < Enough)
        {
            ulong seed = FirstSeed + ((ulong)rows.Count * RunsOfRow);
            TruthReport[] reports = new TruthReport[RunsOfRow];
            Parallel.For(0, RunsOfRow, new ParallelOptions { MaxDegreeOfParallelism = Workers }, run =>
            {
                Scenario scenario = Of(seed + (ulong)run);
                reports[run] = EngineRun.Check(scenario);
                Tell($"{DateTime.UtcNow:u} {scenario}: {reports[run].Line()}\n");
                check(scenario, reports[run]);
            });
            HundredRow row = new(sources, seed, seed + RunsOfRow - 1);
            rows.Add(reports.Aggregate(row, (all, report) => all.With(report)));
            File.WriteAllLines(FilePath, [Header, .. rows.Select(done => done.ToString())]);
        }
    }

    /// <summary>What the file says, as a row of the table.</summary>
    public static string TableRow()
    {
        List<HundredRow> rows = Rows();
        if (rows.Count == 0)
        {
            return "| 10^8 flows | | not covered yet | | | | | | | |\n";
        }

        HundredRow all = HundredRow.Sum(rows);
        string name = all.Flows >= Enough ? "10^8 flows" : "of 10^8 flows, so many so far";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {name}, full run over sources {rows[0].Sources} | {all.FirstSeed} to {all.LastSeed} | {all.Flows} | "
            + $"{all.Distinguishable} | {all.Attributed} | {all.Ambiguous} | {all.Equal} | {all.None} | {all.Wrong} | "
            + $"{all.Strays} |\n");
    }

    internal static Scenario Of(ulong seed)
    {
        PortMode ports = (PortMode)(seed % 4);
        return new Scenario($"hundred million flows, seed {seed}", Scenario.Million.Plan with
        {
            Seed = seed,
            Flows = FlowsOfRun,
            Ports = ports,

            // Where ports are not overloaded, one address has too few for two thousand flows a second.
            PublicAddresses = ports == PortMode.Overloaded ? 1 : 4,
            PacketsMean = 4,
            DnsShare = 0.6,
            UdpShare = 0.1,
            PingShare = 0.05,
            QuicShare = 0.05,
            LoneSynShare = 0.05,
        });
    }

    private static void Tell(string line)
    {
        lock (Header)
        {
            File.AppendAllText(ProgressPath, line);
        }
    }

    private static List<HundredRow> Rows() => File.Exists(FilePath)
        ? [.. File.ReadLines(FilePath).Skip(1).Select(HundredRow.Parse)]
        : [];

    // A commit's name changes when it is moved onto others; what was measured is what these files say.
    private static string Sources()
    {
        string[] folders = ["host/Appliance.Flow", "tools/Appliance.Lab/Traffic", "tools/Appliance.Lab/Oracle"];
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string folder in folders)
        {
            string path = Path.Combine(Checkout.Root, folder);
            IEnumerable<string> files = Directory.GetFiles(path, "*.cs", SearchOption.AllDirectories);
            foreach (string file in files.Order(StringComparer.Ordinal))
            {
                hash.AppendData(Encoding.UTF8.GetBytes(Path.GetRelativePath(Checkout.Root, file)));
                hash.AppendData(File.ReadAllBytes(file));
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..SourceDigits];
    }
}
