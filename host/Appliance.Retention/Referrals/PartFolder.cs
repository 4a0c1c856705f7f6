using System.Globalization;
using System.Text;
using Appliance.Linux;
using Appliance.Retention.Answers;
using Appliance.Retention.Archive;

namespace Appliance.Retention.Referrals;

/// <summary>
/// The parts of a referral by number: beside the papers of its request, as they will be handed over, and in the folder
/// that they are handed to. Sealed ones the store cannot open itself.
/// </summary>
internal sealed class PartFolder(string folder)
{
    private const string Name = "part-";
    private const string Sealed = ".sealed";
    private const string Plain = ".json";

    public string Path => folder;

    /// <summary>The files of all parts, in their order.</summary>
    public IReadOnlyList<string> All() => !Directory.Exists(folder)
        ? []
        : [.. Directory.GetFiles(folder, Name + "*").Where(IsPart).Order(StringComparer.Ordinal)];

    /// <summary>Text of a part; null where it is not here.</summary>
    public string? Find(int number)
    {
        foreach (string ending in new[] { Sealed, Plain })
        {
            string file = FileOf(number, ending);
            if (File.Exists(file))
            {
                return File.ReadAllText(file);
            }
        }

        return null;
    }

    /// <summary>Keeps a part; durable when it returns.</summary>
    public void Put(int number, string text)
    {
        string file = FileOf(number, SealedText.Is(text) ? Sealed : Plain);
        DurableFile.MakeFolder(folder);
        DurableFile.Put(file, file + ".new", Encoding.UTF8.GetBytes(text));
    }

    /// <summary>The parts that need no key.</summary>
    /// <exception cref="ArchiveException">One is damaged.</exception>
    public IReadOnlyList<ReferralPart> ReadPlain() =>
        [.. All().Where(file => file.EndsWith(Plain, StringComparison.Ordinal))
            .Select(file => ReferralPart.Read(File.ReadAllText(file), file))];

    private static bool IsPart(string file) =>
        file.EndsWith(Sealed, StringComparison.Ordinal) || file.EndsWith(Plain, StringComparison.Ordinal);

    private string FileOf(int number, string ending) => System.IO.Path.Combine(
        folder, string.Create(CultureInfo.InvariantCulture, $"{Name}{number:D6}{ending}"));
}
