using System.Diagnostics;
using System.Globalization;
using Appliance.SystemTests.Machines;
using Appliance.TestSupport;

namespace Appliance.SystemTests.Hardware;

/// <summary>
/// A box made by the scripts of hardware/image, with a root of busybox in place of Debian: firmware, signed kernel with
/// the true first root, root under dm-verity in slot a, state partition under a TPM in software.
/// </summary>
internal sealed class SealedBox : IDisposable
{
    private const string Words = $"console=ttyS0 {VirtualMachine.Quickly}";

    private const string RootInit = """
        #!/bin/busybox sh
        /bin/busybox mount -t tmpfs tmpfs /run
        /bin/busybox mkdir /run/bin
        /bin/busybox --install -s /run/bin
        export PATH=/run/bin
        exec sh /console ttyS1
        """;

    private static readonly string Scripts = Path.Combine(Checkout.Root, "hardware", "image");
    private static readonly string Stub = Path.Combine(
        MachineParts.Folder, "usr", "lib", "systemd", "boot", "efi", "linuxx64.efi.stub");

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("box-");
    private readonly string modules = Path.Combine(MachineParts.Folder, "lib", "modules", MachineParts.Release);

    public SealedBox()
    {
        MakeRoot();
        Run(Path.Combine(Scripts, "initrd", "make"), At("initrd"), "/", modules, MachineParts.Busybox);
        MakeMaker("maker");
        MakeDrive();
        Tpm = new SoftwareTpm(At("tpm"));
    }

    public SoftwareTpm Tpm { get; }

    public string Drive => At("drive");

    public string At(string name) => Path.Combine(folder.FullName, name);

    /// <summary>A key pair of somebody who makes images.</summary>
    public void MakeMaker(string name)
    {
        Run("openssl", "genrsa", "-out", At($"{name}.pem"), "2048");
        Run("openssl", "rsa", "-in", At($"{name}.pem"), "-pubout", "-out", At($"{name}.pub"));
    }

    /// <summary>The file that starts the root, with a number and a maker's signature.</summary>
    public string Kernel(int number, string maker)
    {
        string file = At($"{maker}-{number}.efi");
        Run(
            Path.Combine(Scripts, "kernel"), file, MachineParts.PackedKernel, At("initrd"), Stub,
            File.ReadAllText(At("sealed/root.hash")).Trim(), number.ToString(CultureInfo.InvariantCulture),
            At($"{maker}.pem"), At($"{maker}.pub"), Words);
        SecureFirmware.Sign(file);
        return file;
    }

    /// <summary>Starts a kernel on the drive, with a chip.</summary>
    public VirtualMachine Start(string kernel, SoftwareTpm chip) => VirtualMachine.PowerOn(Options(kernel, chip));

    /// <summary>Starts a kernel that must not come up.</summary>
    /// <returns>What it said until it restarted.</returns>
    public string Refused(string kernel, SoftwareTpm chip)
    {
        using VirtualMachine machine = VirtualMachine.PowerOn(Options(kernel, chip));
        return machine.WaitForEnd() ? machine.Log : throw new TimeoutException($"it does not end: {machine.Log}");
    }

    /// <summary>Where a partition begins, in bytes.</summary>
    public long OffsetOf(string partition)
    {
        string line = Run("sfdisk", "-d", Drive).Split('\n').Single(each => each.Contains($"name=\"{partition}\""));
        return 512 * long.Parse(line.Split("start=")[1].Split(',')[0], CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        Tpm.Dispose();
        folder.Delete(recursive: true);
    }

    public static string Run(string program, params string[] arguments)
    {
        string path = Path.IsPathRooted(program) ? program : InstalledPrograms.Find(program)!;
        ProcessStartInfo start = new(path, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATH"] = $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin";
        using Process process = Process.Start(start)!;
        Outcome outcome = Programs.Finish(process);
        return outcome.Code == 0
            ? outcome.Output
            : throw new InvalidOperationException($"{program}: {outcome.Output}{outcome.Error}");
    }

    private MachineOptions Options(string kernel, SoftwareTpm chip) => new()
    {
        Folder = folder.FullName, Kernel = kernel, Firmware = SecureFirmware.Make(At("variables")),
        Drives = [new MachineDrive(Drive)], Tpm = chip, MemoryMebibytes = 768,
    };

    private void MakeRoot()
    {
        string tree = At("tree");
        foreach (string part in (string[])
            ["bin", "sbin", "etc", "var/lib", "proc", "sys", "dev", "run", "tmp", "root"])
        {
            Directory.CreateDirectory(Path.Combine(tree, part));
        }

        File.Copy(MachineParts.Busybox, Path.Combine(tree, "bin", "busybox"));
        File.WriteAllText(Path.Combine(tree, "etc", "machine-id"), "");
        File.WriteAllText(Path.Combine(tree, "console"), MachineConsole.GuestScript);
        string init = Path.Combine(tree, "sbin", "init");
        File.WriteAllText(init, RootInit);
        File.SetUnixFileMode(init, File.GetUnixFileMode(init) | UnixFileMode.UserExecute);
        Run(Path.Combine(Scripts, "build"), "seal", tree, At("sealed"));
    }

    // The names of the recipe's partitions, smaller.
    private void MakeDrive()
    {
        using (FileStream file = File.Create(Drive))
        {
            file.SetLength(200 << 20);
        }

        File.WriteAllText(At("table"), """
            label: gpt
            size=8MiB, name=boot
            size=16MiB, name=root-a
            size=4MiB, name=verity-a
            size=16MiB, name=root-b
            size=4MiB, name=verity-b
            name=state

            """);
        Run("sh", "-c", "sfdisk --quiet \"$1\" <\"$2\"", "sfdisk", Drive, At("table"));
        Put("root-a", At("sealed/root.squashfs"));
        Put("verity-a", At("sealed/root.verity"));
    }

    private void Put(string partition, string content)
    {
        using FileStream drive = File.OpenWrite(Drive);
        drive.Position = OffsetOf(partition);
        drive.Write(File.ReadAllBytes(content));
    }
}
