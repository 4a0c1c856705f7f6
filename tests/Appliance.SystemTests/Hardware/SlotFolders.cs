using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Appliance.TestSupport;
using Xunit;

namespace Appliance.SystemTests.Hardware;

/// <summary>
/// What an update of the box's image touches, as files and folders: two slots, boot partition, counter, what runs. The
/// script is the one that the image holds. Image 1 runs in slot a and is good.
/// </summary>
internal sealed class SlotFolders : IDisposable
{
    private static readonly string Recipe = Path.Combine(Checkout.Root, "hardware", "image");
    private static readonly string Script = Path.Combine(Recipe, "root", "usr", "lib", "appliance-image", "update");
    private readonly DirectoryInfo folder;

    /// <summary>A box as it was made.</summary>
    /// <param name="packages">Images and keys; shared by boxes of a test.</param>
    public SlotFolders(SlotPackages packages)
    {
        folder = Directory.CreateTempSubdirectory("slots-");
        foreach (string name in (string[])["run", "parts/boot/EFI/Linux", "variables"])
        {
            Directory.CreateDirectory(At(name));
        }

        Sized("parts/root-b", 1 << 20);
        Sized("parts/verity-b", 1 << 18);
        Sized("parts/root-a", 1 << 20);
        Sized("parts/verity-a", 1 << 18);
        Over("parts/root-a", packages.Part(1, "root.squashfs"));
        Over("parts/verity-a", packages.Part(1, "root.verity"));
        File.Copy(packages.Part(1, "kernel.efi"), Path.Combine(Entries, "appliance_1.efi"));
        File.WriteAllText(At("counter"), "1\n");
        File.Copy(packages.PublicKey, At("run/maker.pem"));
        Runs(1, "a");
    }

    public string Entries => At("parts/boot/EFI/Linux");

    public string Status => File.ReadAllText(At("run/status")).Trim();

    public int Counter => int.Parse(File.ReadAllText(At("counter")), CultureInfo.InvariantCulture);

    /// <summary>Names in the boot partition, ordered.</summary>
    public string[] Names =>
        [.. Directory.EnumerateFiles(Entries).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];

    public string At(string name) => Path.Combine(folder.FullName, name);

    /// <summary>Says which image runs, as the first root does.</summary>
    public void Runs(int number, string slot)
    {
        File.WriteAllText(At("run/number"), $"{number}\n");
        File.WriteAllText(At("run/slot"), $"{slot}\n");
    }

    /// <summary>Renames as the loader does when it starts an image that has a count.</summary>
    public void StartOnTrial(string from, string to, int number, string slot)
    {
        File.Move(Path.Combine(Entries, from), Path.Combine(Entries, to));
        File.WriteAllText(At("variables/LoaderBootCountPath-4a67b082"), "");
        Runs(number, slot);
    }

    /// <summary>Image 2 in slot b, started for the first time.</summary>
    public void TrySecond(SlotPackages packages)
    {
        Over("parts/root-b", packages.Part(2, "root.squashfs"));
        Over("parts/verity-b", packages.Part(2, "root.verity"));
        File.Copy(packages.Part(2, "kernel.efi"), Path.Combine(Entries, "appliance_2+3.efi"));
        StartOnTrial("appliance_2+3.efi", "appliance_2+2-1.efi", 2, "b");
    }

    /// <summary>Runs the box's script.</summary>
    public Outcome Update(params string[] arguments) => Update([], arguments);

    /// <summary>The same with more variables.</summary>
    public Outcome Update((string Name, string Value)[] more, params string[] arguments)
    {
        // In a group of its own, which a test may end as a whole.
        ProcessStartInfo start = new("setsid", ["--wait", Script, .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        (string, string)[] all =
        [
            ("PATH", $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin"), ("IMAGE_RUN", At("run")),
            ("IMAGE_PARTS", At("parts")), ("IMAGE_COUNTER", At("counter")), ("IMAGE_REASON", At("reason")),
            ("IMAGE_VARIABLES", At("variables")), ("IMAGE_PAUSE", "0"), ("IMAGE_HEALTHY", "/bin/true"),
            ("IMAGE_RESTART", $"touch {At("restarted")}"), .. more,
        ];
        foreach ((string name, string value) in all)
        {
            start.Environment[name] = value;
        }

        using Process process = Process.Start(start)!;
        return Programs.Finish(process);
    }

    /// <summary>
    /// The image that systemd-boot 252 would start: those without tries left last, then the newest
    /// (boot.c, <c>config_entry_compare</c>).
    /// </summary>
    public int Chosen()
    {
        string[] names = [.. Names.Where(name => name.EndsWith(".efi", StringComparison.Ordinal))];
        string[] alive = [.. names.Where(name => !name.Contains("+0"))];
        return (alive.Length > 0 ? alive : names).Max(Number);
    }

    /// <summary>What is wrong with an image that the loader may start; null where it would come up.</summary>
    public string? Fault(int number, SlotPackages packages)
    {
        string name = Assert.Single(Names, each => Number(each) == number && each.EndsWith(".efi"));
        string hash = File.ReadAllText(packages.Part(number, "root.hash")).Trim();
        return !Same(Path.Combine(Entries, name), packages.Part(number, "kernel.efi")) ? "its kernel is torn"
            : Counter > number ? "it is older than the newest good one"
            : !((string[])["a", "b"]).Any(slot => Verifies(slot, hash)) ? "no slot holds its root"
            : null;
    }

    public void Dispose() => folder.Delete(recursive: true);

    private static int Number(string name) =>
        int.Parse(name["appliance_".Length..].Split('.', '+')[0], CultureInfo.InvariantCulture);

    private static bool Same(string one, string other) =>
        SHA256.HashData(File.ReadAllBytes(one)).SequenceEqual(SHA256.HashData(File.ReadAllBytes(other)));

    private bool Verifies(string slot, string hash) => SlotPackages.Run(
        "veritysetup", "verify", At($"parts/root-{slot}"), At($"parts/verity-{slot}"), hash).Code == 0;

    private void Sized(string name, long bytes)
    {
        using FileStream file = File.Create(At(name));
        file.SetLength(bytes);
    }

    private void Over(string name, string content)
    {
        using FileStream file = File.OpenWrite(At(name));
        file.Write(File.ReadAllBytes(content));
    }
}
