using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Appliance.Retention.Rules;

/// <summary>
/// The rules as they were read: <c>jurisdictions.json</c>, checked in itself. A State is added by adding its cells and
/// decisions there; nothing here knows one by name.
/// </summary>
internal sealed class RuleBook
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
    };

    private readonly RuleData data;
    private readonly Dictionary<string, string> hashes;

    private RuleBook(RuleData data, Dictionary<string, string> hashes)
    {
        this.data = data;
        this.hashes = hashes;
    }

    /// <summary>The rules that come with the product.</summary>
    public static RuleBook BuiltIn { get; } = ReadBuiltIn();

    public IReadOnlyDictionary<string, SourceDocument> Documents => data.Documents;

    public IReadOnlyList<Jurisdiction> Jurisdictions => data.Jurisdictions;

    public IReadOnlyList<RuleText> Rules => data.Rules;

    public IReadOnlyList<StatementText> Statements => data.Statements;

    /// <summary>Ids of the statements that every order of an authority makes.</summary>
    public IReadOnlyList<string> RequiredOfAll => data.RequiredOfAll;

    /// <summary>
    /// Reads rules; <see cref="InvalidDataException"/> or <see cref="JsonException"/> says what is wrong.
    /// </summary>
    public static RuleBook Read(string json)
    {
        RuleData data = JsonSerializer.Deserialize<RuleData>(json, Options)
            ?? throw new InvalidDataException("the rules are empty");
        string? problem = RuleCheck.FirstProblem(data);
        return problem is null ? new RuleBook(data, HashesOf(json)) : throw new InvalidDataException(problem);
    }

    public Jurisdiction? Find(string jurisdiction) => data.Jurisdictions.Find(state => state.Id == jurisdiction);

    /// <summary>
    /// SHA-256 of a State's rules, hexadecimal: what a confirmation is of. Covers the State's own part and the rules
    /// and statements that all share; layout does not count, another State does not either.
    /// </summary>
    public string HashOf(string jurisdiction) => hashes[jurisdiction];

    public RuleText Rule(string id) =>
        data.Rules.Find(rule => rule.Id == id) ?? throw new InvalidOperationException($"no rule {id}");

    public StatementText Statement(string id) =>
        data.Statements.Find(statement => statement.Id == id)
        ?? throw new InvalidOperationException($"no statement {id}");

    /// <summary>A refusal by a general rule: its sentence and place, and what is wrong with this order.</summary>
    public RuleRefusal Refuse(string rule, string wrong) =>
        new(rule, $"{Rule(rule).Sentence} {wrong}", Rule(rule).Place);

    /// <summary>A refusal by what a State says, placed at the cells it rests on.</summary>
    public RuleRefusal Refuse(
        string rule, string wrong, Jurisdiction state, List<string> restsOn, string? decision = null)
    {
        IEnumerable<string> places = restsOn.Select(id => state.Cells.Find(cell => cell.Id == id)!.Place);
        return new RuleRefusal(rule, $"{Rule(rule).Sentence} {wrong}", string.Join("; ", places), decision);
    }

    private static RuleBook ReadBuiltIn()
    {
        using StreamReader reader = new(
            typeof(RuleBook).Assembly.GetManifestResourceStream("Appliance.Retention.Rules.jurisdictions.json")!);
        return Read(reader.ReadToEnd());
    }

    private static Dictionary<string, string> HashesOf(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        JsonElement root = document.RootElement;
        byte[] shared =
        [
            .. JsonSerializer.SerializeToUtf8Bytes(root.GetProperty("documents")),
            .. JsonSerializer.SerializeToUtf8Bytes(root.GetProperty("required_of_all")),
            .. JsonSerializer.SerializeToUtf8Bytes(root.GetProperty("rules")),
            .. JsonSerializer.SerializeToUtf8Bytes(root.GetProperty("statements")),
        ];
        return root.GetProperty("jurisdictions").EnumerateArray().ToDictionary(
            state => state.GetProperty("id").GetString()!,
            state => Convert.ToHexStringLower(
                SHA256.HashData([.. shared, .. JsonSerializer.SerializeToUtf8Bytes(state)])));
    }
}
