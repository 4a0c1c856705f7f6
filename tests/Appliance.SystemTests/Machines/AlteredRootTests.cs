using System.Globalization;
using System.Text;
using Appliance.SystemTests.Hardware;
using Appliance.TestSupport;
using Xunit;

namespace Appliance.SystemTests.Machines;

/// <summary>A root that somebody alters under a running machine, opened as the box opens it.</summary>
public sealed class AlteredRootTests : IDisposable
{
    private const int Block = 4096;
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("altered-");

    public void Dispose() => folder.Delete(recursive: true);

    [MachineFact("veritysetup", "mksquashfs")]
    public void An_altered_block_stops_the_machine_when_it_is_read()
    {
        Seal();
        string hash = File.ReadAllText(At("sealed/root.hash")).Trim();
        long block = new FileInfo(At("sealed/root.squashfs")).Length / 2 / Block;
        MachineOptions options = new()
        {
            Folder = folder.FullName,
            Drives = [new MachineDrive(At("sealed/root.squashfs")), new MachineDrive(At("sealed/root.verity"))],
        };
        Initramfs root = new Initramfs().WithModules("dm-verity", "squashfs").WithPrograms("veritysetup");
        using VirtualMachine machine = VirtualMachine.Boot(options, root);
        machine.Must(OpenLikeTheBox(hash));
        Assert.Equal("whole\n", machine.Must("mount -t squashfs -o ro /dev/mapper/root /mnt && cat /mnt/etc/word"));
        string read = string.Create(
            CultureInfo.InvariantCulture,
            $"dd if=/dev/mapper/root of=/dev/null bs={Block} skip={block} count=1 iflag=direct");
        machine.Must(read);

        Alter((block * Block) + 100);
        machine.Console.Type("0 " + Convert.ToBase64String(Encoding.ASCII.GetBytes(read + "\n")) + "\n");
        Assert.True(machine.WaitForEnd(), "the machine goes on");
        Assert.Contains(
            string.Create(CultureInfo.InvariantCulture, $"data block {block} is corrupted"), machine.Log);
        Assert.Contains("Kernel panic", machine.Log);
    }

    // The very words of the first root, for this machine's drives.
    private static string OpenLikeTheBox(string hash)
    {
        string init = File.ReadAllText(Path.Combine(Checkout.Root, "hardware", "image", "initrd", "init"));
        const string words = """veritysetup open --panic-on-corruption "$data" root "$hashes" "$1" """;
        Assert.Contains(words, init);
        return $"export DM_DISABLE_UDEV=1; data=/dev/vda hashes=/dev/vdb; set {hash}; {words}";
    }

    // A file system with some megabytes that do not compress.
    private void Seal()
    {
        Directory.CreateDirectory(At("tree/etc"));
        File.WriteAllText(At("tree/etc/word"), "whole\n");
        byte[] content = new byte[4 << 20];
        new Random(7).NextBytes(content);
        File.WriteAllBytes(At("tree/content"), content);
        SealedBox.Run(Path.Combine(Checkout.Root, "hardware", "image", "build"), "seal", At("tree"), At("sealed"));
    }

    private void Alter(long at)
    {
        using FileStream drive = new(
            At("sealed/root.squashfs"), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        drive.Position = at;
        int value = drive.ReadByte();
        drive.Position = at;
        drive.WriteByte((byte)(value ^ 1));
    }

    private string At(string name) => Path.Combine(folder.FullName, name);
}
