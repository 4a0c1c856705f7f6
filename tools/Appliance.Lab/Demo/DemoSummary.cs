using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Appliance.Lab.Demo;

/// <summary>What the demonstration showed, for a newcomer and for a program.</summary>
internal sealed record DemoSummary
{
    private const int Columns = 100;
    private const string Indent = "     ";

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

    /// <summary>The lawful way of a question; null where it was not shown.</summary>
    public DemoLawful? Lawful { get; init; }

    public required double Seconds { get; init; }

    public bool IsRight => Mismatches.Count == 0 && Right == Connections && Answers.All(a => a.IsRight)
        && Lawful is not { IsRight: false };

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
        for (int i = 0; i < Answers.Count; i++)
        {
            Write(text, i + 1, Answers[i]);
        }

        WriteLawful(text);
        foreach (string mismatch in Mismatches)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n  WRONG: {mismatch}");
        }

        string end = IsRight ? "All of it was right." : "NOT all of it was right.";
        return text.Append(CultureInfo.InvariantCulture, $"\n{end} ({Seconds} s)").ToString();
    }

    private void WriteLawful(StringBuilder text)
    {
        if (Lawful is not { } lawful)
        {
            return;
        }

        text.Append("\n  Up to here everybody could ask: it is a lab, and the store has every key. The lawful way:\n");
        foreach (string step in lawful.Steps)
        {
            Wrap(text, "   - ", step);
        }

        Wrap(text, "   - ", $"The question of the port, without a request: refused, {lawful.Refused}");
        string verdict = lawful.IsRight ? "as the kernel's table says" : $"WRONG: {lawful.Expected} was expected";
        Wrap(text, "   - ", $"The same under the request: {lawful.Answer} ({verdict})");
        text.Append("     What the transparency log has of it; it only grows, and names nobody who was asked about:\n");
        foreach (string entry in lawful.Log)
        {
            Wrap(text, "       ", entry, "       ");
        }
    }

    private static void Write(StringBuilder text, int number, DemoAnswer answer)
    {
        Wrap(text, "  ", answer.Preface, "  ");
        string known = string.Create(CultureInfo.InvariantCulture, $"Purpose {answer.Purpose}. {answer.Known}");
        text.Append('\n');
        Wrap(text, string.Create(CultureInfo.InvariantCulture, $"  {number}. "), known);
        Wrap(text, Indent + "The paper: ", answer.Paper.Length == 0 ? "" : $"\"{answer.Paper}\"");
        Wrap(text, Indent, answer.Question);
        text.Append(CultureInfo.InvariantCulture, $"{Indent}$ {answer.Command}\n");
        string verdict = answer.IsRight ? "as the kernel's table says" : $"WRONG: {answer.Expected} was expected";
        Wrap(text, Indent + "Answer: ", $"{answer.Answer} ({verdict})");
        Wrap(text, Indent + "Why: ", answer.Why);
        foreach (string line in answer.Shown)
        {
            text.Append(CultureInfo.InvariantCulture, $"       {line}\n");
        }
    }

    /// <summary>A titled text, broken at spaces; nothing where there is no text.</summary>
    private static void Wrap(StringBuilder text, string title, string words, string indent = Indent)
    {
        if (words.Length == 0)
        {
            return;
        }

        int column = title.Length;
        text.Append(title);
        string between = "";
        foreach (string word in words.Split(' '))
        {
            bool isFull = column + between.Length + word.Length > Columns;
            column = (isFull ? indent.Length : column + between.Length) + word.Length;
            text.Append(isFull ? "\n" + indent : between).Append(word);
            between = " ";
        }

        text.Append('\n');
    }
}
