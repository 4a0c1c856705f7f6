using System.Globalization;
using Appliance.Retention.Questions;
using Appliance.Wire;

namespace Appliance.Retention.Answers;

/// <summary>
/// A line of an answer that is handed over: named fields under one set of columns for every verb. CSV prints them in
/// order, XML takes what it has a place for. The names are those of the JSON answer; later versions add columns at the
/// end and take none away.
/// </summary>
internal sealed class AnswerRow
{
    /// <summary>
    /// <c>kind</c> says what the row is: answer (the first of each reading), flow and block (a candidate line held it),
    /// before and after (its neighbours), address, service and use (of a line), gap (not covered), note.
    /// </summary>
    public static readonly string[] Columns =
    [
        "kind", "reading", "answer", "reason", "asked", "utc_from", "utc_to", "rank", "line", "subscriber", "realm",
        "inside_ip", "inside_port", "proto", "pub_ip", "port_first", "port_last", "rem_ip", "rem_port", "service",
        "lookup", "start", "last", "end", "bound_us", "activity", "overlap", "fit", "attribution", "evidence_bits",
        "candidates", "flows", "pkts_up", "pkts_down", "bytes_up", "bytes_down", "equipment", "access", "device",
        "flow_id", "record", "batch", "cause", "leg", "where", "note",
    ];

    private readonly string[] fields = new string[Columns.Length];

    public AnswerRow(string kind, int reading)
    {
        Array.Fill(fields, "");
        Set("kind", kind).Set("reading", (ulong)reading);
    }

    /// <summary>Text of a field; empty where the row has none.</summary>
    public string this[string column] => fields[IndexOf(column)];

    public AnswerRow Set(string column, string? text)
    {
        fields[IndexOf(column)] = text ?? "";
        return this;
    }

    public AnswerRow Set(string column, ulong number) => Set(column, number.ToString(CultureInfo.InvariantCulture));

    public AnswerRow Set(string column, Ip address) => Set(column, address.IsNone ? "" : address.ToString());

    /// <summary>A time; empty for the default, which stands for "not yet".</summary>
    public AnswerRow Set(string column, TaiTime time) => Set(column, UtcText.OrNull(time));

    private static int IndexOf(string column) => Array.IndexOf(Columns, column) is var at and >= 0
        ? at
        : throw new ArgumentException($"There is no column '{column}'.", nameof(column));
}
