using System.Diagnostics;
using Appliance.SystemTests.Machines;
using Xunit;
using Xunit.Abstractions;

namespace Appliance.SystemTests.Hardware;

/// <summary>
/// A box's own update with the true loader, firmware with secure boot, a TPM: each start takes a minute emulated.
/// </summary>
public sealed class SlotBoxTests(ITestOutputHelper output)
{
    // What a broken image does: the first program ends, which the kernel does not survive; then it is never healthy.
    private const string Broken = """
        tries=$(cat /var/tries 2>/dev/null || echo 0)
        echo $((tries + 1)) >/var/tries
        sync
        [ "$tries" -gt 0 ] || exit 1
        IMAGE_HEALTHY=false IMAGE_PAUSE=0 IMAGE_RESTART='reboot -f' /usr/lib/appliance-image/update settle
        """;

    // 36 MB checked, written and read back: a minute emulated on a machine of its own.
    private static readonly TimeSpan InstallLimit = TimeSpan.FromMinutes(20);

    private readonly Stopwatch watch = Stopwatch.StartNew();

    [FullMachineFact(
        "swtpm", "cryptsetup", "veritysetup", "mksquashfs", "cpio", "objcopy", "sfdisk", "tpm2_nvread", "mkfs.ext4",
        "mkfs.vfat", "mcopy", "sbsign", "/lib/systemd/systemd-measure", SecureFirmware.Code,
        "/usr/lib/x86_64-linux-gnu/libtss2-tcti-swtpm.so.0", "/usr/lib/x86_64-linux-gnu/libtss2-tcti-device.so.0",
        "/usr/lib/x86_64-linux-gnu/libtss2-rc.so.0")]
    public void A_good_update_stays_a_broken_one_falls_back_and_an_old_one_does_not_start()
    {
        using SlotBox box = new();
        string first = box.Image(1, "# 1"), second = box.Image(2, "# 2"), third = box.Image(3, Broken);
        box.MakeDrive(1);
        Told("three images made");
        InstallsTheSecond(box, second);
        TheSecondIsGood(box, first, third);
        TheThirdFallsBack(box);
        TheFirstDoesNotStart(box);
    }

    private void InstallsTheSecond(SlotBox box, string second)
    {
        string before = box.At("before"), log = box.At("writes");
        File.Copy(box.Drive, before);
        using (VirtualMachine machine = VirtualMachine.Boot(box.Options(log, second)))
        {
            Told("new box started");
            machine.Must($"{SlotBox.Update} settle");
            machine.Must("echo kept >/var/kept && sync");
            machine.Must($"{SlotBox.Update} install /dev/vdb", InstallLimit);
            Restart(machine);
        }

        Assert.Equal(["appliance_1.efi", "appliance_2+3.efi"], box.Entries());
        Told("image 2 written");
        NoCutIsFatal(box, before, log);
    }

    private void TheSecondIsGood(SlotBox box, string first, string third)
    {
        string before = box.At("before"), log = box.At("writes");
        File.Copy(box.Drive, before, overwrite: true);
        using (VirtualMachine machine = VirtualMachine.Boot(box.Options(log, third, first)))
        {
            Told("image 2 started");
            Assert.Equal("2\nb\nkept\n", machine.Must("cat /run/image/number /run/image/slot /var/kept"));
            Assert.Contains("\"trial\":true", machine.Must($"{SlotBox.Update} status"));
            Assert.Contains("on trial", machine.Run($"{SlotBox.Update} install /dev/vdb").Output);
            machine.Must($"{SlotBox.Update} settle");
            Assert.Equal(
                """{"number":2,"slot":"b","trial":false,"waiting":null,"failed":null,"reason":""}""",
                machine.Must("cat /run/image/status").Trim());
            Outcome older = machine.Run($"{SlotBox.Update} install /dev/vdc");
            Assert.Equal(1, older.Code);
            Assert.Contains("number 1 is not above 2", older.Output);
            machine.Must($"{SlotBox.Update} install /dev/vdb", InstallLimit);
            Restart(machine);
        }

        Assert.Equal(["appliance_2.efi", "appliance_3+3.efi"], box.Entries());
        Told("image 2 good, image 3 written");
        NoCutIsFatal(box, before, log);
    }

    private void TheThirdFallsBack(SlotBox box)
    {
        Assert.Contains("Attempted to kill init", box.Ended());
        Assert.Equal(["appliance_2.efi", "appliance_3+2-1.efi"], box.Entries());
        Told("image 3 panicked");
        Assert.Contains("image 3 starts", box.Ended());
        Assert.Equal(["appliance_2.efi", "appliance_3+1-2.efi"], box.Entries());
        Told("image 3 was not healthy");
        using (FileStream drive = File.OpenWrite(box.Drive))
        {
            drive.Position = box.PartitionOf("root-a").Offset;
            drive.Write(new byte[4096]);
        }

        Assert.Contains("REFUSED: no slot holds the root", box.Ended());
        Assert.Equal(["appliance_2.efi", "appliance_3+0-3.efi"], box.Entries());
        Told("image 3 was altered");
        using VirtualMachine machine = VirtualMachine.Boot(box.Options(null));
        Told("image 2 started again");
        Assert.Equal("2\nb\nkept\n2\n", machine.Must("cat /run/image/number /run/image/slot /var/kept /var/tries"));
        machine.Must($"{SlotBox.Update} settle");
        Assert.Equal(
            """{"number":2,"slot":"b","trial":false,"waiting":null,"failed":3,"""
            + "\"reason\":\"the service was not healthy for a minute within 0 s\"}",
            machine.Must("cat /run/image/status").Trim());
        Restart(machine);
    }

    // Who has the drive in his hands puts the image before back, whole.
    private void TheFirstDoesNotStart(SlotBox box)
    {
        box.PutRoot("a", 1);
        box.ChangeBoot("mdel", "::EFI/Linux/appliance_2.efi", "::EFI/Linux/appliance_3+0-3.efi");
        box.ChangeBoot("mcopy", Path.Combine(box.At("image-1"), "kernel.efi"), "::EFI/Linux/appliance_1.efi");
        Assert.Contains("REFUSED: image 1 is older than 2, which was good on this box", box.Ended());
        Told("image 1 refused");
    }

    private void NoCutIsFatal(SlotBox box, string before, string log)
    {
        CutDrive cut = new(box, before);
        Assert.Null(cut.FaultOf(log));
        Told($"{cut.Cuts} power cuts looked at; the boot partition held, one of: {string.Join("; ", cut.Seen)}");
        Assert.True(cut.Cuts > 20, $"{cut.Cuts}");
    }

    private static void Restart(VirtualMachine machine)
    {
        machine.Console.Type("0 " + Convert.ToBase64String("sync; reboot -f\n"u8) + "\n");
        Assert.True(machine.WaitForEnd());
    }

    private void Told(string what) => output.WriteLine($"{watch.Elapsed.TotalSeconds,6:F1} s  {what}");
}
