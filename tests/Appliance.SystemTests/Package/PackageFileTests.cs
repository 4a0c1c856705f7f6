using System.Security.Cryptography;
using Appliance.TestSupport;
using Xunit;

namespace Appliance.SystemTests.Package;

/// <summary>The packages as files: the same bytes twice, the right processor, nothing that does not belong.</summary>
[Collection(SharedPackages.Name)]
public sealed class PackageFileTests : IDisposable
{
    // Offsets in the ELF header (elf(5)): class, data, and e_machine.
    private const int ElfClass = 4;
    private const int ElfData = 5;
    private const int ElfMachine = 18;
    private const ushort X64 = 62;
    private const ushort Arm64 = 183;
    private readonly BuiltPackages packages;
    private readonly DirectoryInfo scratch = Directory.CreateTempSubdirectory("package-files-");

    public PackageFileTests(PackageFixture fixture) => packages = fixture.Packages;

    public void Dispose() => scratch.Delete(recursive: true);

    [ProgramFact("dpkg-deb")]
    public void The_same_tree_gives_the_same_bytes_whatever_the_place_time_zone_and_mask()
    {
        string first = packages.Of("appliance:amd64");
        string second = BuiltPackages.Make(
            scratch.FullName,
            BuiltPackages.Version,
            new Dictionary<string, string> { ["TZ"] = "Asia/Kathmandu", ["LC_ALL"] = "C.UTF-8", ["HOME"] = "/" },
            "appliance:amd64").Single();

        Assert.Equal(File.ReadAllBytes(first), File.ReadAllBytes(second));
    }

    [ProgramFact("dpkg-deb")]
    public void Every_native_library_of_every_package_is_for_its_processor()
    {
        string[] wanted = ["appliance:amd64", "appliance:arm64", "appliance-store:amd64", "appliance-store:arm64"];
        foreach (string deb in wanted.Select(packages.Of))
        {
            ushort machine = deb.Contains("arm64") ? Arm64 : X64;
            string into = Path.Combine(scratch.FullName, Path.GetFileNameWithoutExtension(deb));
            BuiltPackages.Ask("-x", deb, into);
            string[] natives =
            [
                .. Directory.EnumerateFiles(into, "*", SearchOption.AllDirectories).Where(IsElf),
            ];

            Assert.Contains(natives, file => Path.GetFileName(file) == "libe_sqlite3.so");
            Assert.All(natives, file => Assert.Equal((2, 1, machine), Header(file)));
            Assert.Empty(Directory.EnumerateFiles(into, "*.pdb", SearchOption.AllDirectories));
            AssertSumsFit(deb, into);
        }
    }

    [ProgramFact("dpkg-deb")]
    public void A_box_carries_nothing_of_the_store_and_a_store_nothing_of_the_daemon()
    {
        string box = BuiltPackages.Ask("-c", packages.Of("appliance:amd64"));
        string store = BuiltPackages.Ask("-c", packages.Of("appliance-store:amd64"));
        Assert.DoesNotContain("retention", box);
        Assert.DoesNotContain("Appliance.Edge", store);
        foreach (string path in (string[])
            [
                "usr/bin/icrctl", "usr/lib/appliance/Appliance.Edge", "usr/lib/systemd/system/appliance.service",
                "usr/lib/sysctl.d/60-appliance.conf", "usr/lib/sysusers.d/appliance.conf",
                "usr/share/bash-completion/completions/icrctl", "usr/share/man/man1/icrctl.1.gz",
                "etc/chrony/conf.d/appliance.conf", "usr/lib/udev/rules.d/60-appliance.rules",
            ])
        {
            Assert.Contains($"./{path}\n", box);
        }

        foreach (string unit in (string[])["store", "warden", "witness", "console", "expire"])
        {
            Assert.Contains($"./usr/lib/systemd/system/appliance-{unit}.service\n", store);
        }
    }

    private static bool IsElf(string file)
    {
        Span<byte> start = stackalloc byte[4];
        using FileStream stream = File.OpenRead(file);
        return stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == 4
            && start.SequenceEqual("\u007fELF"u8);
    }

    private static (int Class, int Data, ushort Machine) Header(string file)
    {
        byte[] header = new byte[20];
        using FileStream stream = File.OpenRead(file);
        stream.ReadExactly(header);
        return (header[ElfClass], header[ElfData], BitConverter.ToUInt16(header, ElfMachine));
    }

    // What dpkg checks an installation against must be the files that were packed.
    private static void AssertSumsFit(string deb, string into)
    {
        string[] sums = BuiltPackages.Ask("-I", deb, "md5sums").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.NotEmpty(sums);
        Assert.All(sums, line => Assert.Equal(line[..32], SumOf(Path.Combine(into, line[34..]))));

        // What the operator may alter has no sum there: dpkg keeps that one in its own status (deb-conffiles(5)).
        string[] kept = BuiltPackages.Ask("-I", deb, "conffiles").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        IEnumerable<string> packed = Directory.GetFiles(into, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(into, file));
        IEnumerable<string> named = sums.Select(line => line[34..]).Concat(kept.Select(file => file.TrimStart('/')));
        Assert.Equal(packed.Order(StringComparer.Ordinal), named.Order(StringComparer.Ordinal));
    }

    // As dpkg does it (deb-md5sums(5)): against damage, not against an attacker.
    private static string SumOf(string file)
    {
#pragma warning disable CA5351
        return Convert.ToHexStringLower(MD5.HashData(File.ReadAllBytes(file)));
#pragma warning restore CA5351
    }
}
