using System.Text.RegularExpressions;
using Appliance.TestSupport;
using Xunit;

namespace Appliance.Tests.House;

/// <summary>House style as a test: what a reader would trip over is found here first.</summary>
public sealed partial class StyleTests
{
    private const int FileLinesMax = 500;
    private const int MethodLinesMax = 60;
    private const int ColumnsMax = 120;

    // Assembled from halves so that this file does not contain what it looks for.
    private static readonly string[] LeftOpen =
        ["TO" + "DO", "FIX" + "ME", "HA" + "CK", "NotImplemented" + "Exception"];

    [Fact]
    public void NoFileIsTooLong() => Assert.Empty(SourceTree.Files("*.cs")
        .Select(f => (Name: SourceTree.Name(f), Lines: File.ReadLines(f).Count()))
        .Where(f => f.Lines > FileLinesMax).ToList());

    [Fact]
    public void NoLineIsTooWide() => Assert.Empty(SourceTree.Files("*.cs")
        .SelectMany(f => File.ReadLines(f).Select((line, i) => (At: $"{SourceTree.Name(f)}:{i + 1}", line.Length)))
        .Where(l => l.Length > ColumnsMax).ToList());

    [Fact]
    public void NoMethodIsTooLong() => Assert.Empty(SourceTree.Files("*.cs").SelectMany(LongMethods));

    [Fact]
    public void NothingIsLeftOpen() => Assert.Empty(Matches("*.cs", LeftOpen));

    [Fact]
    public void NothingNamesAMachine() => Assert.Empty(
        new[] { "*.cs", "*.md", "*.csproj", "*.props", "*.json" }
            .SelectMany(p => Matches(p, ["/" + "tmp/", "/" + "work/", "/" + "root/", "localhost:" + "8080"])));

    [Fact]
    public void EveryProjectHasAReadmeOfAboutOneScreen()
    {
        foreach (string project in SourceTree.Files("*.csproj"))
        {
            string readme = Path.Combine(Path.GetDirectoryName(project)!, "README.md");
            Assert.True(File.Exists(readme), $"{SourceTree.Name(project)} has no README.md beside it");
            int lines = File.ReadLines(readme).Count();
            Assert.True(lines is >= 8 and <= 120, $"{SourceTree.Name(readme)} has {lines} lines");
        }
    }

    [Fact]
    public void TheTopLevelHoldsTheHouseAndNothingElse()
    {
        string[] allowed =
        [
            ".ci", ".editorconfig", ".git", ".gitattributes", ".gitignore", "Appliance.sln", "Directory.Build.props",
            "Directory.Packages.props", "README.md", "appliance", "artifacts", "firmware", "global.json", "hardware",
            "host", "nuget.config", "SECURITY.md", "tests", "tools",
        ];
        string[] found = [.. Directory.EnumerateFileSystemEntries(Checkout.Root).Select(e => Path.GetFileName(e)!)];
        Assert.Empty(found.Except(allowed));
        Assert.Contains("README.md", found);
    }

    [Fact]
    public void ThePacketPathThrowsNothing() => Assert.Empty(SourceTree.Files("*.cs")
        .Where(f => SourceTree.Name(f).StartsWith("host/Appliance.Flow/", StringComparison.Ordinal))
        .SelectMany(f => Matches(f, ["throw ", "catch "], IsCode)));

    [Fact]
    public void EveryLimitSaysItsReason()
    {
        foreach (string file in SourceTree.Files("Limits.cs"))
        {
            string[] lines = File.ReadAllLines(file);
            for (int i = 1; i < lines.Length; i++)
            {
                if (lines[i].Contains(" const ") && IsCode(lines[i - 1]))
                {
                    Assert.Fail($"{SourceTree.Name(file)}:{i + 1} has no comment above it: {lines[i].Trim()}");
                }
            }
        }
    }

    [Fact]
    public void TheMethodMeterSeesALongMethod()
    {
        string body = string.Concat(Enumerable.Repeat("        x++;\n", MethodLinesMax + 5));
        string[] source = $"class A\n{{\n    void M()\n    {{\n{body}    }}\n}}\n".Split('\n');
        Assert.Single(LongMethods("A.cs", source));
    }

    private static IEnumerable<string> LongMethods(string file) =>
        LongMethods(SourceTree.Name(file), File.ReadAllLines(file));

    // A brace alone on its line opens a type or a member; its partner has the same indentation.
    private static IEnumerable<string> LongMethods(string name, string[] lines)
    {
        for (int open = 1; open < lines.Length; open++)
        {
            if (!LoneBrace().IsMatch(lines[open]) || Heading(lines, open).Any(h => TypeHeading().IsMatch(h)))
            {
                continue;
            }

            string close = lines[open].Replace('{', '}');
            int end = Array.FindIndex(lines, open, l => l.StartsWith(close, StringComparison.Ordinal));
            if (end - open - 1 > MethodLinesMax)
            {
                yield return $"{name}:{open + 1} has {end - open - 1} lines";
            }
        }
    }

    // The declaration above a brace may take several lines.
    private static IEnumerable<string> Heading(string[] lines, int open)
    {
        for (int i = open - 1; i >= 0 && i > open - 8; i--)
        {
            if (string.IsNullOrWhiteSpace(lines[i]) || lines[i].TrimEnd()[^1] is '{' or '}' or ';')
            {
                yield break;
            }

            yield return lines[i];
        }
    }

    private static IEnumerable<string> Matches(string pattern, string[] words) =>
        SourceTree.Files(pattern).SelectMany(f => Matches(f, words, _ => true));

    private static IEnumerable<string> Matches(string file, string[] words, Func<string, bool> isMeant) =>
        File.ReadLines(file)
            .Select((line, i) => (line, at: $"{SourceTree.Name(file)}:{i + 1}"))
            .Where(l => isMeant(l.line) && words.Any(w => l.line.Contains(w, StringComparison.Ordinal)))
            .Select(l => $"{l.at}: {l.line.Trim()}");

    private static bool IsCode(string line) => !line.TrimStart().StartsWith("//", StringComparison.Ordinal);

    [GeneratedRegex(@"^ {4,8}\{$")]
    private static partial Regex LoneBrace();

    [GeneratedRegex(@"\b(class|struct|interface|enum|record)\b")]
    private static partial Regex TypeHeading();
}
