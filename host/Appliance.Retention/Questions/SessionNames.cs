using Appliance.Wire;

namespace Appliance.Retention.Questions;

/// <summary>Gives the flows and blocks of inside addresses the names of the sessions that held those.</summary>
internal static class SessionNames
{
    /// <param name="found">What was found of a question.</param>
    /// <param name="sessions">The sessions that were read for it.</param>
    /// <param name="asked">Begin of what was asked for.</param>
    public static Found Give(Found found, Sessions sessions, TaiTime asked) => sessions.All.Count == 0
        ? found
        : found with
        {
            Holdings = [.. found.Holdings.SelectMany(holding => Give(holding, sessions))],
            Blocks = [.. found.Blocks.SelectMany(block => Give(block, sessions, asked))],
        };

    private static IEnumerable<Holding> Give(Holding holding, Sessions sessions)
    {
        // A reference that was withdrawn is not given again by a session.
        List<SessionHolding> held = holding.Subscriber.Length > 0 || holding.Corrected is not null
            ? [] : sessions.Of(holding.Line, holding.Row.Start);
        return held.Count == 0
            ? [holding]
            : held.Select(session => holding with { Subscriber = session.Names, Session = session });
    }

    // A block may outlive a session of its inside address: who had the address when it was asked about counts.
    private static IEnumerable<BlockHolding> Give(BlockHolding block, Sessions sessions, TaiTime asked)
    {
        TaiTime time = asked > block.Row.Start ? asked : block.Row.Start;
        List<SessionHolding> held = sessions.Of(block.Line, time);
        return held.Count == 0
            ? [block]
            : held.Select(session => block with { Subscriber = session.Names, Session = session });
    }
}
