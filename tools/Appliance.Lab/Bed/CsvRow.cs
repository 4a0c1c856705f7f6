using System.Globalization;
using System.Text;

namespace Appliance.Lab.Bed;

/// <summary>One line of a CSV file with a header line; fields are found by name, quotes as in RFC 4180.</summary>
internal sealed class CsvRow
{
    private readonly Dictionary<string, int> _columns;
    private readonly List<string> _fields;
    private readonly string _where;

    private CsvRow(Dictionary<string, int> columns, List<string> fields, string where)
    {
        _columns = columns;
        _fields = fields;
        _where = where;
    }

    /// <summary>The text of a field.</summary>
    /// <exception cref="LabUsageException">The file has no such column.</exception>
    public string this[string column] => _columns.TryGetValue(column, out int at)
        ? _fields[at]
        : throw new LabUsageException($"{_where}: there is no column '{column}'");

    /// <summary>A whole number; an empty field is 0.</summary>
    /// <exception cref="LabUsageException">It is no number.</exception>
    public long Number(string column)
    {
        string text = this[column];
        return text.Length == 0 || long.TryParse(text, CultureInfo.InvariantCulture, out _)
            ? text.Length == 0 ? 0 : long.Parse(text, CultureInfo.InvariantCulture)
            : throw new LabUsageException($"{_where}: '{text}' in column '{column}' is no number");
    }

    /// <summary>Reads a file line by line; no field holds a line break.</summary>
    /// <exception cref="LabUsageException">It is missing or empty, or a line has another number of fields.</exception>
    public static IEnumerable<CsvRow> ReadFile(string file)
    {
        if (!File.Exists(file))
        {
            throw new LabUsageException($"{file}: there is no such file");
        }

        Dictionary<string, int>? columns = null;
        int number = 0;
        foreach (string line in File.ReadLines(file))
        {
            number++;
            List<string> fields = Split(line);
            if (columns is null)
            {
                columns = fields.Select((name, at) => (name, at)).ToDictionary(c => c.name, c => c.at);
                continue;
            }

            string where = $"{file} line {number}";
            yield return fields.Count == columns.Count
                ? new CsvRow(columns, fields, where)
                : throw new LabUsageException($"{where}: {fields.Count} fields under {columns.Count} columns");
        }

        if (columns is null)
        {
            throw new LabUsageException($"{file}: there is no header line");
        }
    }

    private static List<string> Split(string line)
    {
        List<string> fields = [];
        StringBuilder field = new();
        bool quoted = false;
        for (int i = 0; i < line.Length; i++)
        {
            char c = line[i];
            if (c == '"' && quoted && i + 1 < line.Length && line[i + 1] == '"')
            {
                field.Append(c);
                i++;
            }
            else if (c == '"')
            {
                quoted = !quoted;
            }
            else if (c == ',' && !quoted)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else
            {
                field.Append(c);
            }
        }

        fields.Add(field.ToString());
        return fields;
    }
}
