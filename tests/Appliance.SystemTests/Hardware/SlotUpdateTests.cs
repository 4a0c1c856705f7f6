using System.Globalization;
using Appliance.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace Appliance.SystemTests.Hardware;

/// <summary>
/// The update of the box's own image on files and folders: what is taken, what is refused, and that a cut at any step
/// leaves something that starts. The true loader is in <see cref="SlotBoxTests"/>.
/// </summary>
public sealed class SlotUpdateTests(ITestOutputHelper output) : IDisposable
{
    private readonly SlotPackages packages = new();

    public void Dispose() => packages.Dispose();

    [ProgramFact("veritysetup", "mksquashfs", "openssl", "objcopy", "setsid")]
    public void An_update_is_tried_called_good_and_the_image_before_it_goes()
    {
        using SlotFolders box = new(packages);
        Succeeds(box.Update("install", packages.Update(2)));
        Assert.Equal(["appliance_1.efi", "appliance_2+3.efi"], box.Names);
        Assert.Equal(
            """{"number":1,"slot":"a","trial":false,"waiting":2,"failed":null,"reason":""}""", box.Status);

        // Not good yet: the old image must still be one that may start.
        Assert.Equal(1, box.Counter);
        box.StartOnTrial("appliance_2+3.efi", "appliance_2+2-1.efi", 2, "b");
        Refused(box, "image 2 is on trial", packages.Update(3));
        Succeeds(box.Update("settle"));
        Assert.Equal(["appliance_2.efi"], box.Names);
        Assert.Equal(2, box.Counter);
        Assert.Equal(
            """{"number":2,"slot":"b","trial":false,"waiting":null,"failed":null,"reason":""}""", box.Status);
        Assert.False(File.Exists(box.At("restarted")));
    }

    [ProgramFact("veritysetup", "mksquashfs", "openssl", "objcopy", "setsid")]
    public void An_older_foreign_or_altered_update_is_refused_and_touches_nothing()
    {
        using SlotFolders box = new(packages);
        byte[] slot = File.ReadAllBytes(box.At("parts/root-b"));
        Refused(box, "not above 1", packages.Update(1));
        Refused(box, "signature", packages.Update(2, "thief"));
        Refused(box, "is not what was signed", Altered(packages.Update(2)));
        Refused(box, "is not an update", packages.PublicKey);
        File.WriteAllText(box.At("counter"), "7\n");
        Refused(box, "not above 7", packages.Update(7));
        Assert.Equal(["appliance_1.efi"], box.Names);
        Assert.Equal(slot, File.ReadAllBytes(box.At("parts/root-b")));
    }

    [ProgramFact("veritysetup", "mksquashfs", "openssl", "objcopy", "setsid")]
    public void An_image_that_is_not_healthy_restarts_and_the_one_before_says_that_it_failed()
    {
        using SlotFolders box = new(packages);
        Succeeds(box.Update("install", packages.Update(2)));
        box.StartOnTrial("appliance_2+3.efi", "appliance_2+0-3.efi", 2, "b");
        Assert.Equal(1, box.Chosen());
        Succeeds(box.Update([("IMAGE_HEALTHY", "/bin/false")], "settle"));
        Assert.True(File.Exists(box.At("restarted")));
        Assert.Equal(1, box.Counter);

        File.Delete(box.At("restarted"));
        File.Delete(box.At("variables/LoaderBootCountPath-4a67b082"));
        box.Runs(1, "a");
        Succeeds(box.Update([("IMAGE_HEALTHY", "/bin/false")], "settle"));
        Assert.False(File.Exists(box.At("restarted")));
        Assert.Equal(
            """{"number":1,"slot":"a","trial":false,"waiting":null,"failed":2,"""
            + "\"reason\":\"the service was not healthy for a minute within 0 s\"}", box.Status);

        // The next one takes the place of the failed one.
        Succeeds(box.Update("install", packages.Update(3)));
        Assert.Equal(["appliance_1.efi", "appliance_3+3.efi"], box.Names);
    }

    [ProgramFact("veritysetup", "mksquashfs", "openssl", "objcopy", "setsid")]
    public void Where_a_rename_was_torn_nothing_is_removed_and_nothing_is_written()
    {
        using SlotFolders box = new(packages);
        File.Copy(Path.Combine(box.Entries, "appliance_1.efi"), Path.Combine(box.Entries, "appliance_1+2-1.efi"));
        Refused(box, "exactly one file for image 1", packages.Update(2));
        Assert.Equal(1, box.Update("settle").Code);
        Assert.Equal(2, box.Names.Length);
    }

    [ProgramFact("veritysetup", "mksquashfs", "openssl", "objcopy")]
    public void A_kernel_that_is_not_of_the_root_and_the_number_is_not_packed()
    {
        string image = Path.GetDirectoryName(packages.Part(2, "root.hash"))!;
        Outcome packed = packages.Pack(3, image, packages.At("other.tar"));
        Assert.Equal(1, packed.Code);
        Assert.Contains("not of this root and number", packed.Error);
        packed = packages.Pack(4, packages.WithWords(4, "console=ttyS0"), packages.At("words.tar"));
        Assert.Equal(1, packed.Code);
        Assert.Contains("console=ttyS0", packed.Error);
        packed = packages.Pack(4, packages.WithWords(5, ""), packages.At("words.tar"));
        Assert.Equal(1, packed.Code);
    }

    [ProgramFact("veritysetup", "mksquashfs", "openssl", "objcopy", "setsid")]
    public void Cut_at_any_step_of_an_update_the_box_starts_something_whole_and_can_go_on()
    {
        string update = packages.Update(2);
        int steps = 0, tried = 0;
        for (bool isCut = true; isCut; steps++)
        {
            using SlotFolders box = new(packages);
            using CutSteps cut = new(steps);
            isCut = box.Update(cut.Variables, "install", update).Code != 0;
            Assert.Equal(isCut, cut.HasHappened);
            int chosen = box.Chosen();
            tried += chosen == 2 ? 1 : 0;
            Assert.True(box.Fault(chosen, packages) is null, $"step {steps}: {box.Fault(chosen, packages)}");
            Assert.True(box.Fault(1, packages) is null, $"step {steps}: {box.Fault(1, packages)}");
            if (isCut)
            {
                Outcome again = box.Update("install", update);
                Assert.True(again.Code == 0, $"step {steps}: {again.Error}");
                Assert.Equal(["appliance_1.efi", "appliance_2+3.efi"], box.Names);
                Assert.Null(box.Fault(2, packages));
            }
        }

        output.WriteLine($"{steps - 1} cuts, after {tried} of them the new image starts");
        Assert.True(steps > 8, $"{steps}");
    }

    [ProgramFact("veritysetup", "mksquashfs", "openssl", "objcopy", "setsid")]
    public void Cut_at_any_step_of_calling_it_good_the_box_starts_and_ends_up_with_the_new_image()
    {
        int steps = 0;
        for (bool isCut = true; isCut; steps++)
        {
            using SlotFolders box = new(packages);
            using CutSteps cut = new(steps);
            box.TrySecond(packages);
            box.Update(cut.Variables, "settle-once");
            isCut = cut.HasHappened;
            int chosen = box.Chosen();
            Assert.True(box.Fault(chosen, packages) is null, $"step {steps}: {box.Fault(chosen, packages)}");

            // Its next start; without a count when it was called good before the cut.
            Succeeds(box.Update("settle"));
            Assert.Equal(["appliance_2.efi"], box.Names);
            Assert.Equal(2, box.Counter);
        }

        output.WriteLine($"{steps - 1} cuts");
        Assert.True(steps > 5, $"{steps}");
    }

    private static void Succeeds(Outcome outcome) => Assert.True(outcome.Code == 0, outcome.Error);

    private static void Refused(SlotFolders box, string because, string file)
    {
        Outcome refused = box.Update("install", file);
        Assert.Equal(1, refused.Code);
        Assert.Contains(because, refused.Error);
    }

    // One byte in the middle of what was signed.
    private static string Altered(string file)
    {
        string altered = file + ".altered";
        byte[] bytes = File.ReadAllBytes(file);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(altered, bytes);
        return altered;
    }
}
