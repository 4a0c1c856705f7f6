namespace Appliance.Edge.Configuration;

/// <summary>Where the box learns which line holds which inside address.</summary>
public sealed record SessionOptions
{
    /// <summary>Address to listen on for RADIUS accounting; absent: no listener.</summary>
    public string? Listen { get; init; }

    public int Port { get; init; } = 1813;

    /// <summary>
    /// Answer requests, as the receiver that a server counts on; otherwise what comes is a copy, and nothing is sent.
    /// </summary>
    public bool Answer { get; init; }

    /// <summary>
    /// Who may send; the first prefix that fits decides. Everybody else's packets are counted and dropped.
    /// </summary>
    public IReadOnlyList<RadiusClientOptions> Clients { get; init; } = [];

    /// <summary>
    /// Interfaces that show copies of RADIUS accounting and DHCP between other machines, such as a mirror port of the
    /// link to the RADIUS server. Never a leg: a customer could send such packets there.
    /// </summary>
    public IReadOnlyList<string> Mirrors { get; init; } = [];

    /// <summary>Address spaces of access servers; the first rule that fits decides, else it is "default".</summary>
    public IReadOnlyList<RealmRuleOptions> Realms { get; init; } = [];

    /// <summary>File of prefixes that belong to a line for good: prefix,line[,realm].</summary>
    public string? StaticFile { get; init; }

    /// <summary>Sessions in memory.</summary>
    public int Limit { get; init; } = 1 << 17;

    /// <summary>The sealed table that survives a restart.</summary>
    public string Table { get; init; } = "sessions.sealed";
}

/// <summary>A sender of RADIUS accounting.</summary>
public sealed record RadiusClientOptions
{
    /// <summary>Its addresses.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>File whose first line is the shared secret; absent for copies that cannot be checked.</summary>
    public string? SecretFile { get; init; }
}

/// <summary>Which realm the addresses of an access server are of.</summary>
public sealed record RealmRuleOptions
{
    /// <summary>NAS-Identifier, else address, of the server; empty fits all.</summary>
    public string Server { get; init; } = "";

    /// <summary>Number of its routing instance; absent fits all.</summary>
    public uint? Instance { get; init; }

    public string Realm { get; init; } = "";
}
