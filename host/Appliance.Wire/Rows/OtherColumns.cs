namespace Appliance.Wire;

/// <summary>Sessions, blocks and gaps into columns and back, in the order of <see cref="ColumnSpecs"/>.</summary>
internal static class OtherColumns
{
    public static void Split(ReadOnlySpan<SessionRow> rows, ColumnSet columns)
    {
        ulong[] to = columns.Values;
        int step = columns.Stride;
        for (int i = 0; i < rows.Length; i++)
        {
            ref readonly SessionRow row = ref rows[i];
            int at = i;
            to[at] = (ulong)row.Subscriber;
            to[at += step] = (ulong)row.SubscriberType;
            to[at += step] = (ulong)row.Realm;
            to[at += step] = row.Address.Low;
            to[at += step] = row.Address.High;
            to[at += step] = row.PrefixLength;
            to[at += step] = (ulong)row.Start.Microseconds;
            to[at += step] = TimeCode.End(row.End, row.Start);
            to[at += step] = (ulong)row.Source;
            to[at += step] = (ulong)row.Equipment;
            to[at += step] = (ulong)row.Access;
        }
    }

    public static void Join(ColumnSet columns, Span<SessionRow> rows)
    {
        ulong[] from = columns.Values;
        int step = columns.Stride;
        for (int i = 0; i < rows.Length; i++)
        {
            ref SessionRow row = ref rows[i];
            int at = i;
            row.Subscriber = (int)from[at];
            row.SubscriberType = (int)from[at += step];
            row.Realm = (int)from[at += step];
            ulong low = from[at += step];
            row.Address = new Ip(from[at += step], low);
            row.PrefixLength = (byte)from[at += step];
            row.Start = new TaiTime((long)from[at += step]);
            row.End = TimeCode.End(from[at += step], row.Start);
            row.Source = (int)from[at += step];
            row.Equipment = (int)from[at += step];
            row.Access = (int)from[at += step];
        }
    }

    public static void Split(ReadOnlySpan<BlockRow> rows, ColumnSet columns)
    {
        ulong[] to = columns.Values;
        int step = columns.Stride;
        for (int i = 0; i < rows.Length; i++)
        {
            ref readonly BlockRow row = ref rows[i];
            int at = i;
            to[at] = (ulong)row.Realm;
            to[at += step] = row.InsideAddress.Low;
            to[at += step] = row.InsideAddress.High;
            to[at += step] = row.PublicAddress.Low;
            to[at += step] = row.PublicAddress.High;
            to[at += step] = row.PortFirst;
            // Blocks of one NAT are of one size.
            to[at += step] = (ushort)(row.PortLast - row.PortFirst);
            to[at += step] = (ulong)row.Start.Microseconds;
            to[at += step] = TimeCode.End(row.End, row.Start);
            to[at += step] = (ulong)row.Source;
        }
    }

    public static void Join(ColumnSet columns, Span<BlockRow> rows)
    {
        ulong[] from = columns.Values;
        int step = columns.Stride;
        for (int i = 0; i < rows.Length; i++)
        {
            ref BlockRow row = ref rows[i];
            int at = i;
            row.Realm = (int)from[at];
            ulong low = from[at += step];
            row.InsideAddress = new Ip(from[at += step], low);
            low = from[at += step];
            row.PublicAddress = new Ip(from[at += step], low);
            row.PortFirst = (ushort)from[at += step];
            row.PortLast = (ushort)(from[at += step] + row.PortFirst);
            row.Start = new TaiTime((long)from[at += step]);
            row.End = TimeCode.End(from[at += step], row.Start);
            row.Source = (int)from[at += step];
        }
    }

    public static void Split(ReadOnlySpan<GapRow> rows, ColumnSet columns)
    {
        ulong[] to = columns.Values;
        int step = columns.Stride;
        for (int i = 0; i < rows.Length; i++)
        {
            ref readonly GapRow row = ref rows[i];
            int at = i;
            to[at] = (ulong)row.From.Microseconds;
            to[at += step] = (ulong)(row.To.Microseconds - row.From.Microseconds);
            to[at += step] = (ulong)row.Leg;
            to[at += step] = (ulong)row.Cause;
            to[at += step] = row.Estimate;
        }
    }

    public static void Join(ColumnSet columns, Span<GapRow> rows)
    {
        ulong[] from = columns.Values;
        int step = columns.Stride;
        for (int i = 0; i < rows.Length; i++)
        {
            ref GapRow row = ref rows[i];
            int at = i;
            row.From = new TaiTime((long)from[at]);
            row.To = new TaiTime((long)from[at += step] + row.From.Microseconds);
            row.Leg = (int)from[at += step];
            row.Cause = (int)from[at += step];
            row.Estimate = from[at += step];
        }
    }
}
