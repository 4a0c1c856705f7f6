using System.Globalization;
using System.Text;

namespace Appliance.Retention.Referrals;

/// <summary>Rows of a referral in few characters: <c>2-9,12</c>, ascending, each once.</summary>
internal static class RowList
{
    public static string Write(IEnumerable<int> rows)
    {
        var text = new StringBuilder();
        int first = 0;
        int last = 0;
        foreach (int row in rows.Order())
        {
            if (row == last + 1 && last > 0)
            {
                last = row;
                continue;
            }

            Add(text, first, last);
            (first, last) = (row, row);
        }

        Add(text, first, last);
        return text.ToString();
    }

    /// <summary>The rows; null where the text is none of <see cref="Write"/>'s, or names more than so many.</summary>
    public static List<int>? Read(string text, int most)
    {
        var rows = new List<int>();
        foreach (string part in text.Split(','))
        {
            string[] ends = part.Split('-');
            if (ends.Length > 2 || !TryRow(ends[0], out int from) || !TryRow(ends[^1], out int to)
                || from > to || (rows.Count > 0 && from <= rows[^1]) || to - from >= most - rows.Count)
            {
                return null;
            }

            rows.AddRange(Enumerable.Range(from, to - from + 1));
        }

        return rows;
    }

    private static bool TryRow(string text, out int row) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out row) && row > 0;

    private static void Add(StringBuilder text, int first, int last)
    {
        if (first > 0)
        {
            text.Append(text.Length > 0 ? "," : "").Append(CultureInfo.InvariantCulture, $"{first}");
            text.Append(CultureInfo.InvariantCulture, $"{(last > first ? $"-{last}" : "")}");
        }
    }
}
