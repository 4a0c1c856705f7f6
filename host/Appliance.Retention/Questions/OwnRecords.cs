using Appliance.Retention.AddressPlan;
using Appliance.Wire;

namespace Appliance.Retention.Questions;

/// <summary>
/// What a person who asks for their own records may see of them. A flow that fits other lines as well is perhaps
/// somebody else's: it is only counted. Where the remote side is another customer of this network, that is said and
/// nothing more. Everything else, the remote addresses of services included, is traffic of the line itself.
/// </summary>
/// <param name="plan">Which addresses are customers' of this network; null where nobody said.</param>
/// <param name="checks">How identity and line of the person were checked, as the order states it.</param>
internal sealed class OwnRecords(Plan? plan, IReadOnlyList<string> checks)
{
    /// <summary>Stands for a remote side that is another customer.</summary>
    public const string OtherCustomer = "another customer of this network";

    /// <summary>Takes out what is of others.</summary>
    /// <param name="found">What is recorded of the line.</param>
    /// <param name="notes">What was taken out, a sentence each.</param>
    public Found Limit(Found found, List<string> notes)
    {
        notes.AddRange(checks);
        var own = new List<Holding>();
        int masked = 0;
        foreach (Holding holding in found.Holdings)
        {
            if (holding.Row.Attribution == Attribution.Ambiguous)
            {
                continue;
            }

            bool isCustomer = holding.HasContact && IsCustomer(holding);
            own.Add(isCustomer ? Masked(holding) : holding);
            masked += isCustomer ? 1 : 0;
        }

        int taken = found.Holdings.Count - own.Count;
        if (taken > 0)
        {
            notes.Add($"{Notes.Flows(taken)} may as well be of another line: only their number is told");
        }

        if (masked > 0)
        {
            notes.Add($"{Notes.Flows(masked)} with {OtherCustomer}: who it is, is not told");
        }

        return found with { Holdings = own };
    }

    private bool IsCustomer(Holding holding) =>
        holding.Row.Translation is Translation.Hairpin or Translation.OnNet
        || plan?.Find(holding.Row.RemoteAddress, holding.Row.Start) is
            { Use: PlanUse.Shared or PlanUse.Fixed or PlanUse.Dynamic };

    private static Holding Masked(Holding holding) => holding with
    {
        Service = OtherCustomer,
        Row = holding.Row with { RemoteAddress = default, RemotePort = 0 },
    };
}
