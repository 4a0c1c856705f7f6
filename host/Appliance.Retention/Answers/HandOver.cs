using Appliance.Retention.Commands;
using Appliance.Retention.Questions;
using Appliance.Retention.Records;

namespace Appliance.Retention.Answers;

/// <summary>
/// Prints answers in the format that was asked for. There are several where the time asked for came twice: each
/// reading has an answer of its own, and every format says which is which.
/// </summary>
/// <param name="output">Where to.</param>
/// <param name="format">How.</param>
/// <param name="request">Request that the question is of; empty in the lab.</param>
internal sealed class HandOver(TextWriter output, AnswerFormat format, string request)
{
    /// <summary>Prints the answers of a resolve, one for each reading.</summary>
    public void Write(IReadOnlyList<ResolveAnswer> answers, bool all) => Write(
        answers,
        answer => answer.Question.Interval,
        ResolveJson.Of,
        AnswerRows.Of,
        answer => ResolveText.Write(output, answer, all));

    /// <summary>Prints the answers of a question about a line, one for each reading.</summary>
    public void Write(IReadOnlyList<LineAnswer> answers, string? service, Action<LineAnswer> text) => Write(
        answers,
        answer => answer.Question.Interval,
        answer => LineJson.Of(answer, service),
        AnswerRows.Of,
        text);

    private void Write<T>(
        IReadOnlyList<T> answers,
        Func<T, AskedInterval> asked,
        Func<T, object> json,
        Func<T, int, List<AnswerRow>> rows,
        Action<T> text)
    {
        List<AnswerRow> table = format is AnswerFormat.Csv or AnswerFormat.Xml
            ? [.. answers.SelectMany((answer, i) => rows(answer, i + 1))]
            : [];
        switch (format)
        {
            case AnswerFormat.Json:
                JsonText.Write(
                    output, answers.Count == 1 ? json(answers[0]) : new { readings = answers.Select(json) });
                break;
            case AnswerFormat.Csv:
                WriteCsv(table);
                break;
            case AnswerFormat.Xml:
                new AnswerXml(output, request).Write(table);
                break;
            default:
                WriteText(answers, asked, text);
                break;
        }
    }

    private void WriteText<T>(IReadOnlyList<T> answers, Func<T, AskedInterval> asked, Action<T> text)
    {
        for (int i = 0; i < answers.Count; i++)
        {
            if (answers.Count > 1)
            {
                output.WriteLine(FormattableString.Invariant(
                    $"{(i == 0 ? "" : "\n")}Reading    {i + 1} of {answers.Count}: {asked(answers[i]).Text}"));
            }

            text(answers[i]);
        }
    }

    private void WriteCsv(List<AnswerRow> table)
    {
        var writer = new LineWriter(output, RecordFormat.Csv, AnswerRow.Columns);
        writer.Header();
        foreach (AnswerRow row in table)
        {
            foreach (string column in AnswerRow.Columns)
            {
                writer.Add(row[column]);
            }

            writer.End();
        }
    }
}
