using Appliance.Retention.Questions;
using Appliance.Wire;

namespace Appliance.Retention.Answers;

/// <summary>In which way an answer relied on a second.</summary>
internal enum MomentKind : byte
{
    /// <summary>A record of the batch has a time in it.</summary>
    Time = 3,

    /// <summary>A line was named in it by this record.</summary>
    Naming = 4,

    /// <summary>A line was named in it by some record of the device.</summary>
    Named = 5,

    /// <summary>A line was named in it by this session, whichever of its records was read.</summary>
    NamingSession = 6,
}

/// <summary>A second that an answer relied on: what a correction of a stretch of time finds it by.</summary>
/// <param name="Kind">In which way.</param>
/// <param name="Device">Device of the record.</param>
/// <param name="Place">Its batch (row 0), the record, or the default.</param>
/// <param name="Second">TAI second since 1970.</param>
/// <param name="Session">The session; the default where it is none.</param>
internal readonly record struct AnswerMoment(
    MomentKind Kind, Id16 Device, FlowId Place, long Second, SessionName Session = default);

/// <summary>A session by what it is, as a correction names it.</summary>
/// <param name="Realm">Address space.</param>
/// <param name="Prefix">Address or prefix.</param>
/// <param name="BeginSecond">TAI second in which it begins.</param>
internal readonly record struct SessionName(string Realm, IpPrefix Prefix, long BeginSecond);

/// <summary>The seconds that an answer relied on, each once.</summary>
internal static class AnswerMoments
{
    /// <summary>Of the lines that a resolve names.</summary>
    public static HashSet<AnswerMoment> Of(IEnumerable<ResolveAnswer> answers)
    {
        var moments = new HashSet<AnswerMoment>();
        foreach (ResolveAnswer answer in answers)
        {
            moments.UnionWith(Of(answer.Result, answer.Question.Window.From));
        }

        return moments;
    }

    /// <summary>Of the lines that were found.</summary>
    /// <param name="result">What was found.</param>
    /// <param name="asked">Begin of what was asked about.</param>
    public static HashSet<AnswerMoment> Of(Evaluation result, TaiTime asked)
    {
        var moments = new HashSet<AnswerMoment>();
        foreach (Candidate candidate in result.Candidates)
        {
            candidate.Flows.ForEach(held => Add(moments, held.Holding));
            candidate.Blocks.ForEach(held => Add(
                moments, held.Block, asked > held.Block.Row.Start ? asked : held.Block.Row.Start));
        }

        return moments;
    }

    /// <summary>Of what was read for a question about a line.</summary>
    public static HashSet<AnswerMoment> Of(Found found)
    {
        var moments = new HashSet<AnswerMoment>();
        foreach (Holding holding in found.Holdings)
        {
            Add(moments, holding);
        }

        foreach (BlockHolding block in found.Blocks)
        {
            // LineMatch names a block by who held it at its begin.
            Add(moments, block, block.Row.Start);
        }

        return moments;
    }

    private static void Add(HashSet<AnswerMoment> moments, Holding holding)
    {
        FlowRow row = holding.Row;
        AddTimes(moments, holding.Device, holding.Place, row.Start, row.Last, row.End);
        if (holding.Session is { } session)
        {
            Add(moments, session, row.Start);
        }
        else if (holding.Subscriber.Length > 0 || holding.Corrected is not null)
        {
            AddNaming(moments, holding.Device, [holding.Flow], row.Start);
        }
    }

    private static void Add(HashSet<AnswerMoment> moments, BlockHolding block, TaiTime named)
    {
        AddTimes(moments, block.Device, block.Place, block.Row.Start, block.Row.End);
        if (block.Session is { } session)
        {
            Add(moments, session, named);
        }
    }

    private static void Add(HashSet<AnswerMoment> moments, SessionHolding session, TaiTime named)
    {
        AddTimes(moments, session.Device, session.Place, session.Start, session.End);

        // Corrections name a session by what it is, never by a record.
        AddNaming(moments, session.Device, [], named);
        moments.Add(new AnswerMoment(
            MomentKind.NamingSession, session.Device, default, SecondOf(named),
            new SessionName(session.Realm, session.Prefix, SecondOf(session.Start))));
    }

    private static void AddTimes(
        HashSet<AnswerMoment> moments, Id16 device, FlowId place, params ReadOnlySpan<TaiTime> times)
    {
        foreach (TaiTime time in times)
        {
            if (time != default)
            {
                moments.Add(new AnswerMoment(
                    MomentKind.Time, device, place with { Row = 0 }, SecondOf(time)));
            }
        }
    }

    private static void AddNaming(
        HashSet<AnswerMoment> moments, Id16 device, IEnumerable<FlowId> records, TaiTime named)
    {
        moments.Add(new AnswerMoment(MomentKind.Named, device, default, SecondOf(named)));
        foreach (FlowId record in records)
        {
            moments.Add(new AnswerMoment(MomentKind.Naming, device, record, SecondOf(named)));
        }
    }

    /// <summary>The TAI second of a time.</summary>
    public static long SecondOf(TaiTime time) => time.Microseconds / TaiTime.MicrosecondsPerSecond;
}
