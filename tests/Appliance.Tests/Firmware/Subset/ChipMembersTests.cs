using Appliance.TestSupport;
using Xunit;

namespace Appliance.Tests.Firmware.Subset;

/// <summary>
/// What firmware/mscorlib and firmware/standins say that the chip's library and packages have stands in MEMBERS.tsv
/// with where it was read. A member that is added there without being looked up makes this fail; one that could not
/// be looked up stands there with "not checked".
/// </summary>
public sealed class ChipMembersTests
{
    private static readonly string Table = Path.Combine(Checkout.Root, "firmware", "MEMBERS.tsv");

    [Fact]
    public void Every_member_of_the_signatures_was_read_in_the_chips_own_sources()
    {
        (byte[] library, byte[] packages) = ChipCompiler.Signatures();
        SortedSet<string> declared = ChipMembers.Of(library);
        declared.UnionWith(ChipMembers.Of(packages));
        string[][] rows = [.. File.ReadAllLines(Table).Skip(1).Select(line => line.Split('\t'))];
        Assert.All(rows, row => Assert.Equal(3, row.Length));
        string[] unknown = [.. declared.Except(rows.Select(row => row[0]))];
        string[] gone = [.. rows.Select(row => row[0]).Except(declared)];
        Assert.True(unknown.Length == 0, "look these up and add them: " + string.Join("; ", unknown));
        Assert.True(gone.Length == 0, "these are declared no more: " + string.Join("; ", gone));
        Assert.Equal(rows.Length, rows.Select(row => row[0]).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void Every_source_is_a_file_of_a_package_that_the_project_names()
    {
        string folder = Path.Combine(Checkout.Root, "firmware", "Appliance.Supervisor.Device");
        string packages = File.ReadAllText(Path.Combine(folder, "packages.config"));
        foreach (string[] row in File.ReadAllLines(Table).Skip(1).Select(line => line.Split('\t')))
        {
            // repository@version:path, and the commit of that version; or the words that it was not looked up.
            if (row[1] != "not checked")
            {
                string[] parts = row[1].Split('@', ':');
                string id = parts[0].StartsWith("nanoFramework", StringComparison.Ordinal)
                    ? parts[0] : "nanoFramework." + parts[0];
                Assert.Contains($"\"{id}\" version=\"{parts[1]}\"", packages);
                Assert.EndsWith(".cs", parts[2]);
                Assert.Matches("^[0-9a-f]{40}$", row[2]);
            }
        }
    }
}
