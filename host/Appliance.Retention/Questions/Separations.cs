using Appliance.Wire;

namespace Appliance.Retention.Questions;

/// <summary>Works out which further fact would tell several candidate lines apart, and how well.</summary>
internal static class Separations
{
    public static List<Separation> Of(ResolveQuestion question, Evaluation result)
    {
        var all = new List<Separation>();
        if (result.Lines < 2)
        {
            return all;
        }

        if (question.Port is null)
        {
            Add(all, "port", "the source port", result, Port);
        }

        if (question.Protocol.Length == 0)
        {
            Add(all, "protocol", "the protocol", result, held => held.Holding.Row.Protocol);
        }

        AddTime(all, question, result);
        if (question.NeedsContact)
        {
            Add(all, "remote", "the remote address and port", result, held => held.Holding.HasContact
                ? (held.Holding.Row.RemoteAddress, held.Holding.Row.RemotePort)
                : default);
        }
        else
        {
            all.Add(new Separation("remote", null, Contact(question)));
        }

        return all;
    }

    private static string Contact(ResolveQuestion question) => question.Port is null
        ? "the service or the remote address and port would tell more; the contact section was not opened"
        : "lines that hold one port at once do so towards different remotes: the remote address and port would tell "
            + "them apart, and perhaps the service; the contact section was not opened";

    private static (byte, ushort) Port(Held held) => (held.Holding.Row.Protocol, held.Holding.Row.PublicPort);

    /// <summary>The most lines that share one value of the fact: what is left in the worst case.</summary>
    private static void Add<T>(
        List<Separation> all, string fact, string words, Evaluation result, Func<Held, T> value)
        where T : notnull
    {
        var lines = new Dictionary<T, int>();
        int unknown = 0;
        foreach (Candidate candidate in result.Candidates)
        {
            foreach (T key in candidate.Flows.Select(value).Distinct())
            {
                lines[key] = lines.GetValueOrDefault(key) + 1;
            }

            unknown += candidate.Flows.Count == 0 ? 1 : 0;
        }

        int most = unknown + (lines.Count == 0 ? 0 : lines.Values.Max());
        string left = most == 1 ? "exactly one line" : FormattableString.Invariant($"at most {most} lines");
        all.Add(most < result.Lines
            ? new Separation(fact, most, $"{words} would leave {left}")
            : new Separation(fact, most, $"{words} alone may not help: {most} lines share one value of it"));
    }

    /// <summary>The most lines whose flows are open at one moment of the interval.</summary>
    private static void AddTime(List<Separation> all, ResolveQuestion question, Evaluation result)
    {
        Window window = question.Window;
        var events = new List<(TaiTime At, int Step, int Line)>();
        for (int line = 0; line < result.Candidates.Count; line++)
        {
            foreach (Held held in result.Candidates[line].Flows)
            {
                Window reach = held.Activity == Activity.Unknown ? window : held.Holding.Widest;
                events.Add((reach.From, -1, line));
                events.Add((reach.To, 1, line));
            }

            if (result.Candidates[line].Flows.Count == 0)
            {
                events.Add((window.From, -1, line));
                events.Add((window.To, 1, line));
            }
        }

        int most = MostAtOnce(events, result.Lines);
        if (most < result.Lines)
        {
            string left = most == 1 ? "exactly one line" : FormattableString.Invariant($"at most {most} lines");
            all.Add(new Separation("time", most, $"a more exact time would leave {left}"));
        }
    }

    // Begins sort before ends of the same moment: both ends are included.
    private static int MostAtOnce(List<(TaiTime At, int Step, int Line)> events, int lines)
    {
        events.Sort();
        int[] open = new int[lines];
        int now = 0;
        int most = 0;
        foreach ((_, int step, int line) in events)
        {
            now += step < 0 && open[line]++ == 0 ? 1 : 0;
            now -= step > 0 && --open[line] == 0 ? 1 : 0;
            most = Math.Max(most, now);
        }

        return most;
    }
}
