using System.Text.Json;
using Appliance.Retention.Archive;

namespace Appliance.Retention.Answers;

/// <summary>A row of the table.</summary>
/// <param name="Service">Communications service.</param>
/// <param name="Category">As the study lists it.</param>
/// <param name="Lines">Lines that used it.</param>
/// <param name="Flows">Flows of all of them.</param>
internal sealed record ServiceShare(string Service, string Category, int Lines, long Flows);

/// <summary>
/// The study's table (operational case, chapter 7) over many devices: which communications services were seen for what
/// share of the lines. Made of answers that were delivered, each of one line, so it opens nothing. Of an answer with
/// two readings (a local time that came twice) one is right: the fuller one is taken, so nothing is counted twice.
/// </summary>
internal sealed class ServiceTable
{
    private readonly Dictionary<string, HashSet<string>> lines = [];
    private readonly Dictionary<string, (string Category, long Flows)> seen = [];
    private readonly HashSet<string> all = [];
    private readonly HashSet<string> answered = [];

    /// <summary>Lines that were asked about.</summary>
    public int Asked => all.Count;

    /// <summary>Those of them with flows whose contacts are recorded: the whole that shares are of.</summary>
    public int Answered => answered.Count;

    /// <summary>Rows, the most widespread first.</summary>
    public IReadOnlyList<ServiceShare> Rows =>
    [
        .. seen
            .Select(pair => new ServiceShare(
                pair.Key, pair.Value.Category, lines[pair.Key].Count, pair.Value.Flows))
            .OrderByDescending(row => row.Lines)
            .ThenByDescending(row => row.Flows)
            .ThenBy(row => row.Service, StringComparer.Ordinal),
    ];

    /// <summary>Takes an answer of <c>services</c>, as JSON.</summary>
    /// <exception cref="ArchiveException">It is none.</exception>
    public void Take(string json, string file)
    {
        try
        {
            JsonElement root = JsonDocument.Parse(json).RootElement;
            JsonElement[] readings = root.TryGetProperty("readings", out JsonElement several)
                ? [.. several.EnumerateArray()]
                : [root];
            Take(readings.MaxBy(FlowsOf));
        }
        catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new ArchiveException(
                $"{file} is no answer of `retention services --json`: {wrong.Message}", wrong);
        }
    }

    private void Take(JsonElement reading)
    {
        string line = reading.GetProperty("question").GetProperty("line").GetString()!;
        all.Add(line);
        JsonElement communications = reading.GetProperty("communications");

        // Also where a part of the time is not covered: a line that a service is counted for is one of the whole.
        if (reading.GetProperty("answer").GetString() == "found" || communications.GetArrayLength() > 0)
        {
            answered.Add(line);
        }

        foreach (JsonElement used in communications.EnumerateArray())
        {
            string service = used.GetProperty("name").GetString()!;
            if (!lines.TryGetValue(service, out HashSet<string>? of))
            {
                lines.Add(service, of = []);
                seen.Add(service, (used.GetProperty("category").GetString()!, 0));
            }

            of.Add(line);
            seen[service] = seen[service] with { Flows = seen[service].Flows + used.GetProperty("flows").GetInt64() };
        }
    }

    private static long FlowsOf(JsonElement reading) =>
        reading.GetProperty("communications").EnumerateArray().Sum(used => used.GetProperty("flows").GetInt64());
}
