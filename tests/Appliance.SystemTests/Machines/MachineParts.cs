using Appliance.TestSupport;

namespace Appliance.SystemTests.Machines;

/// <summary>
/// What a machine starts from, as the script <c>parts</c> left it in artifacts/machine: Debian's kernel, its modules,
/// busybox. Nothing of it is installed on this host.
/// </summary>
internal static class MachineParts
{
    public static string Folder { get; } = Path.Combine(Checkout.Root, "artifacts", "machine");

    /// <summary>Version of the kernel, as <c>uname -r</c> says it.</summary>
    public static string Release => File.ReadAllText(Path.Combine(Folder, "release")).Trim();

    /// <summary>The kernel as it runs; an emulated processor starts it in a third of the time.</summary>
    public static string Kernel => Path.Combine(Folder, "kernel");

    /// <summary>
    /// The kernel that unpacks itself. QEMU 7.2 hands the other one broken ACPI tables as soon as there is a TPM.
    /// </summary>
    public static string PackedKernel => Path.Combine(Folder, "boot", $"vmlinuz-{Release}");

    public static string Busybox => Path.Combine(Folder, "bin", "busybox");

    private static string Modules => Path.Combine(Folder, "lib", "modules", Release);

    /// <summary>Files of the named modules and of all that they need, each after what it needs.</summary>
    /// <exception cref="InvalidOperationException">The kernel has no such module.</exception>
    public static IReadOnlyList<string> ModuleFiles(IEnumerable<string> names)
    {
        Dictionary<string, string> needs = File.ReadLines(Path.Combine(Modules, "modules.dep"))
            .Select(line => line.Split(':', 2)).ToDictionary(parts => parts[0], parts => parts[1]);
        List<string> ordered = [];
        foreach (string name in names)
        {
            string file = needs.Keys.FirstOrDefault(path => Path.GetFileNameWithoutExtension(path) == name)
                ?? throw new InvalidOperationException($"the kernel {Release} has no module {name}");
            Add(file);
        }

        return [.. ordered.Select(file => Path.Combine(Modules, file))];

        void Add(string file)
        {
            foreach (string need in needs[file].Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                Add(need);
            }

            if (!ordered.Contains(file))
            {
                ordered.Add(file);
            }
        }
    }
}
