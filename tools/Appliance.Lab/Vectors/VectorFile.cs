using System.Text.Json;
using Appliance.Wire;

namespace Appliance.Lab.Vectors;

/// <summary>One object of a vector, in the order in which a reader takes them.</summary>
/// <param name="Kind">epoch, batch, head, proof, receipt or control.</param>
/// <param name="Hex">Its bytes.</param>
internal sealed record VectorObject(string Kind, string Hex);

/// <summary>A day key; a reader opens what it has a private half for.</summary>
internal sealed record VectorKey(int Section, int Day, string Role, string Public, string? Private);

/// <summary>
/// What the reader trusts and knows; times are UTC microseconds since 1970, days UTC days since 1970.
/// </summary>
internal sealed record VectorTrust(
    string Device,
    string DeviceKey,
    string Notice,
    int LatestDay,
    string StoreKey,
    string OperatorKey,
    string CustodianKey,
    ulong ControlLast,
    ulong ControlNowUs);

/// <summary>
/// A vector as it stands in tests/vectors/batch. A reader takes the objects in their order and opens every section of
/// every batch; the first refusal is the verdict, a batch that never came is one at the end.
/// </summary>
internal sealed record VectorFile(
    string Name,
    string About,
    string Expect,
    VectorTrust Trust,
    IReadOnlyList<VectorKey> DayKeys,
    IReadOnlyList<VectorObject> Objects)
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectNullableAnnotations = true,
        WriteIndented = true,
        NewLine = "\n",
    };

    public string ToJson() => JsonSerializer.Serialize(this, Options) + "\n";

    public static VectorFile Parse(string json) =>
        JsonSerializer.Deserialize<VectorFile>(json, Options) ?? throw new JsonException("an empty vector");

    public static VectorKey Of(RecipientKey key) => new(
        key.Section,
        key.Day,
        key.Role.ToString(),
        Convert.ToHexStringLower(key.Public.Point.Span),
        key.HasPrivate ? Convert.ToHexStringLower(key.Private) : null);
}
