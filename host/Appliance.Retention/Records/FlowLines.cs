using Appliance.Wire;

namespace Appliance.Retention.Records;

/// <summary>Flow records as lines, columns and words as CONTRACTS names them.</summary>
internal static class FlowLines
{
    public static readonly string[] Columns =
    [
        "flow_id", "kind", "realm", "proto", "subscriber", "sub_ip", "sub_port", "pub_ip", "pub_port", "rem_ip",
        "rem_port", "start_us", "last_us", "end_us", "bound_us", "clock_state", "pkts_up", "pkts_down", "bytes_up",
        "bytes_down", "service", "service_source", "translation", "attribution", "evidence_bits", "candidates", "group",
        "witnesses", "conflict", "end_reason", "leg", "route", "device", "epoch", "seq", "row",
    ];

    // In the order of the enums in Wire: a test holds them against each other.
    private static readonly string[] Kinds = ["open", "quiet", "interim", "end"];
    private static readonly string[] Sources = ["none", "tls", "quic", "http", "dns"];
    private static readonly string[] EndReasons = ["", "fin", "reset", "idle", "reused", "evicted", "stopped"];

    private static readonly string[] ClockStates =
        ["unset", "acquiring", "locked", "holdover", "free-running", "fault", "declared", "network"];

    private static readonly string[] Translations =
    [
        "unknown", "nat44", "nat64", "dslite", "map", "npt", "direct", "onnet", "hairpin", "unsolicited",
    ];

    private static readonly string[] Attributions =
        ["none", "mirror", "nel", "syslog", "deterministic", "radius", "ambiguous"];

    private static readonly string[] WitnessNames = ["mirror", "nel", "syslog", "deterministic", "radius"];

    /// <summary>The flow's name: the position of its first record, which may be this one.</summary>
    public static FlowId IdOf(in FlowRow row, in RecordPlace place) =>
        row.First == default ? place.Position : row.First;

    public static void Write(LineWriter line, in FlowRow row, in RecordPlace place)
    {
        line.Add(IdOf(row, place).ToString())
            .Add(Kinds[(int)row.Kind])
            .Add(place.Text(row.Realm))
            .Add((ulong)row.Protocol)
            .Add(place.Text(row.Subscriber));
        AddEndpoint(line, row.SubscriberAddress, row.SubscriberPort);
        AddEndpoint(line, row.PublicAddress, row.PublicPort);
        AddEndpoint(line, row.RemoteAddress, row.RemotePort);
        AddTimes(line, row);
        line.Add(ClockStates[(int)row.ClockState])
            .Add(row.PacketsUp)
            .Add(row.PacketsDown)
            .Add(row.BytesUp)
            .Add(row.BytesDown)
            .Add(place.Text(row.Service))
            .Add(Sources[(int)row.ServiceSource])
            .Add(Translations[(int)row.Translation])
            .Add(Attributions[(int)row.Attribution])
            .Add((ulong)row.EvidenceBits)
            .Add((ulong)row.Candidates)
            .Add((ulong)row.Group)
            .Add(Words(row.Witnesses))
            .Add(row.Conflict ? 1UL : 0)
            .Add(EndReasons[(int)row.EndReason])
            .Add(place.Text(row.Leg))
            .Add(place.Text(row.Route));
        AddPlace(line, place);
    }

    /// <summary>Device, epoch, seq, row: the last columns of every kind of record.</summary>
    public static void AddPlace(LineWriter line, in RecordPlace place)
    {
        line.Add(place.Device)
            .Add((ulong)place.Position.Epoch)
            .Add((ulong)place.Position.Sequence)
            .Add((ulong)place.Position.Row)
            .End();
    }

    /// <summary>UTC microseconds, or nothing for "not yet".</summary>
    public static void AddTime(LineWriter line, TaiTime time)
    {
        if (time == default)
        {
            line.Empty();
        }
        else
        {
            line.Add(LeapSeconds.ToUtc(time));
        }
    }

    // A port without its address says nothing; 0 under an address is a value (the remote side of a ping).
    private static void AddEndpoint(LineWriter line, Ip address, ushort port)
    {
        line.Add(address.ToString());
        if (address.IsNone)
        {
            line.Empty();
        }
        else
        {
            line.Add((ulong)port);
        }
    }

    private static void AddTimes(LineWriter line, in FlowRow row)
    {
        AddTime(line, row.Start);
        AddTime(line, row.Last);
        AddTime(line, row.End);
        if (row.BoundUs == uint.MaxValue)
        {
            line.Empty();
        }
        else
        {
            line.Add((ulong)row.BoundUs);
        }
    }

    private static string Words(Witnesses witnesses)
    {
        string words = "";
        for (int bit = 0; bit < WitnessNames.Length; bit++)
        {
            if (((int)witnesses & (1 << bit)) != 0)
            {
                words += words.Length == 0 ? WitnessNames[bit] : $"+{WitnessNames[bit]}";
            }
        }

        return words;
    }
}
