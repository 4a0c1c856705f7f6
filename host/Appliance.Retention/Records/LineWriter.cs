using System.Text;
using System.Text.Encodings.Web;

namespace Appliance.Retention.Records;

/// <summary>Prints rows of named fields, in the order of the columns, as CSV or as a JSON object a line.</summary>
internal sealed class LineWriter(TextWriter output, RecordFormat format, string[] columns)
{
    private readonly StringBuilder line = new();
    private int field;

    /// <summary>The header line, where the format has one.</summary>
    public void Header()
    {
        if (format == RecordFormat.Csv)
        {
            output.Write(string.Join(',', columns));
            output.Write('\n');
        }
    }

    public LineWriter Add(ulong value)
    {
        Begin();
        line.Append(value);
        return this;
    }

    public LineWriter Add(long value)
    {
        Begin();
        line.Append(value);
        return this;
    }

    public LineWriter Empty()
    {
        Begin();
        line.Append(format == RecordFormat.Csv ? "" : "null");
        return this;
    }

    public LineWriter Add(string text)
    {
        if (text.Length == 0)
        {
            return Empty();
        }

        Begin();
        if (format == RecordFormat.NdJson)
        {
            line.Append('"').Append(JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text)).Append('"');
        }
        else if (text.AsSpan().IndexOfAny("\",\r\n") < 0)
        {
            line.Append(text);
        }
        else
        {
            line.Append('"').Append(text.Replace("\"", "\"\"")).Append('"');
        }

        return this;
    }

    /// <summary>Ends the line. One with another number of fields than there are columns is never printed.</summary>
    public void End()
    {
        if (field != columns.Length)
        {
            throw new InvalidOperationException($"A line of {field} fields under {columns.Length} columns.");
        }

        line.Append(format == RecordFormat.Csv ? "\n" : "}\n");
        output.Write(line);
        line.Clear();
        field = 0;
    }

    private void Begin()
    {
        if (format == RecordFormat.Csv)
        {
            line.Append(field == 0 ? "" : ",");
        }
        else
        {
            line.Append(field == 0 ? "{\"" : ",\"").Append(columns[field]).Append("\":");
        }

        field++;
    }
}
