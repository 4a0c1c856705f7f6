using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Appliance.Lab.Demo;

/// <summary>What the demonstration showed, for a newcomer and for a program.</summary>
internal sealed record DemoSummary
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
    };

    public required int Customers { get; init; }

    public required int Connections { get; init; }

    public required int Records { get; init; }

    /// <summary>Connections of the kernel that one record matches in every field.</summary>
    public required int Right { get; init; }

    public required IReadOnlyList<string> Mismatches { get; init; }

    public required long BatchesReceipted { get; init; }

    public required long Reconnections { get; init; }

    public required IReadOnlyList<DemoAnswer> Answers { get; init; }

    public required double Seconds { get; init; }

    public bool IsRight => Mismatches.Count == 0 && Right == Connections && Answers.All(a => a.IsRight);

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    public string ToText()
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"""

            What you have seen
              {Customers} customers shared one public address and made {Connections:N0} connections through a real NAT.
              The appliance saw copies of both sides of it, told from the packets alone which customer each
              connection belonged to, and sent sealed records to the store over MQTT: {BatchesReceipted} batches
              since it was cut off in the middle. The broker was killed as well, and nothing was lost.

              {Right:N0} of {Connections:N0} connections in the kernel's own table have exactly one record, with the
              right customer, ports, service name, packets and bytes.
              Records without a connection: {Records - Right:N0}.

            What the store answered

            """);
        foreach (DemoAnswer answer in Answers)
        {
            string verdict = answer.IsRight
                ? "(as the kernel's table says)"
                : $"WRONG: {answer.Expected} was expected";
            text.Append(CultureInfo.InvariantCulture, $"\n  {answer.Question}\n    $ {answer.Command}\n");
            text.Append(CultureInfo.InvariantCulture, $"    {answer.Answer}   {verdict}\n");
        }

        foreach (string mismatch in Mismatches)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n  WRONG: {mismatch}");
        }

        string end = IsRight ? "All of it was right." : "NOT all of it was right.";
        return text.Append(CultureInfo.InvariantCulture, $"\n{end} ({Seconds} s)").ToString();
    }
}
