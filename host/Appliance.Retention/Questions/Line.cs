using Appliance.Wire;

namespace Appliance.Retention.Questions;

/// <summary>
/// A line or SIM as answers name it: the subscriber reference where one is recorded, else the inside address in its
/// realm. The default is a line that is not known.
/// </summary>
/// <param name="Realm">Address space of the inside address.</param>
/// <param name="Subscriber">Subscriber reference; may be empty.</param>
/// <param name="Address">Inside address.</param>
internal readonly record struct Line(string Realm, string Subscriber, Ip Address)
{
    /// <summary>Realm of a box that has only one.</summary>
    public const string DefaultRealm = "default";

    public bool IsKnown => !string.IsNullOrEmpty(Subscriber) || !Address.IsNone;

    /// <summary>
    /// What decides whether two are the same line: a subscriber may hold several addresses, so the address counts only
    /// where there is no reference.
    /// </summary>
    public string Name => !IsKnown ? "" : Subscriber.Length > 0 ? Subscriber : AddressName;

    /// <summary>
    /// What a session of this line holds: its inside address, or behind a softwire the line's own end of that, which
    /// the box put behind the realm: "default/2001:db8::1".
    /// </summary>
    public (string Realm, Ip Address) Holds
    {
        get
        {
            int slash = Realm?.LastIndexOf('/') ?? -1;
            return slash > 0 && Ip.TryParse(Realm.AsSpan(slash + 1), out Ip softwire)
                ? (Realm![..slash], softwire)
                : (Realm ?? "", Address);
        }
    }

    /// <summary>Compares lines as their names would, without making them.</summary>
    public static IEqualityComparer<Line> ByName { get; } = new NameComparer();

    private string AddressName =>
        Realm.Length == 0 || Realm == DefaultRealm ? Address.ToString() : $"{Realm}/{Address}";

    private sealed class NameComparer : IEqualityComparer<Line>
    {
        public bool Equals(Line x, Line y) => string.IsNullOrEmpty(x.Subscriber) && string.IsNullOrEmpty(y.Subscriber)
            ? x.Address == y.Address && (x.Address.IsNone || RealmOf(x) == RealmOf(y))
            : x.Subscriber == y.Subscriber;

        public int GetHashCode(Line line) => string.IsNullOrEmpty(line.Subscriber)
            ? line.Address.GetHashCode() : line.Subscriber.GetHashCode(StringComparison.Ordinal);

        private static string RealmOf(Line line) => line.Realm == DefaultRealm ? "" : line.Realm;
    }
}
