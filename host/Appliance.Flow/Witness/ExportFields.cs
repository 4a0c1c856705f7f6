namespace Appliance.Flow;

/// <summary>Fields of a data record that are read; the number is the place in <see cref="ExportRecord"/>,
/// and stands in <see cref="WitnessSnapshot"/>: another order is another version there.</summary>
internal enum ExportField : byte
{
    Ignored = 0,
    Protocol,
    SourcePort,
    DestinationPort,
    PostSourcePort,
    PostDestinationPort,
    PortRangeStart,
    PortRangeEnd,
    PortRangeStep,
    PortRangeCount,
    NatEvent,
    FirewallEvent,
    NatRealm,
    Vrf,
    Seconds,
    Milliseconds,
    FractionTime,
    FlowStart,
    FlowEnd,

    /// <summary>From here on addresses, not numbers.</summary>
    Source,
    Destination,
    PostSource,
    PostDestination,

    /// <summary>Nokia's text that names the inside address.</summary>
    NatSubString,
}

/// <summary>
/// Numbers of the elements: IANA "IP Flow Information Export (IPFIX) Entities", which NetFlow v9 shares up to 127 and
/// in practice all the way; Cisco ASA's own of the years before 2010 (40001 to 40005, NetFlow v9 only); Nokia's under
/// enterprise 637 (7750 SR Multiservice ISA and ESA guide, "Template formats").
/// </summary>
internal static class ExportFields
{
    private const uint Nokia = 637;

    public static ExportField Of(uint enterprise, ushort element) => enterprise switch
    {
        0 => OfIana(element),
        Nokia => element switch { 91 => ExportField.Vrf, 93 => ExportField.NatSubString, _ => ExportField.Ignored },
        _ => ExportField.Ignored,
    };

    /// <summary>Lengths that a field may have: RFC 7011 section 6.2 lets numbers be sent shorter.</summary>
    public static bool IsLength(ExportField field, int length, ushort element) => field switch
    {
        ExportField.Ignored => true,
        ExportField.NatSubString => true,
        >= ExportField.Source => length == (IsV6(element) ? 16 : 4),
        _ => length is >= 1 and <= 8,
    };

    private static bool IsV6(ushort element) => element is 27 or 28 or 281 or 282;

    private static ExportField OfIana(ushort element) => element switch
    {
        4 => ExportField.Protocol,
        7 => ExportField.SourcePort,
        8 or 27 => ExportField.Source,
        11 => ExportField.DestinationPort,
        12 or 28 => ExportField.Destination,
        152 => ExportField.FlowStart,
        153 => ExportField.FlowEnd,
        225 or 281 or 40001 => ExportField.PostSource,
        226 or 282 or 40002 => ExportField.PostDestination,
        227 or 40003 => ExportField.PostSourcePort,
        228 or 40004 => ExportField.PostDestinationPort,
        229 => ExportField.NatRealm,
        230 => ExportField.NatEvent,
        233 or 40005 => ExportField.FirewallEvent,
        234 => ExportField.Vrf,
        322 => ExportField.Seconds,
        323 => ExportField.Milliseconds,
        324 or 325 => ExportField.FractionTime,
        361 => ExportField.PortRangeStart,
        362 => ExportField.PortRangeEnd,
        363 => ExportField.PortRangeStep,
        364 => ExportField.PortRangeCount,
        _ => ExportField.Ignored,
    };
}
