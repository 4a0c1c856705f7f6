using System.Diagnostics;
using System.Text.Json;
using Appliance.TestSupport;
using Xunit;

namespace Appliance.SystemTests.Hardware;

/// <summary>The Linux image as far as it can be tried without device mapper and TPM; its README says more.</summary>
public sealed class ImageTests : IDisposable
{
    private const long Mebibyte = 1 << 20;
    private static readonly string Folder = Path.Combine(Checkout.Root, "hardware", "image");
    private readonly DirectoryInfo scratch = Directory.CreateTempSubdirectory("image-");

    public void Dispose() => scratch.Delete(recursive: true);

    [ProgramFact("shellcheck")]
    public void Every_script_of_the_hardware_folder_passes_shellcheck()
    {
        Outcome outcome = Run(
            "shellcheck", Path.Combine(Folder, "build"), Path.Combine(Folder, "boot"), Path.Combine(Folder, "pack"),
            Path.Combine(Folder, "root", "usr", "lib", "appliance-image", "update"), Path.Combine(Folder, "kernel"),
            Path.Combine(Folder, "initrd", "make"),
            Path.Combine(Checkout.Root, "hardware", "package", "build"),
            Path.Combine(Checkout.Root, "tests", "Appliance.SystemTests", "Machines", "parts"),
            Path.Combine(Checkout.Root, "hardware", "package", "share", "launcher"),
            Path.Combine(Checkout.Root, "hardware", "package", "appliance-store", "serve-with-store"));
        Assert.True(outcome.Code == 0, outcome.Output);
        outcome = Run("shellcheck", "-s", "dash", Path.Combine(Folder, "initrd", "init"));
        Assert.True(outcome.Code == 0, outcome.Output);
        foreach (string package in (string[])["appliance", "appliance-store"])
        {
            foreach (string script in (string[])["postinst", "prerm", "postrm"])
            {
                outcome = Run(
                    "shellcheck", "-s", "sh", Path.Combine(Checkout.Root, "hardware", "package", package, script));
                Assert.True(outcome.Code == 0, outcome.Output);
            }
        }
    }

    [ProgramFact("systemd-repart", "sfdisk")]
    public void The_drive_has_two_slots_a_state_partition_and_no_swap()
    {
        string disk = Sized("disk.img", 8192 * Mebibyte);
        Outcome made = Run(
            "systemd-repart", $"--definitions={Path.Combine(Folder, "repart.d")}", "--dry-run=no", "--empty=force",
            "--pretty=no", disk);
        Assert.True(made.Code == 0, made.Error);
        using JsonDocument table = JsonDocument.Parse(Run("sfdisk", "-J", disk).Output);
        JsonElement[] partitions =
            [.. table.RootElement.GetProperty("partitiontable").GetProperty("partitions").EnumerateArray()];
        Assert.Equal(
            ["boot", "root-a", "verity-a", "root-b", "verity-b", "state"],
            partitions.Select(each => each.GetProperty("name").GetString()));
        Assert.Equal(Size(partitions[1]), Size(partitions[3]));
        Assert.DoesNotContain("swap", File.ReadAllText(Path.Combine(Folder, "root", "etc", "fstab")).Split('\n')
            .Where(line => !line.StartsWith('#')).SelectMany(line => line.Split(' ')));
    }

    [ProgramFact("veritysetup", "mksquashfs")]
    public void The_same_tree_gives_the_same_image_and_a_changed_block_is_found()
    {
        string first = Sealed("one", "version 1"), second = Sealed("two", "version 1");
        string hash = File.ReadAllText(Path.Combine(first, "root.hash")).Trim();
        Assert.Equal(64, hash.Length);
        Assert.Equal(hash, File.ReadAllText(Path.Combine(second, "root.hash")).Trim());
        Assert.Equal(0, Verify(first, hash));

        string image = Path.Combine(first, "root.squashfs");
        using (FileStream stream = File.OpenWrite(image))
        {
            stream.Position = stream.Length / 2;
            stream.WriteByte(0xA5);
        }

        Assert.NotEqual(0, Verify(first, hash));
    }

    private string Sealed(string name, string content)
    {
        string tree = Path.Combine(scratch.FullName, $"{name}.tree"), into = Path.Combine(scratch.FullName, name);
        Directory.CreateDirectory(Path.Combine(tree, "etc"));
        File.WriteAllText(Path.Combine(tree, "etc", "version"), content);
        foreach (string path in (string[])[Path.Combine(tree, "etc", "version"), Path.Combine(tree, "etc"), tree])
        {
            Directory.SetLastWriteTimeUtc(path, DateTime.UnixEpoch);
        }

        Outcome outcome = Run(Path.Combine(Folder, "build"), "seal", tree, into);
        Assert.True(outcome.Code == 0, outcome.Error);
        return into;
    }

    private string Sized(string name, long bytes)
    {
        string path = Path.Combine(scratch.FullName, name);
        using FileStream file = File.Create(path);
        file.SetLength(bytes);
        return path;
    }

    private static long Size(JsonElement partition) => partition.GetProperty("size").GetInt64();

    private static int Verify(string image, string hash) => Run(
        "veritysetup", "verify", Path.Combine(image, "root.squashfs"), Path.Combine(image, "root.verity"), hash).Code;

    private static Outcome Run(string program, params string[] arguments)
    {
        string path = Path.IsPathRooted(program) ? program : InstalledPrograms.Find(program)!;
        ProcessStartInfo start = new(path, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATH"] = $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin";
        using Process process = Process.Start(start)!;
        return Programs.Finish(process);
    }
}
