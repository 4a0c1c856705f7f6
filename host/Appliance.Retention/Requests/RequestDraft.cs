using System.Text.Json;
using System.Text.Json.Serialization;
using Appliance.Retention.Questions;
using Appliance.Wire;

namespace Appliance.Retention.Requests;

/// <summary>
/// A request as a person writes it: JSON with the words of the rules, times with Z or an offset. Unknown members are
/// errors, so that nothing which was meant to limit is overlooked.
/// </summary>
internal sealed record RequestDraft
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        WriteIndented = true,
    };

    private static readonly string[] Urgencies = ["none", "written", "spoken"];

    public required string Jurisdiction { get; init; }

    public required string LegalBasis { get; init; }

    /// <summary>1 who used an address, 2 which services, 3 whether a service, 4 what is kept of oneself.</summary>
    public required byte Purpose { get; init; }

    public required string Case { get; init; }

    /// <summary>By the rules' ids: necessity, proportionality, collateral_intrusion and what the State asks.</summary>
    public Dictionary<string, string> Statements { get; init; } = [];

    public DraftOffence? Offence { get; init; }

    public bool SensitiveProfession { get; init; }

    /// <summary>IP, IP:PORT or [IPv6]:PORT.</summary>
    public List<string> Addresses { get; init; } = [];

    public List<string> Lines { get; init; } = [];

    public List<string> Services { get; init; } = [];

    public List<string> Remotes { get; init; } = [];

    public required string From { get; init; }

    public required string To { get; init; }

    /// <summary>none, written or spoken.</summary>
    public string Urgency { get; init; } = Urgencies[0];

    public required string Expires { get; init; }

    public string? Notify { get; init; }

    /// <summary>Point of the key that answers are sealed to, 130 hexadecimal digits; the requester's own where
    /// absent.</summary>
    public string? SealTo { get; init; }

    /// <summary>Questions that may be asked.</summary>
    public uint Questions { get; init; } = 1;

    /// <summary>Lines that one answer may name.</summary>
    public uint Candidates { get; init; } = 1;

    /// <summary>Notice, 32 hexadecimal digits; where the store has one only, that one.</summary>
    public string? Notice { get; init; }

    /// <summary>Reads the JSON; null and one sentence where it is not a draft.</summary>
    public static RequestDraft? Parse(string json, out string problem)
    {
        problem = "";
        try
        {
            return JsonSerializer.Deserialize<RequestDraft>(json, Json);
        }
        catch (JsonException wrong)
        {
            problem = $"the request is not the JSON that it should be: {wrong.Message}";
            return null;
        }
    }

    /// <summary>A draft to be filled in, as JSON.</summary>
    public static string Example() => JsonSerializer.Serialize(
        new RequestDraft
        {
            Jurisdiction = "GB",
            LegalBasis = "",
            Purpose = 1,
            Case = "",
            Statements = new() { ["necessity"] = "", ["proportionality"] = "", ["collateral_intrusion"] = "" },
            Addresses = ["203.0.113.7:40000"],
            From = "2026-11-20T15:04Z",
            To = "2026-11-20T15:04Z",
            Expires = "2026-12-20T00:00Z",
        },
        Json) + "\n";

    /// <summary>The request that is signed; null and one sentence where something cannot be read.</summary>
    /// <param name="id">Its identity.</param>
    /// <param name="requester">Who asks.</param>
    /// <param name="notice">Notice where the draft names none.</param>
    /// <param name="nowUtcUs">UTC now, microseconds since 1970.</param>
    /// <param name="problem">What is wrong.</param>
    public Request? ToRequest(Id16 id, Enrolment requester, Id16 notice, ulong nowUtcUs, out string problem)
    {
        int urgency = Array.IndexOf(Urgencies, Urgency);
        problem = urgency < 0 ? $"urgency {Urgency} is none of {string.Join(", ", Urgencies)}" : "";
        Id16 named = notice;
        if (Notice is not null && !Id16.TryParse(Notice, out named))
        {
            problem = "notice must be 32 hexadecimal digits";
        }

        if (named == default && problem.Length == 0)
        {
            problem = "the store keeps under several notices: name one as notice";
        }

        PublicKey? sealTo = null;
        if (SealTo is not null && !Warden.WardenTrust.TryPoint(SealTo, out sealTo))
        {
            problem = "seal_to must be a point of 130 hexadecimal digits";
        }

        ulong from = Time(From, "from", isEnd: false, ref problem);
        ulong to = Time(To, "to", isEnd: true, ref problem);
        ulong expires = Time(Expires, "expires", isEnd: false, ref problem);
        ulong? notify = Notify is null ? null : Time(Notify, "notify", isEnd: false, ref problem);
        Scope? scope = ReadScope(ref problem);
        if (problem.Length == 0 && (from > to || Purpose is 0 or > Request.PurposeMax))
        {
            problem = from > to ? "from is later than to" : $"purpose {Purpose} is none of 1 to {Request.PurposeMax}";
        }

        return problem.Length > 0 ? null : new Request
        {
            Id = id,
            Notice = named,
            Jurisdiction = Jurisdiction,
            Authority = requester.Authority,
            LegalBasis = LegalBasis,
            Purpose = Purpose,
            Case = Case,
            Statements = Sorted(),
            Offence = Offence is { } offence
                ? new RequestOffence(offence.Name, offence.Serious, offence.SentenceYears, offence.Grounds)
                : null,
            IsSensitiveProfession = SensitiveProfession,
            Scope = scope!,
            FromUtcUs = from,
            ToUtcUs = to,
            Urgency = (RequestUrgency)urgency,
            MadeUtcUs = nowUtcUs,
            ExpiresUtcUs = expires,
            NotifyUtcUs = notify,
            Requester = requester.Person,
            Questions = Questions,
            Candidates = Candidates,
            SealTo = sealTo,
        };
    }

    private static ulong Time(string text, string what, bool isEnd, ref string problem)
    {
        if (problem.Length > 0)
        {
            return 0;
        }

        if (!AskedTime.TryParse(text, out AskedTime? time, out string wrong))
        {
            problem = $"{what}: {wrong}";
            return 0;
        }

        return (ulong)LeapSeconds.ToUtc(isEnd ? time!.Meaning.To : time!.Meaning.From);
    }

    private RequestStatement[] Sorted()
    {
        var statements = new List<RequestStatement>();
        foreach ((string id, string text) in Statements)
        {
            statements.Add(new RequestStatement(id, text));
        }

        statements.Sort((left, right) => string.CompareOrdinal(left.Id, right.Id));
        return [.. statements];
    }

    private Scope? ReadScope(ref string problem)
    {
        var addresses = new List<ScopeAddress>();
        foreach (string text in Addresses)
        {
            if (!ScopeText.TryAddress(text, out ScopeAddress address))
            {
                problem = $"address {text} is not IP, IP:PORT or [IPv6]:PORT";
                return null;
            }

            addresses.Add(address);
        }

        var remotes = new List<Ip>();
        foreach (string text in Remotes)
        {
            if (!Ip.TryParse(text, out Ip remote))
            {
                problem = $"remote {text} is not an IPv4 or IPv6 address";
                return null;
            }

            remotes.Add(remote);
        }

        return new Scope
        {
            Addresses = addresses,
            Lines = Lines,
            Services = Services.ConvertAll(name => name.TrimEnd('.').ToLowerInvariant()),
            Remotes = remotes,
        };
    }
}

/// <summary>The offence as a person writes it.</summary>
internal sealed record DraftOffence
{
    public required string Name { get; init; }

    public bool Serious { get; init; }

    public uint SentenceYears { get; init; }

    public List<string> Grounds { get; init; } = [];
}
