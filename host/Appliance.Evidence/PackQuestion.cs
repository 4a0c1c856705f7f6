using System.Text.Json;
using Appliance.Wire;

namespace Appliance.Evidence;

/// <summary>What was asked, as the log's entry commits to it (JSON, the names of the answer's question).</summary>
public sealed record PackQuestion(
    string Verb,
    string Request,
    string Address,
    ushort Port,
    string Line,
    string Service,
    string Remote,
    ulong FromUtcUs,
    ulong ToUtcUs)
{
    /// <summary>Verb of everything that is kept of a person's own line.</summary>
    public const string SubjectAccess = "subject-access";

    /// <summary>Purpose of a person who asks for their own records.</summary>
    public const byte OwnPurpose = 4;

    /// <summary>True where the question is about what was contacted.</summary>
    public bool NeedsContact => Verb is "services" or "accessed" or SubjectAccess || Service.Length + Remote.Length > 0;

    /// <summary>Begin as a time of records.</summary>
    public TaiTime From => LeapSeconds.ToTai((long)FromUtcUs);

    /// <summary>End as a time of records, included.</summary>
    public TaiTime To => LeapSeconds.ToTai((long)ToUtcUs);

    /// <summary>Reads the bytes; null where they are no question.</summary>
    internal static PackQuestion? Parse(ReadOnlyMemory<byte> json)
    {
        if (!System.Text.Unicode.Utf8.IsValid(json.Span))
        {
            return null;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement root = document.RootElement;
            return new PackQuestion(
                Text(root, "verb"), Text(root, "request"), Text(root, "address"),
                root.GetProperty("port").GetUInt16(), Text(root, "line"), Text(root, "service"), Text(root, "remote"),
                root.GetProperty("from_utc_us").GetUInt64(), root.GetProperty("to_utc_us").GetUInt64());
        }
        catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException)
        {
            return null;
        }
    }

    private static string Text(JsonElement root, string name) => root.GetProperty(name).GetString() ?? "";
}
