using Appliance.TestSupport;
using Xunit;

namespace Appliance.Tests.Hardware;

/// <summary>What is made from board.json lies in the repository as it is made now; a difference is told.</summary>
public sealed class GeneratedFilesTests
{
    private static readonly SortedDictionary<string, Func<BoardFile, string>> Files = new(StringComparer.Ordinal)
    {
        ["appliance-overlay.dts"] = DeviceTreeText.Overlay,
        ["60-appliance.rules"] = DeviceTreeText.Udev,
        ["appliance-devices.conf"] = DeviceTreeText.DropIn,
        ["parts.md"] = PartTables.Bill,
        ["pins.md"] = PartTables.Pins,
        ["power.md"] = PartTables.Power,
        ["flash.md"] = LoadTables.Flash,
        ["load.md"] = LoadTables.Rated,
        ["block.svg"] = BlockDiagram.Draw,
        ["wiring.svg"] = WiringDiagram.Draw,
    };

    public static TheoryData<string> Names => [.. Files.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_generated_file_is_what_the_board_says(string name)
    {
        string made = Files[name](BoardFile.Read());
        string path = Path.Combine(BoardFile.Folder, "generated", name);
        string before = File.Exists(path) ? File.ReadAllText(path) : "";
        if (before != made)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, made);
        }

        Assert.True(
            before == made, $"hardware/generated/{name} was not what board.json says; it is written anew: commit it.");
    }

    [Fact]
    public void Every_file_of_the_hardware_folder_stands_in_its_readme()
    {
        string readme = File.ReadAllText(Path.Combine(BoardFile.Folder, "README.md"));
        string[] missing =
        [
            .. Directory.EnumerateFiles(BoardFile.Folder, "*", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(BoardFile.Folder, file))
                .Where(file => file != "README.md" && !file.StartsWith("package/", StringComparison.Ordinal)
                    && !file.StartsWith("image/", StringComparison.Ordinal)
                    && !readme.Contains($"({file})", StringComparison.Ordinal)),
        ];

        Assert.Empty(missing);
        Assert.Contains("(package/README.md)", readme);
        Assert.Contains("(image/README.md)", readme);
    }
}
