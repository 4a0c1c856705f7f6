using Appliance.Retention.Questions;

namespace Appliance.Retention.Requests;

/// <summary>
/// How many records an answer tells, or rests on: flows, blocks and the sessions that name the lines. The log counts
/// them with each delivery.
/// </summary>
internal static class DisclosedRecords
{
    public static ulong Of(ResolveAnswer answer)
    {
        ulong records = (ulong)(answer.Before.Count + answer.After.Count);
        foreach (Candidate candidate in answer.Result.Candidates)
        {
            records += (ulong)(candidate.Flows.Count + candidate.Blocks.Count);
            records += candidate.Session is null ? 0ul : 1;
        }

        return records;
    }

    public static ulong Of(LineAnswer answer)
    {
        ulong records = (ulong)answer.Uses.Count;
        foreach (HeldPort port in answer.Ports)
        {
            // A range without flows is told by the record of its block.
            records += (ulong)Math.Max(1, port.Flows);
        }

        foreach (UsedService service in answer.Services)
        {
            records += (ulong)service.Flows.Count;
        }

        return records;
    }
}
