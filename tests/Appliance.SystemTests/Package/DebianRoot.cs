using System.Diagnostics;
using Appliance.Lab.Bed;
using Appliance.TestSupport;

namespace Appliance.SystemTests.Package;

/// <summary>
/// A minimal Debian 12 in a folder, with this machine's .NET runtime copied in where the package of it would put it.
/// Each command sees its own /proc and /dev, which go with it; nothing stays mounted.
/// </summary>
internal sealed class DebianRoot : IDisposable
{
    private const string Enter = """
        root=$1; shift
        mount -t proc proc "$root/proc"
        mount --rbind /dev "$root/dev"
        exec chroot "$root" "$@"
        """;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("debian-root-");
    private readonly string @namespace = $"appdeb{Environment.ProcessId}";

    public DebianRoot()
    {
        // What the package depends on, and nothing else.
        Outcome made = Run(
            "mmdebstrap", "--variant=essential", "--include=systemd,passwd,libssl3,libstdc++6,zlib1g", "--quiet",
            "--dpkgopt=force-unsafe-io", "--dpkgopt=path-exclude=/usr/share/locale/*", "bookworm", Path);
        if (made.Code != 0)
        {
            folder.Delete(recursive: true);
            throw new InvalidOperationException($"mmdebstrap: {made.Error}");
        }

        CopyRuntime();
        BedProcess.Run("ip", "netns", "add", @namespace);
        BedProcess.Run("ip", "-n", @namespace, "link", "add", "in0", "type", "veth", "peer", "name", "out0");
        BedProcess.Run("ip", "-n", @namespace, "link", "set", "in0", "up");
        BedProcess.Run("ip", "-n", @namespace, "link", "set", "out0", "up");
    }

    public string Path => System.IO.Path.Combine(folder.FullName, "root");

    /// <summary>A command within, as root.</summary>
    public Outcome In(params string[] command) => Run("unshare", EnterArguments(command));

    /// <summary>The same; it must succeed.</summary>
    public string Must(params string[] command)
    {
        Outcome outcome = In(command);
        return outcome.Code == 0
            ? outcome.Output
            : throw new InvalidOperationException(
                $"{string.Join(' ', command)} ended with {outcome.Code}: {outcome.Output}{outcome.Error}");
    }

    /// <summary>A program within that stays, in a network of its own with the cable in0 to out0.</summary>
    public BedProcess Start(params string[] command) => BedProcess.Start(
        "ip", ["netns", "exec", @namespace, "unshare", .. EnterArguments(command)]);

    /// <summary>Frames on the cable, each way: questions for an address that nobody has.</summary>
    public void SendFrames()
    {
        foreach ((string end, string address) in new[] { ("in0", "100.64.0.1/24"), ("out0", "203.0.113.1/24") })
        {
            BedProcess.Run("ip", "-n", @namespace, "address", "replace", address, "dev", end);
        }

        // Nobody answers, which is no failure here.
        Run("ip", "netns", "exec", @namespace, "ping", "-c", "2", "-W", "1", "-i", "0.2", "100.64.0.9");
        Run("ip", "netns", "exec", @namespace, "ping", "-c", "2", "-W", "1", "-i", "0.2", "203.0.113.9");
    }

    public string File(string path) => System.IO.Path.Combine(Path, path.TrimStart('/'));

    /// <summary>Copies a file of this machine to a place within.</summary>
    public string Bring(string file)
    {
        string name = System.IO.Path.GetFileName(file);
        System.IO.File.Copy(file, File(name), overwrite: true);
        return "/" + name;
    }

    /// <summary>Every path within, but for what a package manager writes about itself.</summary>
    public SortedSet<string> Paths()
    {
        string list = Run("find", Path, "-xdev", "-printf", "%P\n").Output;
        return new SortedSet<string>(
            list.Split('\n').Where(path => !path.StartsWith("var/cache/", StringComparison.Ordinal)
                && !path.StartsWith("var/log/", StringComparison.Ordinal)
                && !path.StartsWith("proc", StringComparison.Ordinal) && !path.EndsWith(".deb")),
            StringComparer.Ordinal);
    }

    public void Dispose()
    {
        BedProcess.Run("ip", "netns", "del", @namespace);
        folder.Delete(recursive: true);
    }

    private string[] EnterArguments(string[] command) =>
        ["--mount", "--propagation", "private", "--", "sh", "-c", Enter, "enter", Path, .. command];

    // The shared runtimes and the host, not the SDK: what aspnetcore-runtime-10.0 would bring.
    private void CopyRuntime()
    {
        string shared = System.IO.Path.GetDirectoryName(System.IO.Path.GetDirectoryName(
            System.IO.Path.GetDirectoryName(typeof(object).Assembly.Location)))!;
        string source = System.IO.Path.GetDirectoryName(shared)!;
        string target = File("/usr/lib/dotnet");
        Directory.CreateDirectory(target);
        foreach (string part in new[] { "dotnet", "host", "shared" })
        {
            BedProcess.Run("cp", "-a", System.IO.Path.Combine(source, part), target);
        }
    }

    private static Outcome Run(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(InstalledPrograms.Find(program) ?? program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DEBIAN_FRONTEND"] = "noninteractive";
        start.Environment["LC_ALL"] = "C";
        start.Environment["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        start.Environment.Remove("DOTNET_ROOT");
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Limit))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} did not end in {Limit}");
        }

        return new Outcome(process.ExitCode, output.Result, error.Result);
    }
}
