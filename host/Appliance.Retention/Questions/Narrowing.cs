using Appliance.Wire;

namespace Appliance.Retention.Questions;

/// <summary>How well a flow fits the remote endpoint or service that was asked for.</summary>
internal enum Fit : byte
{
    /// <summary>By all that was asked.</summary>
    Full,

    /// <summary>No name was seen, but it went to an address that others reached under the name asked for.</summary>
    ByAddress,

    /// <summary>Nothing of what was contacted is recorded, so it cannot be told.</summary>
    NotRecorded,

    /// <summary>Only the name was looked up (DNS): that is no use of the service.</summary>
    LookedUp,

    /// <summary>No name was seen, and nobody reached its address under the name asked for.</summary>
    Nameless,

    /// <summary>It contacted something else.</summary>
    Other,
}

/// <summary>Holds flows against the remote endpoint and the service of a question.</summary>
internal sealed class Narrowing
{
    private readonly ResolveQuestion question;

    // Where the service was reached by name, in the time around the question: a name is not always seen (a resumed or
    // encrypted greeting), its address is.
    private readonly HashSet<(Ip, ushort)> serviceEndpoints;

    /// <param name="question">The question.</param>
    /// <param name="endpoints">Where its service was reached by name.</param>
    public Narrowing(ResolveQuestion question, HashSet<(Ip, ushort)> endpoints)
    {
        this.question = question;
        serviceEndpoints = endpoints;
    }

    /// <param name="question">The question.</param>
    /// <param name="around">Flows around it.</param>
    public Narrowing(ResolveQuestion question, IEnumerable<Holding> around)
        : this(question, new HashSet<(Ip, ushort)>())
    {
        foreach (Holding holding in around)
        {
            if (holding.HasContact && question.Service.Length > 0 && IsUseOf(holding, question.Service))
            {
                serviceEndpoints.Add((holding.Row.RemoteAddress, holding.Row.RemotePort));
            }
        }
    }

    /// <summary>True where such a flow stays a candidate.</summary>
    public static bool Stays(Fit fit) => fit is Fit.Full or Fit.ByAddress or Fit.NotRecorded;

    public Fit Of(Holding holding)
    {
        Fit remote = OfRemote(holding);
        Fit service = OfService(holding);
        return remote > service ? remote : service;
    }

    /// <summary>A flow to the service by its name, not a lookup of the name.</summary>
    public static bool IsUseOf(Holding holding, string service) =>
        holding.Row.ServiceSource != ServiceSource.Dns && IsNameOf(holding.Service, service);

    /// <summary>The name itself or one below it; names are compared as DNS does, without case.</summary>
    public static bool IsNameOf(string name, string service) =>
        name.EndsWith(service, StringComparison.OrdinalIgnoreCase)
        && (name.Length == service.Length || (service.Length > 0 && name[^(service.Length + 1)] == '.'));

    private Fit OfRemote(Holding holding)
    {
        if (question.Remote.IsNone)
        {
            return Fit.Full;
        }

        if (!holding.HasContact)
        {
            return Fit.NotRecorded;
        }

        bool fits = holding.Row.RemoteAddress == question.Remote
            && (question.RemotePort is not { } port || holding.Row.RemotePort == port);
        return fits ? Fit.Full : Fit.Other;
    }

    private Fit OfService(Holding holding)
    {
        if (question.Service.Length == 0)
        {
            return Fit.Full;
        }

        if (!holding.HasContact)
        {
            return Fit.NotRecorded;
        }

        if (IsNameOf(holding.Service, question.Service))
        {
            return holding.Row.ServiceSource == ServiceSource.Dns ? Fit.LookedUp : Fit.Full;
        }

        if (holding.Service.Length > 0)
        {
            return Fit.Other;
        }

        return serviceEndpoints.Contains((holding.Row.RemoteAddress, holding.Row.RemotePort))
            ? Fit.ByAddress
            : Fit.Nameless;
    }
}
