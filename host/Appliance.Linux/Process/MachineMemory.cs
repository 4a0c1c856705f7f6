using System.Globalization;

namespace Appliance.Linux.Process;

/// <summary>How much memory there is for this process.</summary>
/// <param name="PhysicalBytes">What the machine has.</param>
/// <param name="GroupBytes">What the process's control group, or one above it, may take; null without a limit.</param>
public readonly record struct MachineMemory(long PhysicalBytes, long? GroupBytes)
{
    private const string Groups = "/sys/fs/cgroup";

    /// <summary>Asks the kernel.</summary>
    /// <exception cref="IOException">It does not say what the machine has.</exception>
    public static MachineMemory Read() => Of(
        File.ReadAllText("/proc/meminfo"),
        File.Exists("/proc/self/cgroup") ? File.ReadAllText("/proc/self/cgroup") : "",
        path => File.Exists(path) ? File.ReadAllText(path) : null);

    /// <summary>The smallest limit from the process's group up to the root, in either version of groups.</summary>
    internal static MachineMemory Of(string meminfo, string groups, Func<string, string?> read)
    {
        long? least = null;
        foreach (string line in groups.Split('\n'))
        {
            // "0::/path" is version 2; "4:memory:/path" is the controller of version 1.
            string[] fields = line.Split(':', 3);
            string[] controllers = fields.Length == 3 ? fields[1].Split(',') : [];
            bool isUnified = fields is ["0", "", _];
            if (isUnified || controllers.Contains("memory"))
            {
                string folder = isUnified ? Groups : Groups + "/memory";
                string file = isUnified ? "memory.max" : "memory.limit_in_bytes";
                for (string path = fields[2].TrimEnd('/'); ; path = path[..Math.Max(0, path.LastIndexOf('/'))])
                {
                    least = Least(least, read($"{folder}{path}/{file}"));
                    if (path.Length == 0)
                    {
                        break;
                    }
                }
            }
        }

        long physical = PhysicalOf(meminfo);
        return new MachineMemory(physical, least < physical ? least : null);
    }

    // "max" is no limit; version 1 writes an absurdly large number, which is above what the machine has.
    private static long? Least(long? least, string? text) =>
        long.TryParse(text?.Trim(), CultureInfo.InvariantCulture, out long bytes) && !(least <= bytes) ? bytes : least;

    private static long PhysicalOf(string meminfo)
    {
        foreach (string line in meminfo.Split('\n'))
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words is ["MemTotal:", string kibibytes, "kB"])
            {
                return long.Parse(kibibytes, CultureInfo.InvariantCulture) << 10;
            }
        }

        throw new IOException("/proc/meminfo does not say how much memory there is");
    }
}
