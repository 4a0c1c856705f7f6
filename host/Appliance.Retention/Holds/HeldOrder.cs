using Appliance.Wire;

namespace Appliance.Retention.Holds;

/// <summary>
/// An order for records of a legal hold: it names the hold in a statement that requester and approver sign. What it
/// asks for may be older than what is kept, so its period is judged as of the day on which the hold was made.
/// </summary>
internal static class HeldOrder
{
    /// <summary>Id of the statement; its text is the hold, 32 hexadecimal digits.</summary>
    public const string Statement = "legal_hold";

    public static bool NamesHold(Request request) => HoldOf(request) is not null;

    /// <summary>The hold that the request names; null for none. One that cannot be read names nobody's.</summary>
    public static Id16? HoldOf(Request request)
    {
        foreach (RequestStatement statement in request.Statements)
        {
            if (statement.Id == Statement)
            {
                return Id16.TryParse(statement.Text.Trim(), out Id16 hold) ? hold : default(Id16);
            }
        }

        return null;
    }
}
