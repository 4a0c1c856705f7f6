using System.Globalization;
using Appliance.Benchmarks;
using Appliance.Benchmarks.Live;
using Appliance.Benchmarks.Referral;

// ./appliance bench [--packets MILLIONS] [--runs N]
// ./appliance bench live [--rates N,N] [--seconds N] [--rounds N]
// ./appliance bench ingest [--sessions N] [--runs N]
// ./appliance bench clock [--runs N]
// ./appliance bench referral [--lines N] [--seconds N] [--rate N] [--runs N]
// See README.md for what the figures mean.
string folder = Directory.CreateTempSubdirectory("appliance-bench-").FullName;
try
{
    return args switch
    {
        ["live", ..] => Live(),
        ["ingest", ..] => Ingest(),
        ["clock", ..] => Clock(),
        ["referral", ..] => Referral(),
        _ => Files(),
    };
}
finally
{
    Directory.Delete(folder, recursive: true);
}

int Live() => LiveBenchmark.Run(folder, new LiveSettings(
    [.. Text("--rates", "50000,100000").Split(',').Select(rate => int.Parse(rate, CultureInfo.InvariantCulture))],
    Seconds: Number("--seconds", 10),
    Rounds: Number("--rounds", 3),
    PacketsPerSession: Number("--per-session", 20)));

int Clock()
{
    ClockBenchmark.Run(Number("--runs", 5));
    return 0;
}

int Ingest()
{
    IngestBenchmark.Run(folder, Number("--sessions", 300_000), Number("--runs", 3));
    return 0;
}

int Referral()
{
    ReferralBenchmark.Run(
        folder,
        new ReferralSettings(Number("--seconds", 7200), Number("--rate", 400), Number("--lines", 5000)),
        Number("--runs", 3));
    return 0;
}

int Files()
{
    int runs = Number("--runs", 5);
    foreach (int perSession in new[] { 20, 6 })
    {
        string part = Path.Combine(folder, $"{perSession}");
        TrafficFiles files = TrafficFiles.Make(part, perSession, Number("--packets", 20) * 1_000_000L);
        Console.WriteLine(files.Describe());
        PipelineBenchmark.Run(files, runs);
        JoinShare.Run(files);
        PeerBenchmark.Run(files, runs);
        files.Delete();
        Console.WriteLine();
    }

    return 0;
}

int Number(string name, int otherwise) =>
    int.Parse(Text(name, otherwise.ToString(CultureInfo.InvariantCulture)), CultureInfo.InvariantCulture);

string Text(string name, string otherwise)
{
    int at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length ? args[at + 1] : otherwise;
}
