using System.Globalization;
using System.Text.Json;
using Appliance.Retention.Archive;

namespace Appliance.Retention.Rules;

/// <summary>Words of refusals, the same as in the data.</summary>
internal static class Words
{
    public static string Of(AuthorityKind kind) => Of<AuthorityKind>(kind).Replace('_', ' ');

    public static string List(IReadOnlyList<AuthorityKind> kinds) => string.Join(", ", kinds.Select(kind => Of(kind)));

    /// <summary>As the data and the keys of requests write it.</summary>
    public static string Of<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    public static string Of(SectionSet sections) => sections switch
    {
        SectionSet.None => "nothing",
        SectionSet.Attribution => "attribution",
        SectionSet.Contact => "contact",
        _ => "attribution and contact",
    };

    public static string Of(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static string Of(OffenceBound bound)
    {
        List<string> parts = [];
        if (bound.Serious is { } serious)
        {
            parts.Add(serious ? "a serious offence" : "an offence that is not serious");
        }

        if (bound.SentenceYears is { } years)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"a sentence of at least {years} years"));
        }

        string all = string.Join(" with ", parts);
        return bound.Or is { } or ? $"{all}, or {string.Join(", ", or).Replace('_', ' ')}" : all;
    }
}
