using System.Text;

namespace Appliance.Flow;

/// <summary>Reads the pattern of a log line's form into its parts.</summary>
internal static class LogPattern
{
    public static bool TryParse(string pattern, out LogPart[] parts, out string problem)
    {
        List<LogPart> made = [];
        parts = [];
        problem = "";
        int at = 0;
        while (at < pattern.Length && problem.Length == 0)
        {
            int next = pattern.IndexOfAny(['{', '*'], at);
            int end = next < 0 ? pattern.Length : next;
            if (end > at)
            {
                made.Add(new LogPart(LogField.Literal, Encoding.ASCII.GetBytes(pattern[at..end])));
            }

            at = next < 0 ? end : AddField(pattern, next, made, out problem);
        }

        problem = problem.Length > 0 ? problem : Check(made);
        parts = [.. made];
        return problem.Length == 0;
    }

    private static int AddField(string pattern, int at, List<LogPart> made, out string problem)
    {
        problem = "";
        if (pattern[at] == '*')
        {
            made.Add(new LogPart(LogField.Skip, []));
            return at + 1;
        }

        int close = pattern.IndexOf('}', at);
        string name = close < 0 ? "" : pattern[(at + 1)..close];
        LogField? field = FieldOf(name);
        if (field is null)
        {
            problem = $"'{{{name}}}' is no field";
            return pattern.Length;
        }

        made.Add(new LogPart(field.Value, []));
        return close + 1;
    }

    private static string Check(List<LogPart> parts)
    {
        if (parts.Count is 0 or > Limits.LogTemplatePartsMax || parts[0].Field != LogField.Literal)
        {
            return "a pattern begins with a text that must stand there, and has not too many parts";
        }

        for (int i = 0; i < parts.Count; i++)
        {
            bool isBeforeLiteral = i + 1 < parts.Count && parts[i + 1].Field == LogField.Literal;
            if (parts[i].Field == LogField.Skip && !isBeforeLiteral)
            {
                return "'*' must stand before a text";
            }
        }

        return "";
    }

    private static LogField? FieldOf(string name) => name switch
    {
        "word" => LogField.Word,
        "number" => LogField.Number,
        "inside" => LogField.Inside,
        "insideport" => LogField.InsidePort,
        "public" => LogField.Public,
        "publicport" => LogField.PublicPort,
        "publiclast" => LogField.PublicLast,
        "remote" => LogField.Remote,
        "remoteport" => LogField.RemotePort,
        "publicremote" => LogField.PublicRemote,
        "proto" => LogField.Protocol,
        "vrf" => LogField.Vrf,
        "epoch" => LogField.Epoch,
        "hexepoch" => LogField.HexEpoch,
        _ => null,
    };
}
