using Appliance.Wire;

namespace Appliance.Retention.Questions;

/// <summary>
/// Holds the rows of a table against the service of a question, as <see cref="Narrowing"/> holds flows; each name is
/// compared once.
/// </summary>
/// <param name="names">Numbers of texts.</param>
internal sealed class ServiceFit(HeldNames names)
{
    private string service = "";
    private HashSet<(Ip, ushort)> reached = [];
    private int[] askedFor = [];
    private int[] namedFor = [];
    private int asked;

    /// <summary>Begins a question.</summary>
    /// <param name="question">It names no remote address.</param>
    /// <param name="endpoints">Where its service was reached by name.</param>
    public void Begin(ResolveQuestion question, HashSet<(Ip, ushort)> endpoints)
    {
        service = question.Service;
        reached = endpoints;
        asked++;
        if (askedFor.Length < names.Texts)
        {
            askedFor = new int[names.Texts];
            namedFor = new int[names.Texts];
        }
    }

    /// <summary>How well a flow fits.</summary>
    public Fit Of(HeldFlows flows, in HeldFlow held)
    {
        ref readonly FlowRow row = ref held.Row;
        return service.Length == 0 ? Fit.Full
            : !flows.HasContact(held) ? Fit.NotRecorded
            : IsNamed(row.Service) ? row.ServiceSource == ServiceSource.Dns ? Fit.LookedUp : Fit.Full
            : row.Service != 0 ? Fit.Other
            : reached.Contains((row.RemoteAddress, row.RemotePort)) ? Fit.ByAddress
            : Fit.Nameless;
    }

    private bool IsNamed(int text)
    {
        if (askedFor[text] != asked)
        {
            askedFor[text] = asked;
            namedFor[text] = Narrowing.IsNameOf(names.Text(text), service) ? asked : 0;
        }

        return namedFor[text] == asked;
    }
}
