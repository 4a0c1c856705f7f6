using System.Text;

namespace Appliance.Retention.Referrals;

/// <summary>
/// A referral as CSV: <c>case,ip,port,time,service</c>, a line each; port and service may be empty, and the service may
/// be left out with its comma. A header line, empty lines and lines that begin with # are passed over. A line that
/// cannot be read stays in the referral, with the reason: each line gets a verdict.
/// </summary>
internal static class ReferralFile
{
    public const string Header = "case,ip,port,time,service";

    public static List<ReferralLine> Parse(IEnumerable<string> lines)
    {
        var all = new List<ReferralLine>();
        int row = 0;
        foreach (string line in lines)
        {
            row++;
            string text = line.Trim('\uFEFF', ' ', '\r');
            bool isHeader = all.Count == 0 && text.Replace(" ", "").Equals(Header, StringComparison.OrdinalIgnoreCase);
            if (text.Length > 0 && !text.StartsWith('#') && !isHeader && all.Count <= Limits.LinesMax)
            {
                all.Add(Line(text, row));
            }
        }

        return all;
    }

    private static ReferralLine Line(string text, int row)
    {
        if (text.Length > Limits.LineCharactersMax)
        {
            return new ReferralLine(
                row, "", "", "", "", "", $"it is longer than {Limits.LineCharactersMax} characters");
        }

        List<string> fields = Fields(text);
        return fields.Count is 4 or 5
            ? new ReferralLine(row, fields[0], fields[1], fields[2], fields[3], fields.Count == 5 ? fields[4] : "")
            : new ReferralLine(row, fields[0], "", "", "", "", $"it has {fields.Count} fields; give {Header}");
    }

    /// <summary>Fields of RFC 4180 on one line; spaces around them are of no matter.</summary>
    private static List<string> Fields(string text)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        bool isQuoted = false;
        for (int i = 0; i < text.Length; i++)
        {
            char at = text[i];
            bool isTwice = isQuoted && at == '"' && i + 1 < text.Length && text[i + 1] == '"';
            if (at == '"' && !isTwice)
            {
                isQuoted = !isQuoted;
            }
            else if (at == ',' && !isQuoted)
            {
                fields.Add(field.ToString().Trim());
                field.Clear();
            }
            else
            {
                field.Append(at);
                i += isTwice ? 1 : 0;
            }
        }

        fields.Add(field.ToString().Trim());
        return fields;
    }
}
