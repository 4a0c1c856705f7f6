using Appliance.Wire;

namespace Appliance.Retention.Records;

/// <summary>Sessions, blocks and gaps as lines.</summary>
internal static class OtherLines
{
    public static readonly string[] SessionColumns =
    [
        "subscriber", "subscriber_type", "realm", "address_or_prefix", "start_us", "end_us", "source", "equipment",
        "access", "device", "epoch", "seq", "row",
    ];

    public static readonly string[] BlockColumns =
    [
        "realm", "inside_ip", "pub_ip", "port_first", "port_last", "start_us", "end_us", "source", "device", "epoch",
        "seq", "row",
    ];

    public static readonly string[] GapColumns = ["device", "epoch", "from_us", "to_us", "leg", "cause", "estimate"];

    public static void Write(LineWriter line, in SessionRow row, in RecordPlace place)
    {
        line.Add(place.Text(row.Subscriber))
            .Add(place.Text(row.SubscriberType))
            .Add(place.Text(row.Realm))
            .Add(Range(row.Address, row.PrefixLength));
        FlowLines.AddTime(line, row.Start);
        FlowLines.AddTime(line, row.End);
        line.Add(place.Text(row.Source))
            .Add(place.Text(row.Equipment))
            .Add(place.Text(row.Access));
        FlowLines.AddPlace(line, place);
    }

    public static void Write(LineWriter line, in BlockRow row, in RecordPlace place)
    {
        line.Add(place.Text(row.Realm))
            .Add(row.InsideAddress.ToString())
            .Add(row.PublicAddress.ToString())
            .Add((ulong)row.PortFirst)
            .Add((ulong)row.PortLast);
        FlowLines.AddTime(line, row.Start);
        FlowLines.AddTime(line, row.End);
        line.Add(place.Text(row.Source));
        FlowLines.AddPlace(line, place);
    }

    public static void Write(LineWriter line, in GapRow row, in RecordPlace place)
    {
        line.Add(place.Device).Add((ulong)place.Position.Epoch);
        FlowLines.AddTime(line, row.From);
        FlowLines.AddTime(line, row.To);
        line.Add(place.Text(row.Leg)).Add(place.Text(row.Cause));
        if (row.Estimate == ulong.MaxValue)
        {
            line.Empty();
        }
        else
        {
            line.Add(row.Estimate);
        }

        line.End();
    }

    // A whole address is printed as one, a prefix with its length.
    private static string Range(Ip address, byte length) =>
        address.IsNone || length == (address.IsV4 ? 32 : 128) ? address.ToString() : $"{address}/{length}";
}
