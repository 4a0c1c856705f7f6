using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Appliance.Wire;

namespace Appliance.Evidence;

/// <summary>Sentences of the statement: plain English for a reader who is no engineer.</summary>
internal static partial class StatementWords
{
    private static readonly string[] Methods =
    [
        "not known",
        "by matching the same packets on both sides of the address translator",
        "from the address translator's own export of events",
        "from the address translator's own log",
        "from the fixed rule by which the address translator gives out ports",
        "from the access server's accounting",
        "by matching packets, which fitted several lines equally",
    ];

    public static string Encode(string text) => WebUtility.HtmlEncode(text);

    /// <summary>The same, with times that are not broken over lines.</summary>
    public static string Whole(string text) => Time().Replace(Encode(text), "<span class=\"time\">$0</span>");

    /// <summary>What the clock is worth.</summary>
    public static string ClockInWords(PackState state)
    {
        DisclosedRow[] flows = [.. state.Rows.Where(row => row is
        {
            Section: SectionPlain.AttributionNumber, Kind: RecordKind.Flow,
        })];
        string bound = flows.Length == 0 ? "No time of a packet is part of this answer."
            : Array.Exists(flows, row => row.BoundUs is null)
                ? "Of at least one record the device could not say how exact its clock was: its times give an order "
                    + "only, and must not be relied on to tell moments apart."
                : $"Every time in the table is right to within {Micros(flows.Max(row => row.BoundUs!.Value))}, earlier "
                    + "or later, as the recording device reports it.";
        return bound + " This covers the device's clock, the way the packet took to it and the delay of the copy. It "
            + "does not cover the clock of whoever noted the time that was asked about: where that clock was wrong, "
            + "the answer is about another moment.";
    }

    public static string Asked(PackQuestion question) => question.Verb switch
    {
        "resolve" => $"Which line used the public address {question.Address}{Port(question.Port)}{Contact(question)}?",
        "addresses-of" => $"Which public addresses did the line {question.Line} have?",
        "services" => $"Which services did the line {question.Line} use?",
        _ => $"Did the line {question.Line} use {(question.Service.Length > 0 ? question.Service : question.Remote)}?",
    };

    /// <summary>The answer, as one would say it in a court room.</summary>
    public static string Found(PackState state)
    {
        AnswerClaims answer = state.Answer!;
        if (answer.Words.Count > 1)
        {
            return $"The time that was asked about came twice, for clocks were put back. Each reading has an answer: "
                + string.Join("; ", answer.Words) + ".";
        }

        string word = answer.Words[0];
        string lines = string.Join(", ", answer.Lines.Select(line => $"“{line}”"));
        return word switch
        {
            "identified" => $"One line: {lines}.",
            "found" => $"Records of the line {lines} were found.",
            "yes" => $"Yes: the line {lines} used it.",
            "no" => "No, and nothing is missing of the time that was asked about.",
            "none" => "No line: nothing is recorded, and nothing is missing of the time that was asked about.",
            "perhaps" => $"It cannot be told: what was recorded fits {lines} and other lines equally.",
            _ when word.StartsWith("ambiguous", StringComparison.Ordinal) && answer.Lines.Count == 0 =>
                $"It cannot be told: {word["ambiguous".Length..].Trim()} lines fit, more than the order may name.",
            _ when word.StartsWith("ambiguous", StringComparison.Ordinal) =>
                $"It cannot be told which of these lines it was: {lines}.",
            _ => $"The records do not answer the question: {word}.",
        };
    }

    public static string Method(byte method) => Methods[Math.Min(method, Methods.Length - 1)];

    /// <summary>What a number of bits means, without asking the reader to know logarithms.</summary>
    public static string Bits(ushort bits) => bits switch
    {
        0 => "The record states no measure of how strongly the two sides matched.",
        _ => string.Create(
            CultureInfo.InvariantCulture,
            $"The match rests on {bits} independent bits: for a line picked at random to match as well by chance, the "
                + $"odds are at most 1 in {Odds(bits)}. At least 64 bits are required before matching names a line."),
    };

    public static string Bound(uint? bound) => bound is { } us
        ? string.Create(CultureInfo.InvariantCulture, $"± {Micros(us)}")
        : "none stated";

    public static string Line(DisclosedRow row) => row.Subscriber.Length > 0 ? row.Subscriber : row.Inside.ToString();

    public static string Purpose(byte purpose) => purpose switch
    {
        1 => "to find who used an address",
        2 => "to find which services a line used",
        3 => "to find whether a line used a named service",
        _ => "to tell people what is kept about themselves",
    };

    public static string Protocol(byte protocol) => protocol switch
    {
        1 or 58 => "ICMP",
        6 => "TCP",
        17 => "UDP",
        _ => string.Create(CultureInfo.InvariantCulture, $"protocol {protocol}"),
    };

    private static string Odds(ushort bits) => bits < 60
        ? (1UL << bits).ToString("N0", CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"10 to the power of {Math.Floor(bits * Math.Log10(2)):0}");

    private static string Micros(uint us) => us switch
    {
        < 1_000 => string.Create(CultureInfo.InvariantCulture, $"{us} millionths of a second"),
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{us / 1000.0:0.#} thousandths of a second"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{us / 1e6:0.##} seconds"),
    };

    private static string Port(ushort port) =>
        port == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", port {port}");

    private static string Contact(PackQuestion question) =>
        question.Service.Length > 0 ? $", to contact {question.Service}"
        : question.Remote.Length > 0 ? $", to contact {question.Remote}" : "";

    [GeneratedRegex(@"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z")]
    private static partial Regex Time();
}
