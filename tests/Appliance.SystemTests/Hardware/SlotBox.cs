using System.Globalization;
using Appliance.SystemTests.Machines;
using Appliance.TestSupport;

namespace Appliance.SystemTests.Hardware;

/// <summary>
/// A box that starts from its drive: firmware with secure boot, systemd-boot, the kernels and the first root of the
/// recipe, its update script. The root is a shell with the programs that the script needs, in place of Debian.
/// </summary>
internal sealed class SlotBox : IDisposable
{
    // What a desk needs to see and say something; the recipe has neither.
    private const string Words = $"console=ttyS0 {VirtualMachine.Quickly}";

    /// <summary>The update script on the box, with a health that says yes.</summary>
    public const string Update =
        "IMAGE_HEALTHY=true IMAGE_PAUSE=0 IMAGE_RESTART='reboot -f' /usr/lib/appliance-image/update";

    private static readonly string Recipe = Path.Combine(Checkout.Root, "hardware", "image");
    private static readonly string Efi = Path.Combine(MachineParts.Folder, "usr", "lib", "systemd", "boot", "efi");
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("box-");
    private readonly SoftwareTpm tpm;
    private readonly (string, string) firmware;

    public SlotBox()
    {
        tpm = new SoftwareTpm(At("tpm"));
        firmware = SecureFirmware.Make(At("variables"));
        SlotRoot.Make(At("tree"));
        Run(
            Path.Combine(Recipe, "initrd", "make"), At("initrd"), "/",
            Path.Combine(MachineParts.Folder, "lib", "modules", MachineParts.Release), MachineParts.Busybox);
        Run("openssl", "genrsa", "-out", At("maker.pem"), "2048");
        Run("openssl", "rsa", "-in", At("maker.pem"), "-pubout", "-out", At("maker.pub"));
        File.Copy(Path.Combine(Efi, "systemd-bootx64.efi"), At("loader.efi"));
        SecureFirmware.Sign(At("loader.efi"));
    }

    public string Drive => At("drive");

    public string At(string name) => Path.Combine(folder.FullName, name);

    /// <summary>An image with what its root does first, packed.</summary>
    /// <returns>The update; the folder of its parts has the same name without ".tar".</returns>
    public string Image(int number, string first)
    {
        string image = At($"image-{number}"), kernel = Path.Combine(image, "kernel.efi");
        File.WriteAllText(Path.Combine(At("tree"), "first"), first);
        Run(Path.Combine(Recipe, "build"), "seal", At("tree"), image);
        Run(
            Path.Combine(Recipe, "kernel"), kernel, MachineParts.PackedKernel, At("initrd"),
            Path.Combine(Efi, "linuxx64.efi.stub"), File.ReadAllText(Path.Combine(image, "root.hash")).Trim(),
            number.ToString(CultureInfo.InvariantCulture), At("maker.pem"), At("maker.pub"), Words);
        SecureFirmware.Sign(kernel);
        Run(
            "env", $"PACK_WORDS={Words}", Path.Combine(Recipe, "pack"), $"{image}.tar",
            number.ToString(CultureInfo.InvariantCulture), image, At("maker.pem"));
        return $"{image}.tar";
    }

    /// <summary>The names of the recipe's partitions, smaller, with an image in slot a.</summary>
    public void MakeDrive(int number)
    {
        string image = At($"image-{number}");
        Run(
            Path.Combine(Recipe, "boot"), At("boot"), "128", At("loader.efi"), Path.Combine(image, "kernel.efi"),
            number.ToString(CultureInfo.InvariantCulture));
        using (FileStream file = File.Create(Drive))
        {
            file.SetLength(320 << 20);
        }

        File.WriteAllText(At("table"), """
            label: gpt
            size=128MiB, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B, name=boot
            size=16MiB, name=root-a
            size=4MiB, name=verity-a
            size=16MiB, name=root-b
            size=4MiB, name=verity-b
            name=state

            """);
        Run("sh", "-c", "sfdisk --quiet \"$1\" <\"$2\"", "sfdisk", Drive, At("table"));
        Put("boot", At("boot"));
        PutRoot("a", number);
    }

    /// <summary>Writes an image's root into a slot, past everything that guards it.</summary>
    public void PutRoot(string slot, int number)
    {
        Put($"root-{slot}", Path.Combine(At($"image-{number}"), "root.squashfs"));
        Put($"verity-{slot}", Path.Combine(At($"image-{number}"), "root.verity"));
    }

    /// <summary>Starts the drive.</summary>
    /// <param name="log">Where every write to the drive is kept; null where none is.</param>
    /// <param name="updates">Files that the machine has as drives, /dev/vdb first.</param>
    public MachineOptions Options(string? log, params string[] updates) => new()
    {
        Folder = folder.FullName, Firmware = firmware, Tpm = tpm, MemoryMebibytes = 768,
        Drives = [new(Drive, Log: log), .. updates.Select(file => new MachineDrive(file, IsReadOnly: true))],
    };

    /// <summary>Starts the drive when it must not come up.</summary>
    /// <returns>What it said until it restarted.</returns>
    public string Ended()
    {
        using VirtualMachine machine = VirtualMachine.PowerOn(Options(null));
        return machine.WaitForEnd() ? machine.Log : throw new TimeoutException($"it does not end: {machine.Log}");
    }

    /// <summary>Where a partition begins and how long it is, in bytes.</summary>
    public (long Offset, long Length) PartitionOf(string name)
    {
        string line = Run("sfdisk", "-d", Drive).Split('\n').Single(each => each.Contains($"name=\"{name}\""));
        return (512 * Field(line, "start="), 512 * Field(line, "size="));

        static long Field(string line, string key) =>
            long.Parse(line.Split(key)[1].Split(',')[0], CultureInfo.InvariantCulture);
    }

    /// <summary>Names of the boot partition's kernels.</summary>
    public string[] Entries() => EntriesOf(Drive);

    /// <summary>The same of a copy of the drive.</summary>
    public string[] EntriesOf(string drive) =>
    [
        .. Tools("mdir", "-b", "-i", Boot(drive), "::EFI/Linux").Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Trim().Split('/')[^1]).Where(name => name.Length > 0).Order(StringComparer.Ordinal),
    ];

    /// <summary>What a file of the boot partition holds.</summary>
    public byte[] ReadBoot(string drive, string name)
    {
        string file = At("read");
        Tools("mcopy", "-n", "-o", "-i", Boot(drive), $"::{name}", file);
        return File.ReadAllBytes(file);
    }

    /// <summary>Changes the boot partition from outside, as who has the drive in his hands can.</summary>
    public void ChangeBoot(string program, params string[] arguments) =>
        Tools(program, ["-i", Boot(Drive), .. arguments]);

    public void Dispose()
    {
        tpm.Dispose();
        folder.Delete(recursive: true);
    }

    /// <summary>Runs a program of this host; it must succeed.</summary>
    public static string Run(string program, params string[] arguments)
    {
        Outcome outcome = SlotPackages.Run(program, arguments);
        return outcome.Code == 0
            ? outcome.Output
            : throw new InvalidOperationException($"{program}: {outcome.Output}{outcome.Error}");
    }

    private static string Tools(string program, params string[] arguments) =>
        Run("env", ["MTOOLS_SKIP_CHECK=1", program, .. arguments]);

    private string Boot(string drive) => string.Create(
        CultureInfo.InvariantCulture, $"{drive}@@{PartitionOf("boot").Offset}");

    private void Put(string partition, string content)
    {
        using FileStream drive = File.OpenWrite(Drive);
        drive.Position = PartitionOf(partition).Offset;
        drive.Write(File.ReadAllBytes(content));
    }
}
