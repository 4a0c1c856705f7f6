using System.Globalization;
using Appliance.Lab.Bed;

namespace Appliance.Benchmarks.Live;

/// <summary>How each live figure is taken.</summary>
/// <param name="Rates">Packets a second, of all legs together.</param>
/// <param name="Seconds">Length of a round.</param>
/// <param name="Rounds">Rounds of each figure.</param>
/// <param name="PacketsPerSession">On each leg, on average.</param>
internal sealed record LiveSettings(IReadOnlyList<int> Rates, int Seconds, int Rounds, int PacketsPerSession);

/// <summary>Figures of the daemon at a running interface: `bench live`; see README.md for what they mean.</summary>
internal static class LiveBenchmark
{
    private const string Niceness = "-15";
    private static readonly string[] Needed = ["ip", "ethtool", "nfpcapd", "mosquitto"];

    /// <summary>Runs all; the exit code.</summary>
    public static int Run(string folder, LiveSettings settings)
    {
        string[] missing = [.. Needed.Where(program => !PeerBenchmark.Installed(program))];
        if (!Environment.IsPrivilegedProcess || missing.Length > 0)
        {
            Console.Error.WriteLine(
                $"bench live: needs root and the Debian programs {string.Join(", ", missing)}; run it as root");
            return 2;
        }

        BeFirst();
        using LiveBed bed = LiveBed.Start();
        Console.WriteLine($"{Environment.ProcessorCount} processors; load {Load()} before");
        int part = 0;
        foreach (int rate in settings.Rates)
        {
            CaptureCost.Run(bed, Path.Combine(folder, $"{part++}"), settings, rate, bothLegs: false);
        }

        int highest = settings.Rates.Max();
        CaptureCost.Run(bed, Path.Combine(folder, $"{part++}"), settings, highest, bothLegs: true);
        RingDrain.Run(bed, Path.Combine(folder, $"{part++}"), settings, highest);
        Console.WriteLine("pauses of the packet thread:");
        UplinkPause.Run(bed, Path.Combine(folder, $"{part++}"), settings, settings.Rates.Min());
        Console.WriteLine($"load {Load()} after");
        return 0;
    }

    // Everything started from here on inherits it, peers too: what else the machine does disturbs all of them less.
    // Where the kernel groups processes by their session (sched(7), autogroup) only the group's niceness counts.
    private static void BeFirst()
    {
        const string Group = "/proc/self/autogroup";
        BedProcess.Run("renice", "-n", Niceness, "-p", Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        if (File.Exists(Group))
        {
            File.WriteAllText(Group, Niceness);
        }
    }

    // Averages of 1, 5 and 15 minutes: above the number of processors others were at work too.
    private static string Load() => string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ')[..3]);
}
