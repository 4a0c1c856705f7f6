using Appliance.Wire;

namespace Appliance.Lab.Vectors;

/// <summary>The rows of the accepted vectors. Made by counting, so that they are the same on every machine.</summary>
internal static class RowVectorRows
{
    private const long Begin = 1_800_000_000_000_000;
    private const int RowsOfStep = 256;

    public static RowBatch Blank()
    {
        RowBatch batch = new();
        batch.Flows.Add(default);
        return batch;
    }

    public static RowBatch Largest()
    {
        RowBatch batch = new();
        int text = batch.Strings.Add(new string('z', RowLimits.StringBytesMax));
        Ip ip = new(ulong.MaxValue, ulong.MaxValue);
        TaiTime time = new(long.MaxValue);
        batch.Flows.Add(new FlowRow
        {
            First = new FlowId(uint.MaxValue, uint.MaxValue, uint.MaxValue), Kind = FlowKind.End, Protocol = 255,
            Translation = Translation.Unsolicited, Attribution = Attribution.Ambiguous,
            ServiceSource = ServiceSource.Dns, EndReason = EndReason.Stopped, ClockState = ClockState.Network,
            Witnesses = (Witnesses)31, Conflict = true, Candidates = ushort.MaxValue, EvidenceBits = ushort.MaxValue,
            SubscriberPort = ushort.MaxValue, PublicPort = ushort.MaxValue, RemotePort = ushort.MaxValue,
            BoundUs = uint.MaxValue, Group = uint.MaxValue, Realm = text, Subscriber = text, Service = text, Leg = text,
            Route = text, SubscriberAddress = ip, PublicAddress = ip, RemoteAddress = ip, Start = time, Last = time,
            End = time, PacketsUp = ulong.MaxValue, PacketsDown = ulong.MaxValue, BytesUp = ulong.MaxValue,
            BytesDown = ulong.MaxValue,
        });
        batch.Sessions.Add(new SessionRow
        {
            Subscriber = text, SubscriberType = text, Realm = text, Address = ip, PrefixLength = 128, Start = time,
            End = time, Source = text, Equipment = text, Access = text,
        });
        batch.Blocks.Add(new BlockRow
        {
            Realm = text, InsideAddress = ip, PublicAddress = ip, PortFirst = ushort.MaxValue,
            PortLast = ushort.MaxValue, Start = time, End = time, Source = text,
        });
        batch.Gaps.Add(new GapRow { From = time, To = time, Leg = text, Cause = text, Estimate = ulong.MaxValue });
        return batch;
    }

    public static RowBatch Traffic(int rows)
    {
        RowBatch batch = new();
        uint state = 1;
        for (int i = 0; i < rows; i++)
        {
            batch.Flows.Add(Flow(i, Next(ref state), batch.Strings));
        }

        return batch;
    }

    /// <summary>More rows than a block has, with a column whose two blocks lie far apart.</summary>
    public static RowBatch Step()
    {
        RowBatch batch = new();
        uint state = 1;
        for (int i = 0; i < RowsOfStep; i++)
        {
            uint low = i < RowsOfStep / 2 ? 1_000_000u : 1_000_000_000u;
            batch.Gaps.Add(new GapRow { Estimate = low + (Next(ref state) % 4_096) });
        }

        return batch;
    }

    // A linear congruential generator (Numerical Recipes, section 7.1): enough to vary the rows.
    private static uint Next(ref uint state)
    {
        state = (state * 1_664_525) + 1_013_904_223;
        return state >> 8;
    }

    private static FlowRow Flow(int i, uint any, StringPool pool)
    {
        uint line = any % 7;
        bool ended = i % 3 == 0;
        bool ambiguous = i % 16 == 5;
        TaiTime start = new(Begin + (i * 2_000L) + (any % 1_000));
        return new FlowRow
        {
            First = ended ? new FlowId(3, 40, any % 500) : default, Kind = ended ? FlowKind.End : FlowKind.Quiet,
            Protocol = any % 4 == 0 ? (byte)17 : (byte)6, Translation = Translation.Nat44,
            Attribution = ambiguous ? Attribution.Ambiguous : Attribution.Mirror, ServiceSource = ServiceSource.Tls,
            EndReason = ended ? EndReason.Fin : EndReason.None, ClockState = ClockState.Locked,
            Witnesses = Witnesses.Mirror, Candidates = ambiguous ? (ushort)2 : (ushort)1,
            EvidenceBits = (ushort)(64 + (any % 100)), SubscriberPort = (ushort)(40_000 + i),
            PublicPort = (ushort)(any % 65_536), RemotePort = any % 5 == 0 ? (ushort)80 : (ushort)443,
            BoundUs = ambiguous ? uint.MaxValue : 25, Group = ambiguous ? 9u : 0, Realm = pool.Add("cgn-1"),
            Subscriber = pool.Add($"line-{line:D4}"), Service = pool.Add($"s{any % 5}.example.net"),
            Leg = pool.Add("vlan 101"), SubscriberAddress = Ip.FromV4(0x6440_0001 + line),
            PublicAddress = Ip.FromV4(0xC000_0201),
            RemoteAddress = i % 9 == 0 ? new Ip(0x2001_0DB8_0000_0000, any % 5) : Ip.FromV4(0xC633_6401 + (any % 5)),
            Start = start, Last = new TaiTime(start.Microseconds + any), PacketsUp = 1 + (any % 40),
            End = ended ? new TaiTime(start.Microseconds + any + 15) : default, PacketsDown = any % 60,
            BytesUp = 40 + (any % 9_000), BytesDown = (ulong)any * (any % 3),
        };
    }
}
