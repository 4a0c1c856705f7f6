using System.Text.Json;
using System.Text.RegularExpressions;

namespace Appliance.Tests.Retention.Questions;

/// <summary>
/// Holds a document against a JSON Schema. It knows the keywords that the schema of answers uses and refuses any
/// other: a keyword passed over would be a check that cannot fail.
/// </summary>
internal sealed class JsonSchemaCheck(JsonElement root)
{
    private static readonly string[] Silent = ["$schema", "$id", "$defs", "title", "description"];

    /// <summary>What is wrong, with the place; empty where nothing is.</summary>
    public List<string> Faults(JsonElement document) => Faults(root, document, "$");

    private List<string> Faults(JsonElement schema, JsonElement value, string at)
    {
        var faults = new List<string>();
        foreach (JsonProperty keyword in schema.EnumerateObject().Where(each => !Silent.Contains(each.Name)))
        {
            faults.AddRange(Faults(schema, keyword, value, at));
        }

        return faults;
    }

    private IEnumerable<string> Faults(JsonElement schema, JsonProperty keyword, JsonElement value, string at)
    {
        JsonElement rule = keyword.Value;
        return keyword.Name switch
        {
            "$ref" => Faults(Definition(rule.GetString()!), value, at),
            "anyOf" => AnyOf(rule, value, at),
            "type" => Unless(Types(rule).Any(type => IsOf(type, value)), $"{at} is not {rule}"),
            "enum" => Unless(
                rule.EnumerateArray().Any(each => JsonElement.DeepEquals(each, value)), $"{at} is none of {rule}"),
            "const" => Unless(JsonElement.DeepEquals(rule, value), $"{at} is not {rule}"),
            "pattern" => Unless(
                value.ValueKind != JsonValueKind.String || Regex.IsMatch(value.GetString()!, rule.GetString()!),
                $"{at} = {value} is not of the form {rule}"),
            "minimum" => Unless(!IsNumber(value) || value.GetDouble() >= rule.GetDouble(), $"{at} is below {rule}"),
            "maximum" => Unless(!IsNumber(value) || value.GetDouble() <= rule.GetDouble(), $"{at} is above {rule}"),
            "minItems" => Unless(
                value.ValueKind != JsonValueKind.Array || value.GetArrayLength() >= rule.GetInt32(),
                $"{at} has fewer than {rule} items"),
            "items" => Items(value).SelectMany((item, i) => Faults(rule, item, $"{at}[{i}]")),
            "required" => rule.EnumerateArray()
                .Where(name => IsObject(value) && !value.TryGetProperty(name.GetString()!, out _))
                .Select(name => $"{at} has no {name}"),
            "properties" => Properties(value).SelectMany(property => rule.TryGetProperty(property.Name, out var inner)
                ? Faults(inner, property.Value, $"{at}.{property.Name}")
                : []),
            "additionalProperties" => Properties(value)
                .Where(property => !schema.GetProperty("properties").TryGetProperty(property.Name, out _))
                .Select(property => $"{at}.{property.Name} is not in the schema"),
            _ => [$"the schema uses {keyword.Name}, which is not checked"],
        };
    }

    private IEnumerable<string> AnyOf(JsonElement rules, JsonElement value, string at)
    {
        List<List<string>> all = [.. rules.EnumerateArray().Select(rule => Faults(rule, value, at))];
        return all.Exists(faults => faults.Count == 0)
            ? []
            : [$"{at} fits none of {all.Count}", .. all.MinBy(faults => faults.Count)!];
    }

    private JsonElement Definition(string reference) =>
        root.GetProperty("$defs").GetProperty(reference["#/$defs/".Length..]);

    private static IEnumerable<string> Types(JsonElement rule) => rule.ValueKind == JsonValueKind.Array
        ? rule.EnumerateArray().Select(type => type.GetString()!)
        : [rule.GetString()!];

    private static bool IsOf(string type, JsonElement value) => type switch
    {
        "object" => IsObject(value),
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        "integer" => IsNumber(value) && value.TryGetInt64(out _),
        _ => throw new ArgumentException($"the schema uses the type {type}, which is not checked"),
    };

    private static bool IsNumber(JsonElement value) => value.ValueKind == JsonValueKind.Number;

    private static bool IsObject(JsonElement value) => value.ValueKind == JsonValueKind.Object;

    private static List<JsonElement> Items(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : [];

    private static List<JsonProperty> Properties(JsonElement value) =>
        IsObject(value) ? [.. value.EnumerateObject()] : [];

    private static IEnumerable<string> Unless(bool isGood, string fault) => isGood ? [] : [fault];
}
