using System.Globalization;
using Appliance.Lab.Oracle;
using Appliance.Wire;

namespace Appliance.Lab.Traffic;

/// <summary>What is true about one generated flow.</summary>
/// <param name="Spec">Addresses, ports, kind; <c>Packets</c> is what was planned, not what was shown.</param>
/// <param name="Name">Name that the flow's packets carry; empty for none.</param>
/// <param name="Inside">What the inside leg showed.</param>
/// <param name="Outside">What the outside leg showed.</param>
/// <param name="Families">What the plan's families make of the addresses.</param>
public sealed record TruthFlow(FlowSpec Spec, string Name, LegView Inside, LegView Outside, FamilyMap Families)
{
    /// <summary>The flow as the inside leg names it, its remote as the outside does.</summary>
    public FlowTuple Inner => Tuple(Families.Inside(Spec), Families.RemoteOfInside(Spec));

    /// <summary>The flow as the outside leg names it.</summary>
    public FlowTuple Outer => Tuple(Families.Outside(Spec), Families.Outside(Spec).Remote);

    /// <summary>Header of the lines that <see cref="ToCsv"/> gives.</summary>
    public const string CsvHeader =
        "flow,class,reach,proto,sub_ip,sub_port,pub_ip,pub_port,rem_ip,rem_port,name,"
        + "in_first_ns,in_last_ns,in_pkts_up,in_pkts_down,in_bytes_up,in_bytes_down,"
        + "out_first_ns,out_last_ns,out_pkts_up,out_pkts_down,out_bytes_up,out_bytes_down";

    public string ToCsv() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Spec.Index},{Spec.Class},{Spec.Reach},{Inner.Protocol},{Line},{Inner.LocalPort},"
        + $"{Text(Outer.Local)},{Outer.LocalPort},{Inner.Remote},{Spec.RemotePort},{Name},"
        + $"{Leg(Inside)},{Leg(Outside)}");

    private FlowTuple Tuple(in LegEnds ends, Ip remote) => new(
        Families.ProtocolOf(Spec), ends.Line, ends.LinePort, remote, Spec.RemotePort, ends.Softwire);

    private string Line => Inner.Softwire.IsNone ? Text(Inner.Local) : $"{Inner.Softwire}/{Inner.Local}";

    private static string Text(Ip address) => address == Ip.FromV4(0) ? "" : address.ToString();

    private static string Leg(in LegView leg) =>
        $"{leg.FirstNs},{leg.LastNs},{leg.PacketsUp},{leg.PacketsDown},{leg.BytesUp},{leg.BytesDown}";
}
