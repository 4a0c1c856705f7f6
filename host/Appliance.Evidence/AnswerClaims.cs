using System.Globalization;
using System.Text.Json;
using Appliance.Wire;

namespace Appliance.Evidence;

/// <summary>A record that an answer relies on, with what the answer says of it.</summary>
/// <param name="Device">Device, 32 hexadecimal digits.</param>
/// <param name="Place">epoch-sequence-row.</param>
/// <param name="Kind">Flow, session or block.</param>
/// <param name="Line">Subscriber that the answer draws from it; empty where it names none.</param>
/// <param name="Inside">Inside address that the answer names.</param>
/// <param name="Said">The answer's words of it, to be held against the record.</param>
/// <param name="HasContact">The answer tells what was contacted.</param>
/// <param name="MustName">Some record must say that it is this line.</param>
/// <param name="Asked">Line that was asked about; null where lines are what is answered.</param>
/// <param name="Near">Records beside it: of a candidate's session its flows, of its flows the session, of a line's
/// records the sessions that name it.</param>
internal sealed record ClaimedRecord(
    string Device,
    string Place,
    RecordKind Kind,
    string Line,
    string Inside,
    JsonElement Said,
    bool HasContact,
    bool MustName,
    string? Asked,
    IReadOnlyList<RecordAt> Near);

/// <summary>Where a record stands, as answers name it.</summary>
internal readonly record struct RecordAt(string Device, string Place);

/// <summary>What an answer says, read from the JSON that was delivered.</summary>
public sealed class AnswerClaims
{
    private readonly List<ClaimedRecord> records = [];

    /// <summary>The word of the answer, of each reading of its time.</summary>
    public IReadOnlyList<string> Words { get; private set; } = [];

    /// <summary>Why, one sentence a reading.</summary>
    public IReadOnlyList<string> Reasons { get; private set; } = [];

    /// <summary>Notes of the answer.</summary>
    public IReadOnlyList<string> Notes { get; private set; } = [];

    /// <summary>The time of the question as it was written, one a reading.</summary>
    public IReadOnlyList<string> AskedTimes { get; private set; } = [];

    /// <summary>Lines that are named.</summary>
    public IReadOnlyList<string> Lines { get; private set; } = [];

    /// <summary>False where any reading says that something is missing.</summary>
    public bool IsCovered { get; private set; }

    /// <summary>Stretches that the answer says are missing, a sentence each.</summary>
    public IReadOnlyList<string> Gaps { get; private set; } = [];

    internal IReadOnlyList<ClaimedRecord> Records => records;

    /// <summary>Reads an answer; null where it is none.</summary>
    public static AnswerClaims? Parse(ReadOnlyMemory<byte> json)
    {
        if (!System.Text.Unicode.Utf8.IsValid(json.Span))
        {
            return null;
        }

        try
        {
            JsonElement root = JsonDocument.Parse(json).RootElement;
            var claims = new AnswerClaims();
            JsonElement[] readings = root.TryGetProperty("readings", out JsonElement several)
                ? [.. several.EnumerateArray()] : [root];
            claims.Read(readings);
            return claims;
        }
        catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException)
        {
            return null;
        }
    }

    /// <summary>Time of an answer as UTC microseconds since 1970.</summary>
    internal static long UtcUs(string text) =>
        (DateTimeOffset.Parse(text, CultureInfo.InvariantCulture) - DateTimeOffset.UnixEpoch).Ticks
            / TimeSpan.TicksPerMicrosecond;

    private void Read(JsonElement[] readings)
    {
        var lines = new SortedSet<string>(StringComparer.Ordinal);
        Words = [.. readings.Select(reading => Text(reading, "answer"))];
        Reasons = [.. readings.Select(reading => Text(reading, "reason"))];
        Notes = [.. readings.SelectMany(reading => reading.GetProperty("notes").EnumerateArray().Select(NoteOf))];
        AskedTimes = [.. readings.Select(reading =>
            reading.TryGetProperty("question", out JsonElement question) ? Text(question, "time") : "")
            .Where(time => time.Length > 0)];
        IsCovered = readings.All(reading => reading.GetProperty("covered").GetBoolean());
        Gaps = [.. readings.SelectMany(reading => reading.GetProperty("gaps").EnumerateArray().Select(GapOf))];
        foreach (JsonElement reading in readings)
        {
            foreach (JsonElement candidate in Items(reading, "candidates"))
            {
                lines.Add(Text(candidate, "line"));
                ReadCandidate(candidate);
            }

            foreach (JsonElement use in Items(reading, "uses"))
            {
                lines.Add(Text(reading.GetProperty("question"), "line"));
                AddOfLine(reading, use, RecordKind.Flow, hasContact: true);
            }

            foreach (JsonElement record in Items(reading, "records"))
            {
                lines.Add(Text(reading.GetProperty("question"), "line"));
                RecordKind kind = KindOf(Text(record, "kind"));
                AddOfLine(reading, record, kind, kind == RecordKind.Flow && TellsContact(reading, record));
            }

            foreach (JsonElement session in Items(reading, "named_by"))
            {
                AddOfLine(reading, session, RecordKind.Session, hasContact: false);
            }
        }

        Lines = [.. lines];
    }

    private static RecordKind KindOf(string word) => word == "block" ? RecordKind.Block : RecordKind.Flow;

    // A record of a line names that line, or none and a session of the answer names it.
    private void AddOfLine(JsonElement reading, JsonElement record, RecordKind kind, bool hasContact) => Add(
        record, kind, "", "", hasContact, mustName: false, Text(reading.GetProperty("question"), "line"),
        Places(Items(reading, "named_by")));

    // What is another customer's is not told to the one who asks for their own, and not proven either.
    private static bool TellsContact(JsonElement reading, JsonElement record) =>
        record.TryGetProperty("contact", out JsonElement told)
            ? told.GetBoolean() : reading.GetProperty("sections_opened").GetArrayLength() > 1;

    private void ReadCandidate(JsonElement candidate)
    {
        string subscriber = Text(candidate, "subscriber");
        string inside = Text(candidate, "inside_ip");
        bool hasSession = candidate.TryGetProperty("session", out JsonElement session)
            && session.ValueKind == JsonValueKind.Object;
        RecordAt[] sessions = hasSession ? Places([session]) : [];
        foreach (JsonElement flow in Items(candidate, "flows"))
        {
            bool hasContact = flow.GetProperty("rem_ip").ValueKind == JsonValueKind.String;
            Add(flow, RecordKind.Flow, subscriber, inside, hasContact, near: sessions);
        }

        foreach (JsonElement block in Items(candidate, "blocks"))
        {
            Add(block, RecordKind.Block, "", inside, hasContact: false);
        }

        if (hasSession)
        {
            RecordAt[] flows = Places(Items(candidate, "flows"));
            Add(session, RecordKind.Session, subscriber, inside, hasContact: false, near: flows);
        }
    }

    private static RecordAt[] Places(JsonElement[] items) =>
        [.. items.Select(item => new RecordAt(Text(item, "device"), Text(item, "record")))];

    private void Add(
        JsonElement said,
        RecordKind kind,
        string line,
        string inside,
        bool hasContact,
        bool mustName = true,
        string? asked = null,
        RecordAt[]? near = null)
    {
        var claim = new ClaimedRecord(
            Text(said, "device"), Text(said, "record"), kind, line, inside, said, hasContact, mustName, asked,
            near ?? []);
        if (!records.Exists(known => known.Device == claim.Device && known.Place == claim.Place))
        {
            records.Add(claim);
        }
    }

    private static JsonElement[] Items(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement list) ? [.. list.EnumerateArray()] : [];

    private static string NoteOf(JsonElement note) => note.GetString() ?? "";

    private static string GapOf(JsonElement gap) =>
        $"{Text(gap, "cause")} on {Text(gap, "device")}, {OpenText(gap, "from")} to {OpenText(gap, "to")}";

    private static string OpenText(JsonElement gap, string name) =>
        Text(gap, name) is { Length: > 0 } text ? text : "?";

    private static string Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()! : "";
}
