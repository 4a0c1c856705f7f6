namespace Appliance.Wire;

/// <summary>
/// Takes flow rows apart into columns and puts them together again. Each row is visited once and its fields go out
/// in the order of <see cref="ColumnSpecs"/>; a column at a time would read the wide rows dozens of times over.
/// </summary>
internal static class FlowColumns
{
    public static void SplitAttribution(ReadOnlySpan<FlowRow> rows, ColumnSet columns)
    {
        ulong[] to = columns.Values;
        int step = columns.Stride;
        for (int i = 0; i < rows.Length; i++)
        {
            ref readonly FlowRow row = ref rows[i];
            int at = i;
            to[at] = row.First.Epoch;
            to[at += step] = row.First.Sequence;
            to[at += step] = row.First.Row;
            to[at += step] = (ulong)row.Kind;
            to[at += step] = row.Protocol;
            to[at += step] = (ulong)row.Subscriber;
            to[at += step] = row.SubscriberAddress.Low;
            to[at += step] = row.SubscriberAddress.High;
            to[at += step] = (ulong)row.Realm;
            to[at += step] = row.SubscriberPort;
            to[at += step] = row.PublicAddress.Low;
            to[at += step] = row.PublicAddress.High;
            // A NAT that preserves ports makes this 0; for a random one it is as random as the port itself.
            to[at += step] = (ushort)(row.PublicPort - row.SubscriberPort);
            to[at += step] = (ulong)row.Start.Microseconds;
            to[at += step] = (ulong)(row.Last.Microseconds - row.Start.Microseconds);
            to[at += step] = TimeCode.End(row.End, row.Last);
            to[at += step] = row.BoundUs;
            to[at += step] = (ulong)row.ClockState;
            to[at += step] = (ulong)row.Translation;
            to[at += step] = (ulong)row.Attribution;
            to[at += step] = row.EvidenceBits;
            to[at += step] = row.Candidates;
            to[at += step] = row.Group;
            to[at += step] = (ulong)row.Witnesses;
            to[at += step] = row.Conflict ? 1UL : 0;
            to[at += step] = (ulong)row.EndReason;
            to[at += step] = (ulong)row.Leg;
            to[at += step] = (ulong)row.Route;
        }
    }

    public static void JoinAttribution(ColumnSet columns, Span<FlowRow> rows)
    {
        ulong[] from = columns.Values;
        int step = columns.Stride;
        for (int i = 0; i < rows.Length; i++)
        {
            ref FlowRow row = ref rows[i];
            int at = i;
            row.First = new FlowId((uint)from[at], (uint)from[at += step], (uint)from[at += step]);
            row.Kind = (FlowKind)from[at += step];
            row.Protocol = (byte)from[at += step];
            row.Subscriber = (int)from[at += step];
            ulong low = from[at += step];
            row.SubscriberAddress = new Ip(from[at += step], low);
            row.Realm = (int)from[at += step];
            row.SubscriberPort = (ushort)from[at += step];
            low = from[at += step];
            row.PublicAddress = new Ip(from[at += step], low);
            row.PublicPort = (ushort)(from[at += step] + row.SubscriberPort);
            row.Start = new TaiTime((long)from[at += step]);
            row.Last = new TaiTime((long)from[at += step] + row.Start.Microseconds);
            row.End = TimeCode.End(from[at += step], row.Last);
            row.BoundUs = (uint)from[at += step];
            row.ClockState = (ClockState)from[at += step];
            row.Translation = (Translation)from[at += step];
            row.Attribution = (Attribution)from[at += step];
            row.EvidenceBits = (ushort)from[at += step];
            row.Candidates = (ushort)from[at += step];
            row.Group = (uint)from[at += step];
            row.Witnesses = (Witnesses)from[at += step];
            row.Conflict = from[at += step] != 0;
            row.EndReason = (EndReason)from[at += step];
            row.Leg = (int)from[at += step];
            row.Route = (int)from[at += step];
        }
    }

    public static void SplitContact(ReadOnlySpan<FlowRow> rows, ColumnSet columns)
    {
        ulong[] to = columns.Values;
        int step = columns.Stride;
        for (int i = 0; i < rows.Length; i++)
        {
            ref readonly FlowRow row = ref rows[i];
            int at = i;
            to[at] = row.RemoteAddress.Low;
            to[at += step] = row.RemoteAddress.High;
            to[at += step] = row.RemotePort;
            to[at += step] = (ulong)row.Service;
            to[at += step] = (ulong)row.ServiceSource;
            to[at += step] = row.PacketsUp;
            to[at += step] = row.PacketsDown;
            to[at += step] = row.BytesUp;
            to[at += step] = row.BytesDown;
        }
    }

    public static void JoinContact(ColumnSet columns, Span<FlowRow> rows)
    {
        ulong[] from = columns.Values;
        int step = columns.Stride;
        for (int i = 0; i < rows.Length; i++)
        {
            ref FlowRow row = ref rows[i];
            int at = i;
            ulong low = from[at];
            row.RemoteAddress = new Ip(from[at += step], low);
            row.RemotePort = (ushort)from[at += step];
            row.Service = (int)from[at += step];
            row.ServiceSource = (ServiceSource)from[at += step];
            row.PacketsUp = from[at += step];
            row.PacketsDown = from[at += step];
            row.BytesUp = from[at += step];
            row.BytesDown = from[at += step];
        }
    }
}
