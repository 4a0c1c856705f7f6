using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Appliance.Retention.Archive;
using Appliance.Retention.Records;
using Appliance.Retention.Requests;
using Appliance.Retention.Rules;
using Appliance.TestSupport;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.Rules;

/// <summary>Every field is classed, none is content, and a purpose opens what it needs.</summary>
public sealed partial class CategoriesTests
{
    private static string[] Columns =>
        [.. FlowLines.Columns, .. OtherLines.SessionColumns, .. OtherLines.BlockColumns, .. OtherLines.GapColumns];

    [Fact]
    public void Every_column_of_a_record_is_classed() => AssertClassed(Columns);

    [Fact]
    public void Every_key_of_an_answer_is_classed()
    {
        string[] keys = [.. AnswerKeys()];

        // The scanner sees each way a key can be written: with a value, by the name of a variable, several in a line.
        Assert.All(["sub_port", "rank", "same", "prefix", "service", "where"], key => Assert.Contains(key, keys));
        AssertClassed(keys);
    }

    [Fact]
    public void Every_field_of_a_request_is_classed() => AssertClassed(RequestFields());

    [Fact]
    public void No_field_is_content() => Assert.DoesNotContain(
        Categories.Names, name => Categories.Of(name) == DataClass.Content);

    [Fact]
    public void Nothing_is_classed_that_is_nowhere() => Assert.Empty(
        Categories.Names.Except([.. Columns, .. AnswerKeys(), .. RequestFields()]));

    [Fact]
    public void What_was_contacted_and_how_much_is_traffic_data() => Assert.All(
        ["rem_ip", "rem_port", "service", "service_source", "pkts_up", "pkts_down", "bytes_up", "bytes_down"],
        name => Assert.Equal(DataClass.TrafficData, Categories.Of(name)));

    [Theory]
    [InlineData(OrderPurpose.WhoSent, OrderSubject.Address, true, false, SectionSet.Attribution)]
    [InlineData(OrderPurpose.WhoSent, OrderSubject.Address, true, true, SectionSet.Attribution)]
    [InlineData(OrderPurpose.WhoSent, OrderSubject.Address, false, false, SectionSet.Attribution)]
    [InlineData(OrderPurpose.WhoSent, OrderSubject.Address, false, true, SectionSet.Both)]
    [InlineData(OrderPurpose.WhoSent, OrderSubject.Line, false, true, SectionSet.Attribution)]
    [InlineData(OrderPurpose.WhichServices, OrderSubject.Line, false, false, SectionSet.Both)]
    [InlineData(OrderPurpose.WhetherUsed, OrderSubject.Line, false, true, SectionSet.Both)]
    [InlineData(OrderPurpose.SubjectAccess, OrderSubject.Line, false, false, SectionSet.Both)]
    [InlineData(OrderPurpose.None, OrderSubject.Line, true, true, SectionSet.None)]
    internal void A_purpose_opens_its_sections(
        OrderPurpose purpose, OrderSubject subject, bool hasPort, bool hasDestination, SectionSet sections)
    {
        OrderScope scope = new()
        {
            Subject = subject, HasPort = hasPort, HasDestination = hasDestination,
            Sections = sections, LinesMax = 1, QuestionsMax = 1,
        };

        Assert.Equal(sections, Categories.SectionsOf(purpose, scope, portNotEnough: false));
    }

    private static void AssertClassed(IEnumerable<string> names)
    {
        string[] unclassed = [.. names.Where(name => Categories.Of(name) is null).Distinct()];
        Assert.True(
            unclassed.Length == 0, $"Say what they are in Rules/Categories.cs: {string.Join(", ", unclassed)}");
    }

    private static IEnumerable<string> RequestFields() =>
        new[]
            {
                typeof(OrderFacts), typeof(OrderScope), typeof(Offence), typeof(Request), typeof(RequestOffence),
                typeof(RequestStatement), typeof(Scope), typeof(ScopeAddress), typeof(AskedQuestion),
            }
            .SelectMany(type => type.GetProperties(BindingFlags.Instance | BindingFlags.Public))
            .Select(property => JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name));

    // From the text of the writers, for what is null in one answer stands in another.
    private static IEnumerable<string> AnswerKeys() => Directory
        .GetFiles(Path.Combine(Checkout.Root, "host/Appliance.Retention/Answers"), "*.cs")
        .Where(file => File.ReadAllText(file).Contains("new\n", StringComparison.Ordinal))
        .SelectMany(file => Key().Matches(File.ReadAllText(file)))
        .Select(found => found.Groups[1].Value)
        .Distinct();

    [GeneratedRegex(@"(?<=\n +|[{,] )([a-z][a-z_]*)(?: = |,\n)")]
    private static partial Regex Key();
}
