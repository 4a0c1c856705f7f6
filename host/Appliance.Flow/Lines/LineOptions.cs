using Appliance.Wire;

namespace Appliance.Flow.Lines;

/// <summary>Which address space the addresses of a server, or of one routing instance of it, are of.</summary>
/// <param name="Server">Name or address of the access server; empty fits all.</param>
/// <param name="Instance">Routing instance; null fits all.</param>
/// <param name="Realm">The realm.</param>
public sealed record RealmRule(string Server, uint? Instance, string Realm);

/// <summary>What the session table needs to know.</summary>
public sealed record LineOptions
{
    public LineNaming Naming { get; init; }

    /// <summary>Tried in order; where none fits it is <see cref="DefaultRealm"/>.</summary>
    public IReadOnlyList<RealmRule> Realms { get; init; } = [];

    public string DefaultRealm { get; init; } = "default";

    /// <summary>Sessions in memory, those that ended lately included.</summary>
    public int SessionLimit { get; init; } = 1 << 17;

    /// <summary>A session of a server without interims counts as ended after so many seconds of silence.</summary>
    public int SilentSecondsMax { get; init; } = 7 * 86_400;

    internal string RealmOf(LineEvent happened)
    {
        if (happened.Realm.Length > 0)
        {
            return happened.Realm;
        }

        foreach (RealmRule rule in Realms)
        {
            if ((rule.Server.Length == 0 || rule.Server == happened.Server)
                && (rule.Instance is null || rule.Instance == happened.Instance))
            {
                return rule.Realm;
            }
        }

        return DefaultRealm;
    }
}
