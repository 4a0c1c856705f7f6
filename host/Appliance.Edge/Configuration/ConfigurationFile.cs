using System.Text.Json;
using System.Text.Json.Serialization;

namespace Appliance.Edge.Configuration;

/// <summary>Reads and prints the configuration; the whole of it is validated before anything starts.</summary>
public static class ConfigurationFile
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowTrailingCommas = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
        WriteIndented = true,
    };

    /// <summary>Parses configuration text; false with one line that says what is wrong and where.</summary>
    public static bool TryParse(string text, out ApplianceOptions options, out string problem)
    {
        options = new ApplianceOptions();
        try
        {
            options = JsonSerializer.Deserialize<ApplianceOptions>(text, Json) ?? options;
        }
        catch (JsonException error)
        {
            problem = Sentence(error);
            return false;
        }

        problem = OptionsCheck.FirstProblem(options) ?? "";
        return problem.Length == 0;
    }

    /// <summary>The effective configuration as text, defaults included.</summary>
    public static string Print(ApplianceOptions options) => JsonSerializer.Serialize(options, Json);

    private static string Sentence(JsonException error)
    {
        string place = error.LineNumber is long line ? $"line {line + 1}" : "start";
        if (!error.Message.Contains("could not be mapped", StringComparison.Ordinal))
        {
            return $"{place}: {error.Path ?? "$"} is not valid JSON of the expected kind; correct it and try again";
        }

        string key = error.Message.Split('\'') is [_, string name, ..] ? name : error.Path ?? "?";
        return $"{place}: the key '{key}' is unknown; remove it or see `icrctl config print` for the keys there are";
    }
}
