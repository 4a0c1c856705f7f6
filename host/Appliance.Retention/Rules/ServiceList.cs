using System.Text.Json;
using System.Text.Json.Serialization;
using Appliance.Retention.Archive;

namespace Appliance.Retention.Rules;

/// <summary>Whether people communicate by a service: that is what purpose 2 asks for.</summary>
internal enum ServiceKind
{
    /// <summary>Listed, and not for communicating.</summary>
    Other,

    /// <summary>Mail, messages, calls, social media.</summary>
    Communications,
}

/// <summary>What kind of communications service: the study's words (operational case, chapter 7).</summary>
internal enum ServiceCategory
{
    /// <summary>None of them, or not said.</summary>
    None,
    SocialMedia,
    InstantMessaging,
    Email,
    OnlineTelephony,
}

/// <summary>A service of the list.</summary>
/// <param name="Suffix">Host name or domain, lower case; every host under it is the service's.</param>
/// <param name="Name">As people call it.</param>
/// <param name="Kind">Whether people communicate by it.</param>
/// <param name="Category">As the study would list it.</param>
/// <param name="AsOf">When it was looked at; that of the list where the entry has none.</param>
/// <param name="Source">Where it is known from; empty where nobody wrote it down.</param>
internal sealed record KnownService(
    string Suffix,
    string Name,
    ServiceKind Kind,
    ServiceCategory Category = ServiceCategory.None,
    string AsOf = "",
    string Source = "")
{
    public bool IsCommunications => Kind == ServiceKind.Communications;

    /// <summary>The category in the study's words; empty for none.</summary>
    public string CategoryWords => Category switch
    {
        ServiceCategory.SocialMedia => "Social Media Service",
        ServiceCategory.InstantMessaging => "Instant Messaging Service",
        ServiceCategory.Email => "Email Service",
        ServiceCategory.OnlineTelephony => "Online Telephony Service",
        _ => "",
    };
}

/// <summary>
/// Host names of well-known services. An operator adds a file of the same form as <c>services.json</c>; its entries
/// stand before those that come with the product, so it can also correct one.
/// </summary>
internal sealed class ServiceList
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
    };

    private readonly Dictionary<string, KnownService> bySuffix;

    private ServiceList(string asOf, Dictionary<string, KnownService> bySuffix)
    {
        AsOf = asOf;
        this.bySuffix = bySuffix;
    }

    /// <summary>File with an operator's own entries, in the data folder of a store.</summary>
    public const string FileName = "services.json";

    /// <summary>The list that comes with the product.</summary>
    public static ServiceList BuiltIn { get; } = ReadBuiltIn();

    /// <summary>State of the list, as it says itself; an answer prints it.</summary>
    public string AsOf { get; }

    public IReadOnlyCollection<KnownService> Services => bySuffix.Values;

    /// <summary>The list of a store: the operator's own before the one that comes with the product.</summary>
    /// <exception cref="ArchiveException">The operator's cannot be read.</exception>
    public static ServiceList OfStore(string folder)
    {
        string file = Path.Combine(folder, FileName);
        try
        {
            return File.Exists(file) ? BuiltIn.With(File.ReadAllText(file)) : BuiltIn;
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidDataException)
        {
            throw new ArchiveException($"{file} is no list of services: {wrong.Message}; correct or remove it", wrong);
        }
    }

    /// <summary>
    /// This list with an operator's before it; <see cref="InvalidDataException"/> or <see cref="JsonException"/> says
    /// what is wrong with that.
    /// </summary>
    public ServiceList With(string json)
    {
        ListFile file = Parse(json);
        Dictionary<string, KnownService> both = new(bySuffix);
        foreach (KnownService service in file.Services)
        {
            both[service.Suffix] = service;
        }

        return new ServiceList($"{AsOf}; operator's {file.AsOf}", both);
    }

    /// <summary>The service of a host, by the longest suffix; null when not listed, which says nothing of it.</summary>
    public KnownService? Find(string host)
    {
        string rest = host.ToLowerInvariant().TrimEnd('.');
        while (rest.Length > 0)
        {
            if (bySuffix.TryGetValue(rest, out KnownService? found))
            {
                return found;
            }

            int dot = rest.IndexOf('.', StringComparison.Ordinal);
            rest = dot < 0 ? "" : rest[(dot + 1)..];
        }

        return null;
    }

    private static ServiceList ReadBuiltIn()
    {
        using StreamReader reader = new(
            typeof(ServiceList).Assembly.GetManifestResourceStream("Appliance.Retention.Rules.services.json")!);
        ListFile file = Parse(reader.ReadToEnd());
        return new ServiceList(file.AsOf, file.Services.ToDictionary(service => service.Suffix));
    }

    private static ListFile Parse(string json)
    {
        ListFile file = JsonSerializer.Deserialize<ListFile>(json, Options)
            ?? throw new InvalidDataException("the list of services is empty");
        if (file.Services.Count > Limits.Services)
        {
            throw new InvalidDataException($"more than {Limits.Services} services");
        }

        KnownService? wrong = file.Services.Find(service => !IsSuffix(service.Suffix));
        return wrong is null
            ? file with { Services = file.Services.ConvertAll(service => WithDate(service, file.AsOf)) }
            : throw new InvalidDataException($"\"{wrong.Suffix}\" is not a host name in lower case, dots inside");
    }

    private static KnownService WithDate(KnownService service, string asOf) =>
        service.AsOf.Length > 0 ? service : service with { AsOf = asOf };

    private static bool IsSuffix(string suffix) =>
        suffix.Contains('.', StringComparison.Ordinal) && suffix[0] != '.' && suffix[^1] != '.'
        && suffix.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-' or '.');

    private sealed record ListFile(string AsOf, List<KnownService> Services, string? Note = null);
}
