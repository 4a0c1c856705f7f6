using System.Globalization;
using Appliance.Benchmarks;

// ./appliance bench [--packets MILLIONS] [--runs N]: see README.md for what the figures mean.
int millions = Argument("--packets", 20);
int runs = Argument("--runs", 5);
string folder = Directory.CreateTempSubdirectory("appliance-bench-").FullName;
try
{
    foreach (int perSession in new[] { 20, 6 })
    {
        string part = Path.Combine(folder, $"{perSession}");
        TrafficFiles files = TrafficFiles.Make(part, perSession, millions * 1_000_000L);
        Console.WriteLine(files.Describe());
        PipelineBenchmark.Run(files, runs);
        PeerBenchmark.Run(files, runs);
        files.Delete();
        Console.WriteLine();
    }

    return 0;
}
finally
{
    Directory.Delete(folder, recursive: true);
}

int Argument(string name, int otherwise)
{
    int at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : otherwise;
}
