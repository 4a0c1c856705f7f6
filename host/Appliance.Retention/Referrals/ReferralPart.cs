using System.Text.Json;
using System.Text.Json.Serialization;
using Appliance.Retention.Archive;

namespace Appliance.Retention.Referrals;

/// <summary>
/// What is handed over for one question of a referral: the verdicts of its lines. The report is made of all parts by
/// whoever can open them.
/// </summary>
internal sealed record ReferralPart
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
    };

    /// <summary>Request that it was asked under.</summary>
    public required string Request { get; init; }

    /// <summary>SHA-256 of the referral's file.</summary>
    public required string Referral { get; init; }

    /// <summary>Rows of the file, as the question names them.</summary>
    public required string Rows { get; init; }

    public required IReadOnlyList<LineVerdict> Lines { get; init; }

    public string ToJson() => JsonSerializer.Serialize(this, Json) + "\n";

    /// <summary>Reads a part.</summary>
    /// <exception cref="ArchiveException">It is none.</exception>
    public static ReferralPart Read(string json, string file)
    {
        try
        {
            return JsonSerializer.Deserialize<ReferralPart>(json, Json)
                ?? throw new JsonException("it is empty");
        }
        catch (JsonException wrong)
        {
            throw new ArchiveException($"{file} is no part of a referral: {wrong.Message}", wrong);
        }
    }

    /// <summary>The report of all parts.</summary>
    /// <exception cref="ArchiveException">They are of different referrals.</exception>
    public static ReferralReport Report(IReadOnlyList<ReferralPart> parts)
    {
        foreach (ReferralPart part in parts)
        {
            if (part.Request != parts[0].Request || part.Referral != parts[0].Referral)
            {
                throw new ArchiveException("the parts are of different requests; put each into a folder of its own");
            }
        }

        return new ReferralReport(parts.SelectMany(part => part.Lines));
    }
}
