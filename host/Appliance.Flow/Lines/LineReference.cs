namespace Appliance.Flow.Lines;

/// <summary>Which name of a line the notice allows to be kept (DESIGN section 5).</summary>
public enum LineNaming : byte
{
    /// <summary>Access line: circuit, port. The default.</summary>
    Line,

    /// <summary>IMSI of the SIM: subscriber information.</summary>
    Imsi,

    /// <summary>Telephone number of the SIM: subscriber information.</summary>
    Msisdn,

    /// <summary>User name: subscriber information.</summary>
    User,
}

/// <summary>What a record calls a line.</summary>
/// <param name="Text">The reference; what is not permitted is not in it.</param>
/// <param name="Type">line, imsi, msisdn, user, or session where a session has no name that may be kept.</param>
public readonly record struct LineReference(string Text, string Type)
{
    /// <summary>Chooses the name. It never falls back to one that the notice does not allow.</summary>
    public static LineReference Of(LineEvent from, LineNaming naming)
    {
        string chosen = naming switch
        {
            LineNaming.Imsi => from.Imsi,
            LineNaming.Msisdn => from.Msisdn,
            LineNaming.User => from.User,
            _ => "",
        };
        if (chosen.Length > 0)
        {
            return new LineReference(chosen, naming.ToString().ToLowerInvariant());
        }

        string line = LineOf(from);
        return line.Length > 0
            ? new LineReference(line, "line")
            : new LineReference($"{from.Server}/{from.Session}", "session");
    }

    /// <summary>True where it names more than the session.</summary>
    public bool IsNamed => Type != "session";

    private static string LineOf(LineEvent from)
    {
        if (from.LineName.Length > 0 && !from.IsOfNat)
        {
            return from.LineName;
        }

        if (from.CircuitId.Length > 0)
        {
            // TR-101 begins it with the access node's name; any other form is only unique at its relay or server.
            bool isUnique = from.CircuitId.IndexOf(" eth ", StringComparison.Ordinal) > 0
                || from.CircuitId.IndexOf(" atm ", StringComparison.Ordinal) > 0;
            string at = from.RemoteId.Length > 0 ? from.RemoteId : from.Server;
            return isUnique ? from.CircuitId : $"{at}/{from.CircuitId}";
        }

        if (from.RemoteId.Length > 0)
        {
            return from.RemoteId;
        }

        // A mobile gateway's port is no line.
        return from.Port.Length > 0 && from.Imsi.Length == 0 ? $"{from.Server}/{from.Port}" : "";
    }
}
