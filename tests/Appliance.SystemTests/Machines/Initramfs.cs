using System.Diagnostics;
using Appliance.TestSupport;

namespace Appliance.SystemTests.Machines;

/// <summary>
/// The first and only root of a small machine: busybox, the modules asked for, and, where wanted, the .NET runtime and
/// programs of this checkout. Its init answers on the second serial line.
/// </summary>
internal sealed class Initramfs
{
    // The shell of busybox knows its own commands; PATH finds the rest.
    private const string Init = """
        #!/bin/busybox sh
        /bin/busybox --install -s /bin
        export PATH=/bin:/sbin:/usr/bin:/usr/sbin HOME=/ DOTNET_ROOT=/usr/lib/dotnet DOTNET_NOLOGO=1
        export DOTNET_EnableDiagnostics=0
        mount -t proc proc /proc
        mount -t sysfs sysfs /sys
        mount -t devtmpfs devtmpfs /dev
        mount -t tmpfs tmpfs /run
        mkdir -p /dev/pts && mount -t devpts devpts /dev/pts
        ip link set lo up
        while read -r module; do insmod "$module" || echo "init: $module does not load"; done </modules
        exec sh /console ttyS1
        """;

    private static readonly string[] BaseModules = ["virtio_pci", "virtio_blk", "virtio_net"];
    private readonly List<Action<CpioArchive>> parts = [];
    private readonly List<string> modules = [.. BaseModules];

    /// <summary>Adds modules of the kernel, loaded at start in this order, each after what it needs.</summary>
    public Initramfs WithModules(params string[] names)
    {
        modules.AddRange(names);
        return this;
    }

    /// <summary>Adds a file or a whole folder of this host.</summary>
    public Initramfs With(string path, string source)
    {
        parts.Add(Directory.Exists(source)
            ? archive => archive.AddTree(path, source)
            : archive => archive.AddFile(path, source));
        return this;
    }

    /// <summary>Adds programs of this host with the libraries that they are linked with.</summary>
    public Initramfs WithPrograms(params string[] programs)
    {
        parts.Add(archive =>
        {
            string[] files = [.. programs.Select(each => InstalledPrograms.Find(each) ?? each)];
            AddWithLibraries(archive, files);
        });
        return this;
    }

    /// <summary>Adds the .NET runtime of this host; <c>/usr/lib/dotnet/dotnet /PATH/program.dll</c> starts.</summary>
    public Initramfs WithDotnet()
    {
        parts.Add(AddRuntime);
        return this;
    }

    /// <summary>Adds a built program of this checkout (<see cref="Programs.Library"/>) below /usr/lib/NAME.</summary>
    public Initramfs WithBuilt(string project, string name)
    {
        string folder = Path.GetDirectoryName(Programs.Library(project, name))!;
        parts.Add(archive =>
        {
            foreach (string file in Directory.EnumerateFiles(folder).Where(IsNeeded))
            {
                archive.AddFile($"/usr/lib/{name}/{Path.GetFileName(file)}", file);
            }

            string native = Path.Combine(folder, "runtimes", "linux-x64");
            if (Directory.Exists(native))
            {
                archive.AddTree($"/usr/lib/{name}/runtimes/linux-x64", native);
            }
        });
        return this;

        static bool IsNeeded(string file) => Path.GetExtension(file) is ".dll" or ".json";
    }

    /// <summary>Writes the archive.</summary>
    public void Write(string path)
    {
        using CpioArchive archive = new(File.Create(path));
        archive.AddText("/init", Init, isProgram: true);
        archive.AddFile("/bin/busybox", MachineParts.Busybox);
        archive.AddText("/console", MachineConsole.GuestScript);
        foreach (string folder in (string[])["/proc", "/sys", "/dev", "/run", "/tmp", "/mnt", "/etc"])
        {
            archive.AddFolder(folder);
        }

        IReadOnlyList<string> files = MachineParts.ModuleFiles(modules);
        archive.AddText("/modules", string.Concat(files.Select(f => $"/lib/modules/{Path.GetFileName(f)}\n")));
        foreach (string file in files)
        {
            archive.AddFile($"/lib/modules/{Path.GetFileName(file)}", file);
        }

        parts.ForEach(add => add(archive));
    }

    // The shared runtimes and the host, not the SDK, as the packages for a box would bring them.
    private static void AddRuntime(CpioArchive archive)
    {
        string core = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        string version = Path.GetFileName(core), shared = Path.GetDirectoryName(Path.GetDirectoryName(core))!;
        string root = Path.GetDirectoryName(shared)!;
        archive.AddFile("/usr/lib/dotnet/dotnet", Path.Combine(root, "dotnet"));
        archive.AddTree("/usr/lib/dotnet/host", Path.Combine(root, "host"));
        foreach (string framework in (string[])["Microsoft.NETCore.App", "Microsoft.AspNetCore.App"])
        {
            string from = Path.Combine(shared, framework, version);
            archive.AddTree($"/usr/lib/dotnet/shared/{framework}/{version}", from);
        }

        AddWithLibraries(
            archive,
            [
                Path.Combine(root, "dotnet"), .. Directory.EnumerateFiles(core, "*.so"), Library("libssl.so.3"),
                Library("libcrypto.so.3"),
            ],
            areFilesIn: true);
    }

    private static string Library(string name) => Path.Combine("/usr/lib/x86_64-linux-gnu", name);

    private static void AddWithLibraries(CpioArchive archive, IReadOnlyList<string> files, bool areFilesIn = false)
    {
        SortedSet<string> all = new(StringComparer.Ordinal);
        foreach (string file in files)
        {
            if (!areFilesIn || file.StartsWith("/usr/lib/x86_64", StringComparison.Ordinal))
            {
                all.Add(file);
            }

            all.UnionWith(Linked(file).Where(each => !areFilesIn || !each.Contains("/Microsoft.")));
        }

        foreach (string file in all)
        {
            archive.AddFile(file, file);
        }
    }

    // ldd prints "name => /path (address)", and the loader alone.
    private static IEnumerable<string> Linked(string file)
    {
        ProcessStartInfo start = new("ldd", [file]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        return Programs.Finish(process).Output.Split('\n')
            .SelectMany(line => line.Split([' ', '\t'])).Where(word => word.StartsWith('/'));
    }
}
