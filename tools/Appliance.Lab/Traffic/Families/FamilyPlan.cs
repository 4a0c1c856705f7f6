namespace Appliance.Lab.Traffic;

/// <summary>How the generated lines reach the internet, beside those that a NAT44 serves.</summary>
public enum LineFamily
{
    /// <summary>All lines have IPv4 addresses of the provider's own space, without any tunnel.</summary>
    Nat44,

    /// <summary>Direct flows are IPv6 on both legs: the same addresses, no translation.</summary>
    Native6,

    /// <summary>IPv6 lines; IPv4 remotes embedded in a prefix (RFC 6052).</summary>
    Nat64,

    /// <summary>
    /// The same, lines being the translators of customers (RFC 6877): a prefix and a private address each.
    /// </summary>
    Xlat464,

    /// <summary>
    /// Private IPv4 addresses, the same for many lines, each behind a softwire of its own (RFC 6333).
    /// </summary>
    DsLite,

    /// <summary>Direct flows are IPv6 with the prefix exchanged, checksum neutral (RFC 6296).</summary>
    Nptv6,

    /// <summary>IPv6 on both legs, behind shared public addresses with ports.</summary>
    Nat66,

    /// <summary>IPv4; remotes have another address inside than outside.</summary>
    TwiceNat,

    /// <summary>
    /// The customer's device translates to its share of a public address; a softwire carries it (RFC 7597).
    /// </summary>
    MapE,

    /// <summary>The same, the packets being translated to IPv6 on the way (RFC 7599).</summary>
    MapT,

    /// <summary>
    /// Remotes are lines behind the same NAT, called by a public address of theirs: both halves are on the inside leg.
    /// </summary>
    Hairpin,
}

/// <summary>The part of a plan that is about address families.</summary>
public sealed record FamilyPlan
{
    public LineFamily Family { get; init; }

    /// <summary>Share of the lines that are of the family; the others stay as they are.</summary>
    public double Share { get; init; } = 0.8;

    /// <summary>Prefix that IPv4 remotes are embedded in, "address/length".</summary>
    public string Nat64Prefix { get; init; } = "64:ff9b::/96";

    /// <summary>The called line sees the caller's private address; RFC 4787 section 6 wants the public one.</summary>
    public bool HairpinKeepsCaller { get; init; }

    /// <summary>A router behind the NAT turns the packets round: the outside leg shows them on their way.</summary>
    public bool HairpinIsOuter { get; init; }

    /// <summary>What a twice NAT makes of the remotes is known; otherwise nobody is told.</summary>
    public bool IsMappingTold { get; init; } = true;

    /// <summary>Share of IPv6 flows whose packets have extension headers before the transport.</summary>
    public double ExtensionShare { get; init; }
}
