using System.Globalization;

namespace Appliance.Benchmarks;

/// <summary>Flow meters from Debian over the same inside leg in the same run, where they are installed.</summary>
internal static class PeerBenchmark
{
    public static void Run(TrafficFiles files, int runs)
    {
        string output = Path.Combine(files.Folder, "peer");
        Directory.CreateDirectory(output);
        Report(files, "nfpcapd", runs, "-r", files.Inside, "-w", output, "-y");
        Report(files, "softflowd", runs, "-r", files.Inside, "-n", "127.0.0.1:9", "-m", "2000000", "-d");
        Report(files, "argus", runs, "-r", files.Inside, "-w", Path.Combine(output, "argus.out"));
    }

    private static void Report(TrafficFiles files, string program, int runs, params string[] arguments)
    {
        if (!Installed(program))
        {
            Console.WriteLine($"  {program,-22} not installed");
            return;
        }

        try
        {
            Measured cpu = Measured.Run(runs, program, arguments);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {program,-22} {files.PacketsInside / cpu.Best / 1e6,6:F2} M packets/CPU s"
                + $"  {1e9 * cpu.Best / files.PacketsInside,5:F0} ns  spread {cpu.SpreadPercent,3:F0} %"
                + $"  (inside leg)"));
        }
        catch (InvalidOperationException failure)
        {
            Console.WriteLine($"  {program,-22} failed: {failure.Message}");
        }
    }

    public static bool Installed(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Append("/usr/sbin")
        .Any(folder => File.Exists(Path.Combine(folder, program)));
}
