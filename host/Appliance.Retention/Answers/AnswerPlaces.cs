using Appliance.Retention.Questions;
using Appliance.Wire;

namespace Appliance.Retention.Answers;

/// <summary>Where a record stands that an answer relied on.</summary>
/// <param name="Device">Device that wrote it.</param>
/// <param name="Epoch">Number of its run.</param>
/// <param name="Sequence">Number of its batch in the run.</param>
/// <param name="Row">Row in the batch.</param>
/// <param name="Flow">First record of its flow; for a session or block the record itself.</param>
internal readonly record struct AnswerPlace(Id16 Device, uint Epoch, uint Sequence, uint Row, FlowId Flow)
{
    public static AnswerPlace Of(Id16 device, FlowId place, FlowId flow) =>
        new(device, place.Epoch, place.Sequence, place.Row, flow);
}

/// <summary>The records that an answer relied on, each once: what is held, proven, and found again when one of them is
/// corrected.</summary>
internal static class AnswerPlaces
{
    /// <summary>Of the lines that a resolve names. Neighbours are others' records and not among them.</summary>
    public static IReadOnlyCollection<AnswerPlace> Of(IEnumerable<ResolveAnswer> answers)
    {
        var places = new HashSet<AnswerPlace>();
        foreach (ResolveAnswer answer in answers)
        {
            places.UnionWith(Of(answer.Result));
        }

        return places;
    }

    /// <summary>Of the lines that were found.</summary>
    public static IReadOnlyCollection<AnswerPlace> Of(Evaluation result)
    {
        var places = new HashSet<AnswerPlace>();
        foreach (Candidate candidate in result.Candidates)
        {
            foreach (Held held in candidate.Flows)
            {
                Add(places, held.Holding.Device, held.Holding.Place, held.Holding.Flow, held.Holding.Session);
            }

            foreach (HeldBlock held in candidate.Blocks)
            {
                Add(places, held.Block.Device, held.Block.Place, held.Block.Place, held.Block.Session);
            }
        }

        return places;
    }

    /// <summary>Of what is told of a line.</summary>
    public static IReadOnlyCollection<AnswerPlace> Of(IEnumerable<LineAnswer> answers)
    {
        var places = new HashSet<AnswerPlace>();
        foreach (LineAnswer answer in answers)
        {
            places.UnionWith(answer.Records);
        }

        return places;
    }

    /// <summary>Of what was read for a question about a line.</summary>
    public static IReadOnlyList<AnswerPlace> Of(Found found)
    {
        var places = new HashSet<AnswerPlace>();
        foreach (Holding holding in found.Holdings)
        {
            Add(places, holding.Device, holding.Place, holding.Flow, holding.Session);
        }

        foreach (BlockHolding block in found.Blocks)
        {
            Add(places, block.Device, block.Place, block.Place, block.Session);
        }

        return [.. places];
    }

    private static void Add(
        HashSet<AnswerPlace> places, Id16 device, FlowId place, FlowId flow, SessionHolding? session)
    {
        places.Add(AnswerPlace.Of(device, place, flow));
        if (session is not null)
        {
            foreach (FlowId record in session.Records)
            {
                places.Add(AnswerPlace.Of(session.Device, record, record));
            }
        }
    }
}
