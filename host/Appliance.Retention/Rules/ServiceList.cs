using System.Text.Json;
using System.Text.Json.Serialization;

namespace Appliance.Retention.Rules;

/// <summary>Whether people communicate by a service: that is what purpose 2 asks for.</summary>
internal enum ServiceKind
{
    /// <summary>Listed, and not for communicating.</summary>
    Other,

    /// <summary>Mail, messages, calls, social media.</summary>
    Communications,
}

/// <summary>A service of the list.</summary>
/// <param name="Suffix">Host name or domain, lower case; every host under it is the service's.</param>
/// <param name="Name">As people call it.</param>
/// <param name="Kind">Whether people communicate by it.</param>
internal sealed record KnownService(string Suffix, string Name, ServiceKind Kind);

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

    /// <summary>The list that comes with the product.</summary>
    public static ServiceList BuiltIn { get; } = ReadBuiltIn();

    /// <summary>State of the list, as it says itself; an answer prints it.</summary>
    public string AsOf { get; }

    public IReadOnlyCollection<KnownService> Services => bySuffix.Values;

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
            ? file
            : throw new InvalidDataException($"\"{wrong.Suffix}\" is not a host name in lower case, dots inside");
    }

    private static bool IsSuffix(string suffix) =>
        suffix.Contains('.', StringComparison.Ordinal) && suffix[0] != '.' && suffix[^1] != '.'
        && suffix.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-' or '.');

    private sealed record ListFile(string AsOf, List<KnownService> Services, string? Note = null);
}
