using System.Formats.Tar;
using System.IO.Compression;
using System.Text.RegularExpressions;
using Appliance.TestSupport;
using Xunit;

namespace Appliance.SystemTests.Icrctl;

/// <summary>What leaves a site for support: transcripts of <c>icrctl bundle</c>.</summary>
public sealed class BundleVerbTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("icr-bundle-");

    private string Config => Path.Combine(folder.FullName, "appliance.json");

    public void Dispose() => folder.Delete(recursive: true);

    [Transcript("icrctl bundle")]
    [Fact]
    public void The_list_is_shown_and_nothing_is_written_before_somebody_agrees()
    {
        using ToldStatus told = new(ToldStatus.Good);
        WriteConfiguration();
        string file = Path.Combine(folder.FullName, "bundle.tar.gz");

        Outcome list = Programs.Icrctl("bundle", "--socket", told.Path, "--config", Config);
        Outcome unasked = Refused(told.Path, file);

        Assert.Equal((0, ""), (list.Code, list.Error));
        Assert.Equal(
            """
            in it:
              status.json                  N bytes  what the daemon says of itself, counts only
              selftest.txt                 N bytes  the self-test
              configuration.json           N bytes  the configuration in effect; files of keys by their name alone
              log.txt                      N bytes  the last 2,000 lines of the service's log
              files.txt                    N bytes  names, sizes and times of the files on flash, none of their content
              machine.txt                  N bytes  kernel, processor, memory, disks
              interfaces.txt               N bytes  counters of the network interfaces
            never in it: records, captures, sessions, bindings, keys, certificates, secrets; addresses are cut

            """,
            Regex.Replace(list.Output, @" +[\d,]+ bytes", match => "N bytes".PadLeft(match.Length)));
        Assert.Equal(2, unasked.Code);
        Assert.Equal("icrctl: nobody can be asked here; read the list and add --yes\n", unasked.Error);
        Assert.False(File.Exists(file));
    }

    [Transcript("icrctl bundle")]
    [Fact]
    public void Nothing_of_a_key_a_record_or_a_customers_address_is_in_it()
    {
        using ToldStatus told = new(ToldStatus.Good);
        WriteConfiguration();
        File.WriteAllText(Path.Combine(folder.FullName, "journal", "seg-1.icr"), "sealed bytes of records");
        string file = Path.Combine(folder.FullName, "bundle.tar.gz");

        Outcome made = Programs.Icrctl(
            "bundle", "--socket", told.Path, "--config", Config, "--out", file, "--yes");

        Assert.Equal((0, ""), (made.Code, made.Error));
        Assert.EndsWith("bytes, readable by you alone\n", made.Output);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Dictionary<string, string> read = Read(file);
        Assert.Equal(8, read.Count);
        Assert.All(read, part =>
        {
            Assert.DoesNotContain("sealed bytes", part.Value);
            Assert.DoesNotContain("100.64.7.9", part.Value);
            Assert.DoesNotContain("aabbccddeeff00112233445566778899aabbccddeeff", part.Value);
        });
        Assert.Contains("seg-1.icr", read["files.txt"]);
        Assert.Contains("100.64.x.x/32", read["configuration.json"]);
        Assert.Contains("keys.json", read["configuration.json"]);
        Assert.Contains("17 passed", read["selftest.txt"]);
    }

    [Fact]
    public void A_box_whose_daemon_is_dead_still_gives_a_bundle_that_says_so()
    {
        WriteConfiguration();
        string file = Path.Combine(folder.FullName, "bundle.tar.gz");

        Outcome made = Programs.Icrctl(
            "bundle", "--socket", "/nowhere/admin.sock", "--config", Config, "--out", file, "--yes");

        Assert.Equal(0, made.Code);
        Assert.StartsWith("the daemon does not answer on /nowhere/admin.sock", Read(file)["status.json"]);
    }

    private Outcome Refused(string socket, string file) => Programs.Finish(Programs.StartIcrctlWithoutTerminal(
        "bundle", "--socket", socket, "--config", Config, "--out", file));

    private void WriteConfiguration()
    {
        Directory.CreateDirectory(Path.Combine(folder.FullName, "journal"));
        File.WriteAllText(
            Config,
            $$"""
            { "journal": { "path": "{{folder.FullName}}/journal" }, "keys": "keys.json",
              "traffic": { "customerPrefixes": [ "100.64.7.9/32" ] },
              "capture": { "recordTo": "04aabbccddeeff00112233445566778899aabbccddeeff0011" } }
            """);
    }

    private static Dictionary<string, string> Read(string file)
    {
        using GZipStream packed = new(File.OpenRead(file), CompressionMode.Decompress);
        using TarReader tar = new(packed);
        Dictionary<string, string> parts = [];
        while (tar.GetNextEntry() is { } entry)
        {
            using StreamReader reader = new(entry.DataStream!);
            parts.Add(Path.GetFileName(entry.Name), reader.ReadToEnd());
        }

        return parts;
    }
}
