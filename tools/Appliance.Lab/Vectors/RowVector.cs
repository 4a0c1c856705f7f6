using System.Text.Json;
using Appliance.Wire;

namespace Appliance.Lab.Vectors;

/// <summary>
/// A vector of the row format as it stands in tests/vectors/rows: the columns of one section, what a reader makes of
/// them, and the canonical rows where it takes them. Bytes are hexadecimal.
/// </summary>
internal sealed record RowVector(
    string Name, string About, string Expect, byte Section, string Columns, IReadOnlyList<string> Rows)
{
    public const string Accepted = "accepted";

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectNullableAnnotations = true,
        WriteIndented = true,
        NewLine = "\n",
    };

    /// <summary>The word for a fault: "refused: bad column".</summary>
    public static string Refused(RowFault fault) =>
        "refused: " + JsonNamingPolicy.SnakeCaseLower.ConvertName(fault.ToString()).Replace('_', ' ');

    public static RowVector Parse(string json) =>
        JsonSerializer.Deserialize<RowVector>(json, Options) ?? throw new JsonException("an empty vector");

    public string ToJson() => JsonSerializer.Serialize(this, Options) + "\n";
}
