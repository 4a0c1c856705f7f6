using System.Diagnostics;
using Appliance.SystemTests.Machines;
using Xunit;
using Xunit.Abstractions;

namespace Appliance.SystemTests.Hardware;

/// <summary>What a thief finds: the state opens in the box that it was made in, for its maker's kernels.</summary>
public sealed class SealedBoxTests(ITestOutputHelper output)
{
    private readonly Stopwatch watch = Stopwatch.StartNew();

    [FullMachineFact(
        "swtpm", "cryptsetup", "veritysetup", "mksquashfs", "cpio", "objcopy", "sfdisk", "tpm2_nvread", "mkfs.ext4",
        "sbsign", "/lib/systemd/systemd-measure", SecureFirmware.Code,
        "/usr/lib/x86_64-linux-gnu/libtss2-tcti-swtpm.so.0", "/usr/lib/x86_64-linux-gnu/libtss2-tcti-device.so.0",
        "/usr/lib/x86_64-linux-gnu/libtss2-rc.so.0")]
    public void The_state_opens_for_this_TPM_and_its_makers_kernels_and_for_nobody_else()
    {
        using SealedBox box = new();
        string first = box.Kernel(1, "maker");
        Told("made");
        using (VirtualMachine machine = box.Start(first, box.Tpm))
        {
            Assert.True(machine.WaitForLog("init: image 1 starts; 1 is the lowest that may"), machine.Log);
            Told("new box started");
            Assert.Contains("root is in slot a", machine.Log);
            Assert.Contains("the state partition is blank; it is made", machine.Log);
            machine.CutPower();
        }

        using (VirtualMachine next = box.Start(box.Kernel(2, "maker"), box.Tpm))
        {
            Assert.True(next.WaitForLog("init: image 2 starts; 1 is the lowest that may"), next.Log);
            Told("its maker's next kernel started");
            Assert.DoesNotContain("it is made", next.Log);
            next.CutPower();
        }

        using SoftwareTpm other = new(box.At("other"));
        Assert.Contains("REFUSED: the TPM does not open the state partition", box.Refused(first, other));
        Told("another TPM");
        box.MakeMaker("thief");
        string foreign = box.Refused(box.Kernel(1, "thief"), box.Tpm);
        Assert.Contains("REFUSED: the TPM does not open the state partition", foreign);
        Told("a kernel of another maker");
    }

    private void Told(string what) => output.WriteLine($"{watch.Elapsed.TotalSeconds,6:F1} s  {what}");
}
