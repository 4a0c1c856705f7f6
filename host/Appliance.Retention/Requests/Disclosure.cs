using System.Globalization;
using Appliance.Retention.Questions;

namespace Appliance.Retention.Requests;

/// <summary>
/// Takes out of an answer what its order does not reach: other people. Where more lines answer than the order may name,
/// their number alone is told; who held the address before and after is somebody else, and is only counted.
/// </summary>
internal static class Disclosure
{
    /// <summary>The answer as it may be handed over.</summary>
    /// <param name="answer">What was found.</param>
    /// <param name="linesMax">Lines that the order may name; int.MaxValue takes nothing out.</param>
    public static ResolveAnswer Limit(ResolveAnswer answer, int linesMax)
    {
        if (linesMax == int.MaxValue)
        {
            return answer;
        }

        var notes = new List<string>(answer.Notes);
        Evaluation result = answer.Result;
        if (result.Lines > linesMax)
        {
            notes.Add(Invariant($"{result.Lines} lines answer and the order may name {linesMax}: none is named"));
            result = new Evaluation([], result.Nameless, result.LookedUp) { Withheld = result.Lines };
        }

        if (answer.Before.Count + answer.After.Count > 0)
        {
            notes.Add(Invariant($"{answer.Before.Count} holders before and {answer.After.Count} after are not named"));
        }

        return answer with { Result = result, Before = [], After = [], Notes = notes };
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
