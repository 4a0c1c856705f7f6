using System.Diagnostics;
using Xunit;
using Xunit.Abstractions;

namespace Appliance.SystemTests.Machines;

/// <summary>The machine that other tests are run in.</summary>
public sealed class MachineTests(ITestOutputHelper output) : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("machine-");

    public void Dispose() => folder.Delete(recursive: true);

    [MachineFact("swtpm")]
    public void A_machine_has_a_TPM_runs_commands_and_the_product_and_keeps_what_its_drive_was_told()
    {
        string drive = Path.Combine(folder.FullName, "drive");
        using (FileStream file = File.Create(drive))
        {
            file.SetLength(1 << 20);
        }

        using SoftwareTpm tpm = new(Path.Combine(folder.FullName, "tpm"));
        MachineOptions options = new()
        {
            Folder = folder.FullName, Drives = [new MachineDrive(drive)], Tpm = tpm, MemoryMebibytes = 1024,
        };
        Initramfs root = new Initramfs().WithDotnet().WithBuilt("Appliance.Icrctl", "icrctl");
        Stopwatch watch = Stopwatch.StartNew();
        using (VirtualMachine machine = VirtualMachine.Boot(options, root))
        {
            output.WriteLine($"{VirtualMachine.Speed}: commands after {watch.Elapsed.TotalSeconds:F1} s");
            Assert.Equal(MachineParts.Release, machine.Must("uname -r").Trim());
            Assert.Equal(new Outcome(3, "one\ntwo\n", ""), machine.Run("echo one; echo two >&2; exit 3"));
            Assert.Equal("2", machine.Must("cat /sys/class/tpm/tpm0/tpm_version_major").Trim());
            Outcome help = machine.Run("/usr/lib/dotnet/dotnet /usr/lib/icrctl/icrctl.dll --help");
            Assert.True(help.Code == 0, help.Output);
            Assert.Contains("provision", help.Output);
            machine.Must("echo kept >/dev/vda && sync");
            machine.CutPower();
        }

        using VirtualMachine again = VirtualMachine.Boot(options with { Tpm = null }, new Initramfs());
        Assert.Equal("kept\n", again.Must("head -c 5 /dev/vda"));
        output.WriteLine($"both: {watch.Elapsed.TotalSeconds:F1} s");
        Assert.True(again.Run("true").Code == 0);
        again.Console.Type("0 " + Convert.ToBase64String("poweroff -f\n"u8) + "\n");
        Assert.True(again.WaitForEnd());
    }
}
