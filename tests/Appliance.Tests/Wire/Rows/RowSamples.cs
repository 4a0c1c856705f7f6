using Appliance.Lab.Vectors;
using Appliance.Wire;

namespace Appliance.Tests.Wire.Rows;

/// <summary>
/// Batches of rows for the tests of the row format: extremes, arbitrary values, and traffic as it looks.
/// </summary>
internal static class RowSamples
{
    private static readonly string[] Words = ["", "a", "line-1", "line-2", "vrf/ä", "w.example.org", "x\"y,z", "漢字"];

    /// <summary>Any values the types allow, all kinds of row.</summary>
    public static RowBatch Arbitrary(int seed, int rowsMax = 300)
    {
        Random random = new(seed);
        RowBatch batch = new();
        for (int i = random.Next(rowsMax); i > 0; i--)
        {
            batch.Flows.Add(ArbitraryFlow(random, batch.Strings));
        }

        for (int i = random.Next(20); i > 0; i--)
        {
            batch.Sessions.Add(ArbitrarySession(random, batch.Strings));
            batch.Blocks.Add(ArbitraryBlock(random, batch.Strings));
            batch.Gaps.Add(new GapRow
            {
                From = Time(random),
                To = Time(random),
                Leg = Word(random, batch.Strings),
                Cause = Word(random, batch.Strings),
                Estimate = Number(random),
            });
        }

        return batch;
    }

    /// <summary>One row of each kind with every field at its largest: the rows of the accepted vector.</summary>
    public static RowBatch Largest() => RowVectorRows.Largest();

    /// <summary>
    /// Traffic as an ISP's box sees it: <paramref name="subscribers"/> lines behind 16 public addresses, a NAT with
    /// random ports, services by Zipf's law, heavy-tailed sizes, <paramref name="flowsPerSecond"/>. One in five records
    /// is the end of a flow whose first record is in an earlier batch.
    /// </summary>
    public static RowBatch Traffic(int rows, int subscribers, int seed, double flowsPerSecond)
    {
        Random random = new(seed);
        RowBatch batch = new();
        Zipf services = new(random, 2000);
        int realm = batch.Strings.Add("cgn-1");
        int leg = batch.Strings.Add("inside vlan 101");
        long now = 1_800_000_000_000_000;
        for (int i = 0; i < rows; i++)
        {
            now += (long)(-Math.Log(1 - random.NextDouble()) * 1e6 / flowsPerSecond);
            int line = random.Next(subscribers);
            FlowRow row = TrafficFlow(random, services.Next(), now, batch.Strings);
            row.Subscriber = batch.Strings.Add($"line-{(line * 7919L) + 1_000_000}");
            row.Realm = realm;
            row.Leg = leg;
            row.SubscriberAddress = Ip.FromV4(0x6440_0000u + (uint)line);
            row.PublicAddress = Ip.FromV4(0xC633_6400u + (uint)(line % 16));
            batch.Flows.Add(row);
        }

        return batch;
    }

    private static FlowRow TrafficFlow(Random random, int service, long now, StringPool pool)
    {
        bool dns = random.Next(5) == 0;
        bool ended = random.Next(5) == 0;
        bool wasThere = ended && random.Next(2) == 0;
        ulong packets = dns ? 1 : 3 + (ulong)Math.Exp(random.NextDouble() * random.NextDouble() * 9);
        long life = dns ? 5_000 + random.Next(60_000) : (long)(Math.Exp(random.NextDouble() * 9) * 20_000);
        return new FlowRow
        {
            First = wasThere ? new FlowId(7, 4_000 + (uint)random.Next(100), (uint)random.Next(2_500)) : default,
            Kind = ended ? FlowKind.End : dns || random.Next(3) > 0 ? FlowKind.Quiet : FlowKind.Open,
            Protocol = dns || random.Next(4) == 0 ? (byte)17 : (byte)6,
            Translation = Translation.Nat44, Attribution = Attribution.Mirror, Witnesses = Witnesses.Mirror,
            ServiceSource = dns ? ServiceSource.Dns : random.Next(10) == 0 ? ServiceSource.None : ServiceSource.Tls,
            Service = pool.Add($"{(char)('a' + (service * 7 % 26))}{service * 31}.example.net"),
            EndReason = ended ? EndReason.Fin : EndReason.None,
            ClockState = ClockState.Locked, BoundUs = 1 + (uint)random.Next(2), Candidates = 1,
            EvidenceBits = (ushort)(96 + (32 * random.Next(4))),
            SubscriberPort = (ushort)(32768 + random.Next(28232)), PublicPort = (ushort)(1024 + random.Next(64512)),
            RemotePort = dns ? (ushort)53 : random.Next(12) == 0 ? (ushort)80 : (ushort)443,
            RemoteAddress = Ip.FromV4(dns ? 0x0808_0808u : Server(service, random.Next(1 + (service % 4)))),
            Start = new TaiTime(now - (ended ? life : 0)),
            Last = new TaiTime(ended ? now : now + Math.Min(life, 5_000_000)),
            End = ended ? new TaiTime(now + 40) : default,
            PacketsUp = packets, PacketsDown = packets + (packets / 4),
            BytesUp = packets * (ulong)random.Next(52, 300), BytesDown = packets * (ulong)random.Next(80, 1400),
        };
    }

    private static uint Server(int service, int machine) => 0x5DB8_0000u + (uint)((service * 257) + machine);

    private static FlowRow ArbitraryFlow(Random random, StringPool pool) => new()
    {
        First = new FlowId((uint)Number(random), (uint)Number(random), (uint)random.Next(2)),
        Kind = (FlowKind)random.Next(4), Protocol = (byte)random.Next(256), Translation = (Translation)random.Next(10),
        Attribution = (Attribution)random.Next(7), ServiceSource = (ServiceSource)random.Next(5),
        EndReason = (EndReason)random.Next(7), ClockState = (ClockState)random.Next(8),
        Witnesses = (Witnesses)random.Next(32), Conflict = random.Next(2) == 0, Candidates = (ushort)Number(random),
        EvidenceBits = (ushort)Number(random), SubscriberPort = (ushort)Number(random),
        PublicPort = (ushort)Number(random), RemotePort = (ushort)Number(random), BoundUs = (uint)Number(random),
        Group = (uint)Number(random), Realm = Word(random, pool), Subscriber = Word(random, pool),
        Service = Word(random, pool), Leg = Word(random, pool), Route = Word(random, pool),
        SubscriberAddress = Address(random), PublicAddress = Address(random), RemoteAddress = Address(random),
        Start = Time(random), Last = Time(random), End = Time(random), PacketsUp = Number(random),
        PacketsDown = Number(random), BytesUp = Number(random), BytesDown = Number(random),
    };

    private static SessionRow ArbitrarySession(Random random, StringPool pool) => new()
    {
        Subscriber = Word(random, pool), SubscriberType = Word(random, pool), Realm = Word(random, pool),
        Address = Address(random), PrefixLength = (byte)random.Next(129), Start = Time(random), End = Time(random),
        Source = Word(random, pool), Equipment = Word(random, pool), Access = Word(random, pool),
    };

    private static BlockRow ArbitraryBlock(Random random, StringPool pool) => new()
    {
        Realm = Word(random, pool), InsideAddress = Address(random), PublicAddress = Address(random),
        PortFirst = (ushort)Number(random), PortLast = (ushort)Number(random), Start = Time(random),
        End = Time(random), Source = Word(random, pool),
    };

    // Every order of magnitude, and the edges more often than chance would.
    private static ulong Number(Random random) => random.Next(6) switch
    {
        0 => 0,
        1 => ulong.MaxValue,
        2 => (ulong)random.Next(8),
        _ => (ulong)random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64),
    };

    private static TaiTime Time(Random random) => new(random.Next(5) switch
    {
        0 => 0,
        1 => 1,
        2 => random.NextInt64(long.MinValue, long.MaxValue),
        _ => 1_800_000_000_000_000 + random.Next(1_000_000),
    });

    private static Ip Address(Random random) => random.Next(4) switch
    {
        0 => default,
        1 => new Ip(Number(random), Number(random)),
        _ => Ip.FromV4((uint)random.Next(int.MaxValue)),
    };

    private static int Word(Random random, StringPool pool) => pool.Add(Words[random.Next(Words.Length)]);

    private sealed class Zipf(Random random, int count)
    {
        private readonly double[] sums = Sums(count);

        public int Next()
        {
            int at = Array.BinarySearch(sums, random.NextDouble() * sums[^1]);
            return at < 0 ? ~at : at;
        }

        private static double[] Sums(int count)
        {
            double[] sums = new double[count];
            for (int i = 0; i < count; i++)
            {
                sums[i] = (i == 0 ? 0 : sums[i - 1]) + (1.0 / (i + 1));
            }

            return sums;
        }
    }
}
