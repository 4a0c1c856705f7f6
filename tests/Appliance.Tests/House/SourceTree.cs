using Appliance.TestSupport;

namespace Appliance.Tests.House;

/// <summary>The files of the checkout that people wrote: nothing built, nothing of git.</summary>
internal static class SourceTree
{
    private static readonly string[] Skipped = ["artifacts", ".git", "bin", "obj"];

    public static IEnumerable<string> Files(string pattern) =>
        Below(Checkout.Root, pattern).Order(StringComparer.Ordinal);

    public static string Name(string path) => Path.GetRelativePath(Checkout.Root, path);

    private static IEnumerable<string> Below(string folder, string pattern) =>
        Directory.EnumerateFiles(folder, pattern).Concat(
            Directory.EnumerateDirectories(folder)
                .Where(d => !Skipped.Contains(Path.GetFileName(d)))
                .SelectMany(d => Below(d, pattern)));
}
