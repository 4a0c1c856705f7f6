using System.Globalization;
using Appliance.Wire;

namespace Appliance.Lab.Traffic;

/// <summary>What is true about one generated flow.</summary>
/// <param name="Spec">Addresses, ports, kind; <c>Packets</c> is what was planned, not what was shown.</param>
/// <param name="Name">Name that the flow's packets carry; empty for none.</param>
/// <param name="Inside">What the inside leg showed.</param>
/// <param name="Outside">What the outside leg showed.</param>
public sealed record TruthFlow(FlowSpec Spec, string Name, LegView Inside, LegView Outside)
{
    /// <summary>Header of the lines that <see cref="ToCsv"/> gives.</summary>
    public const string CsvHeader =
        "flow,class,reach,proto,sub_ip,sub_port,pub_ip,pub_port,rem_ip,rem_port,name,"
        + "in_first_ns,in_last_ns,in_pkts_up,in_pkts_down,in_bytes_up,in_bytes_down,"
        + "out_first_ns,out_last_ns,out_pkts_up,out_pkts_down,out_bytes_up,out_bytes_down";

    public string ToCsv() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Spec.Index},{Spec.Class},{Spec.Reach},{Spec.Protocol},{Text(Spec.SubscriberAddress)},{Spec.SubscriberPort},"
        + $"{Text(Spec.PublicAddress)},{Spec.PublicPort},{Text(Spec.RemoteAddress)},{Spec.RemotePort},{Name},"
        + $"{Leg(Inside)},{Leg(Outside)}");

    private static string Text(uint address) => address == 0 ? "" : Ip.FromV4(address).ToString();

    private static string Leg(in LegView leg) =>
        $"{leg.FirstNs},{leg.LastNs},{leg.PacketsUp},{leg.PacketsDown},{leg.BytesUp},{leg.BytesDown}";
}
