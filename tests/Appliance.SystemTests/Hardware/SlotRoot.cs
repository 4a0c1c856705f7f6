using System.Diagnostics;
using Appliance.SystemTests.Machines;
using Appliance.TestSupport;

namespace Appliance.SystemTests.Hardware;

/// <summary>
/// The root of a box in small: bash, the programs of Debian that the update script calls, with their libraries, and
/// the script itself. Its first program runs /first, which an image may bring, and then takes commands.
/// </summary>
internal static class SlotRoot
{
    private const string Init = """
        #!/bin/busybox sh
        /bin/busybox mkdir /run/bin
        /bin/busybox --install -s /run/bin
        export PATH=/usr/bin:/usr/sbin:/run/bin
        mount -t efivarfs efivarfs /sys/firmware/efi/efivars
        . /first
        exec sh /console ttyS1
        """;

    private static readonly string[] Needed =
    [
        "bash", "flock", "mountpoint", "blockdev", "mount", "umount", "find", "tar", "dd", "sha256sum", "od", "sync",
        "mktemp", "openssl", "veritysetup", "tpm2_nvread", "tpm2_nvincrement", "grep", "sed", "head", "tr", "cut",
        "cat", "cp", "mv", "rm", "sleep",
    ];

    // Opened by name at run time, so that no linker lists them.
    private static readonly string[] Opened =
    [
        "libtss2-esys.so.0", "libtss2-rc.so.0", "libtss2-mu.so.0", "libtss2-tcti-device.so.0", "libgcc_s.so.1",
    ];

    public static void Make(string tree)
    {
        foreach (string part in (string[])["bin", "sbin", "lib", "lib64"])
        {
            Directory.CreateDirectory(Path.Combine(tree, "usr", part));
            Directory.CreateSymbolicLink(Path.Combine(tree, part), $"usr/{part}");
        }

        foreach (string part in (string[])["etc", "var", "proc", "sys", "dev", "run", "tmp", "root"])
        {
            Directory.CreateDirectory(Path.Combine(tree, part));
        }

        Take(tree, MachineParts.Busybox, "/bin/busybox");
        foreach (string file in Needed.Select(name => InstalledPrograms.Find(name)!)
            .Concat(Opened.Select(name => $"/usr/lib/x86_64-linux-gnu/{name}")))
        {
            foreach (string each in Linked(file).Prepend(file))
            {
                Take(tree, each, each);
            }
        }

        string script = "/usr/lib/appliance-image/update";
        Take(tree, Path.Combine(Checkout.Root, "hardware", "image", "root") + script, script);
        File.WriteAllText(Path.Combine(tree, "etc", "machine-id"), "");
        File.WriteAllText(Path.Combine(tree, "console"), MachineConsole.GuestScript);
        string init = Path.Combine(tree, "sbin", "init");
        File.WriteAllText(init, Init);
        File.SetUnixFileMode(init, File.GetUnixFileMode(init) | UnixFileMode.UserExecute);
    }

    private static void Take(string tree, string file, string path)
    {
        string to = tree + path;
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        if (!File.Exists(to))
        {
            File.Copy(file, to);
        }
    }

    // ldd prints "name => /path (address)", and the loader alone; of a file without libraries, neither.
    private static IEnumerable<string> Linked(string file)
    {
        ProcessStartInfo start = new("ldd", [file]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        return Programs.Finish(process).Output.Split('\n')
            .SelectMany(line => line.Split([' ', '\t'])).Where(word => word.StartsWith('/'));
    }
}
