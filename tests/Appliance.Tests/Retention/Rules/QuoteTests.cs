using System.Text.RegularExpressions;
using Appliance.Retention.Rules;
using Appliance.TestSupport;
using Xunit;

namespace Appliance.Tests.Retention.Rules;

/// <summary>Every quoted cell stands in its document as it is quoted, in its own section.</summary>
public sealed partial class QuoteTests
{
    private const string Seeds = "../seeds";

    // Where a section begins, in the order of the document; the words make a heading unlike its line of the contents.
    private static readonly (string Section, string Heading)[] Sections =
    [
        ("2.3.1", "2.3.1 States with a clear definition"),
        ("2.3.2", "2.3.2 States without definition"),
        ("2.3.3", "2.3.3 States without definition"),
        ("2.4", "2.4 Requirements for obtaining subscriber information Question 4"),
        ("2.5", "within a specific criminal investigation Question 5"),
        ("2.6", "2.6 Categories of data considered traffic data Question 6"),
        ("2.7", "within a criminal investigation Question 7"),
    ];

    [SharedFact(Seeds)]
    public void Every_quoted_cell_of_the_conventions_committee_stands_in_its_section() =>
        AssertFound("tcy-2014-17", "004_*.txt", SectionOf);

    [SharedFact(Seeds)]
    public void Every_quoted_sentence_of_the_operational_case_stands_in_it() =>
        AssertFound("operational-case", "000_*.txt", (text, _) => text);

    [SharedFact(Seeds)]
    public void Every_state_of_the_table_of_contents_is_there()
    {
        string text = Read("004_*.txt");
        string[] entries =
            [.. Entry().Matches(text).Select(found => found.Groups[1].Value.Trim()).Where(name => name.Length > 0)];

        // Entry 4.26 has lost its name and is there by its tables.
        Assert.Equal(28, entries.Distinct().Count());
        Assert.Empty(entries.Except(RuleBook.BuiltIn.Jurisdictions.Select(state => state.Name)));
        Assert.NotNull(RuleBook.BuiltIn.Find("MK"));
        Assert.Equal(30, RuleBook.BuiltIn.Jurisdictions.Count);
    }

    [Fact]
    public void A_code_that_is_not_a_source_document_is_named_and_never_quoted() => Assert.DoesNotContain(
        RuleBook.BuiltIn.Jurisdictions.SelectMany(state => state.Cells),
        cell => cell.Document is not ("tcy-2014-17" or "operational-case") && cell.Quote is not null);

    private static void AssertFound(string document, string file, Func<string, string, string> part)
    {
        string text = Read(file);
        List<string> missing = [];
        int quoted = 0;
        foreach (Cell cell in RuleBook.BuiltIn.Jurisdictions.SelectMany(state => state.Cells))
        {
            if (cell.Document == document && cell.Quote is { } quote)
            {
                quoted++;
                missing.AddRange(Missing(part(text, cell.Section), quote).Select(piece => $"{cell.Id}: {piece}"));
            }
        }

        Assert.Empty(missing);
        Assert.True(quoted > 10, $"only {quoted} quotes of {document}");
    }

    // The pieces of a quote, in their order.
    private static IEnumerable<string> Missing(string text, List<string> pieces)
    {
        int at = 0;
        foreach (string piece in pieces)
        {
            int found = text.IndexOf(piece, at, StringComparison.Ordinal);
            if (found < 0)
            {
                yield return piece;
            }

            at = found < 0 ? at : found + piece.Length;
        }
    }

    private static string SectionOf(string text, string section)
    {
        int index = Array.FindIndex(Sections, known => known.Section == section);
        int from = text.IndexOf(Sections[index].Heading, StringComparison.Ordinal);
        int to = index + 1 == Sections.Length
            ? text.Length
            : text.IndexOf(Sections[index + 1].Heading, StringComparison.Ordinal);
        Assert.True(from >= 0 && to > from, $"section {section} is not found");
        return text[from..to];
    }

    private static string Read(string file)
    {
        string path = Assert.Single(Directory.GetFiles(Checkout.Data(Seeds)!, file));
        return Blank().Replace(File.ReadAllText(path), " ");
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blank();

    [GeneratedRegex(@"[45]\.\d+ ?([A-Z][A-Za-z ]*)\.\.\. \d")]
    private static partial Regex Entry();
}
