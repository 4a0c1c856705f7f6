using System.Text.Json;
using System.Text.Json.Serialization;
using Appliance.Retention.Archive;
using Appliance.Wire;

namespace Appliance.Retention.Requests;

/// <summary>What is asked, in the one form that the log commits to and the warden holds against the order.</summary>
internal sealed record AskedQuestion
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>Verb of a person who asks for what is kept of their own line.</summary>
    public const string SubjectAccess = "subject-access";

    /// <summary>resolve, addresses-of, services, accessed, subject-access; referral; hold, which opens one.</summary>
    public required string Verb { get; init; }

    /// <summary>Request that it is asked under, 32 hexadecimal digits.</summary>
    public required string Request { get; init; }

    /// <summary>Public address; empty where the question is about a line.</summary>
    public string Address { get; init; } = "";

    /// <summary>Public port; 0 for none.</summary>
    public ushort Port { get; init; }

    /// <summary>Line reference; empty where the question is about an address.</summary>
    public string Line { get; init; } = "";

    /// <summary>Service asked for; empty for none.</summary>
    public string Service { get; init; } = "";

    /// <summary>Remote address asked for; empty for none.</summary>
    public string Remote { get; init; } = "";

    /// <summary>Legal hold that is opened instead of the archive; empty for none.</summary>
    public string Hold { get; init; } = "";

    /// <summary>Verb that asks lines of a referral which the order names.</summary>
    public const string ReferralVerb = "referral";

    /// <summary>SHA-256 of the file whose lines are asked; empty for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public string? Referral { get; init; }

    /// <summary>Rows of that file: <c>2-9,12</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public string? Rows { get; init; }

    /// <summary>Whether what was contacted is opened for lines that name it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Destinations { get; init; }

    /// <summary>First instant, UTC microseconds since 1970.</summary>
    public required ulong FromUtcUs { get; init; }

    /// <summary>Last instant, UTC microseconds since 1970.</summary>
    public required ulong ToUtcUs { get; init; }

    /// <summary>The bytes that the log commits to.</summary>
    public byte[] Encode() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    /// <summary>Reads the bytes; null where they are no question.</summary>
    public static AskedQuestion? Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return JsonSerializer.Deserialize<AskedQuestion>(bytes, Json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Purpose that the verb serves.</summary>
    public byte Purpose => Verb switch
    {
        "resolve" => 1,
        "services" => 2,
        "accessed" => 3,
        SubjectAccess => 4,
        _ => 1,
    };

    /// <summary>
    /// Sections that the question reaches: attribution alone unless it is about what was contacted. A source address
    /// with its port needs no destination (operational case, purpose 1).
    /// </summary>
    public SectionSet Sections =>
        Verb is "services" or "accessed" or SubjectAccess || Destinations || Service.Length + Remote.Length > 0
            ? SectionSet.Both
            : SectionSet.Attribution;
}
