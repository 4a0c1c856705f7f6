using Appliance.Retention.Archive;
using Appliance.Retention.Corrections;
using Appliance.Retention.Questions;
using Appliance.Tests.Retention.Questions;
using Appliance.Wire;
using Limits = Appliance.Retention.Questions.Limits;

namespace Appliance.Tests.Retention.Referrals;

/// <summary>
/// Records of two boxes by chance, in memory: flows with several records of which some are lost, ambiguous sets, lines
/// with and without reference, unknown ones, lookups, sessions, blocks, wide and absent bounds, doubted clocks, gaps.
/// Batches come in any order.
/// </summary>
internal sealed class GroupWorld : IRecordArchive
{
    private const long Second = TaiTime.MicrosecondsPerSecond;
    private const int Batches = 6;
    private const long BatchUs = 400 * Second;
    private static readonly TaiTime Begin = AskWorld.At("15:00");
    private static readonly long[] Ages = [5, 60, 360, 660];

    private readonly Random random;
    private readonly int addresses;
    private readonly int namedPercent;
    private readonly List<OpenedRows> batches = [];
    private readonly List<DeviceCoverage> covered = [];

    public GroupWorld(int seed)
    {
        random = new Random(seed);
        addresses = seed % 3 == 0 ? 2000 : 6;
        namedPercent = (seed % 4) switch { 0 => 100, 1 => 0, _ => 50 };
        for (ulong number = 1; number <= 2; number++)
        {
            AddBox(new Id16(number, number));
        }

        OpenedRows[] order = [.. batches];
        random.Shuffle(order);
        batches = [.. order];
        Corrections = seed % 2 == 0 ? CorrectionBook.Empty : CorrectionBook.Of(new Id16(1, 1), [Doubt()]);
    }

    public CorrectionBook Corrections { get; }

    public IEnumerable<OpenedRows> Read(
        TaiTime from, TaiTime to, SectionSet sections, IReadOnlyList<TokenQuery> anyOf)
    {
        foreach (OpenedRows batch in batches)
        {
            if (batch.Rows.Count > 0)
            {
                yield return (batch with { Rows = Copy(batch.Rows, sections), Opened = sections }).With(Corrections);
            }
        }
    }

    public Coverage Coverage(TaiTime from, TaiTime to) => new(covered);

    public ResolveQuestion Question(bool contact)
    {
        var from = new TaiTime(Begin.Microseconds + random.NextInt64(Batches * BatchUs));
        long longest = addresses > Limits.SessionLinesMax ? Batches * BatchUs : 300 * Second;
        long length = random.NextInt64(random.Next(3) == 0 ? longest : 2 * Second);
        return new ResolveQuestion
        {
            Address = Public(),
            Port = random.Next(2) == 0 ? null : Port(),
            Interval = new AskedInterval("then", new Window(from, Window.Add(from, length))),
            SourceErrorUs = random.Next(4) == 0 ? random.NextInt64(5 * Second) : 0,
            Service = contact ? $"s{random.Next(5)}.example" : "",
        };
    }

    private static RowBatch Copy(RowBatch rows, SectionSet sections)
    {
        var copy = new RowBatch();
        for (int number = 1; number < rows.Strings.Count; number++)
        {
            copy.Strings.Add(rows.Strings[number]);
        }

        foreach (FlowRow flow in rows.Flows)
        {
            FlowRow row = flow;
            if ((sections & SectionSet.Contact) == 0)
            {
                (row.RemoteAddress, row.RemotePort, row.Service, row.ServiceSource) =
                    (default, 0, 0, ServiceSource.None);
            }

            copy.Flows.Add(row);
        }

        copy.Sessions.AddRange(rows.Sessions);
        copy.Blocks.AddRange(rows.Blocks);
        return copy;
    }

    private void AddBox(Id16 device)
    {
        var epoch = new EpochRef(1, device);
        RowBatch[] rows = [.. Enumerable.Range(0, Batches).Select(_ => new RowBatch())];
        for (uint group = 1; group <= 300; group++)
        {
            AddFlow(rows, group);
        }

        for (int i = 0; i < 12; i++)
        {
            AddSession(rows[random.Next(Batches)]);
            AddBlock(rows[random.Next(Batches)]);
        }

        int lost = random.Next(3) == 0 ? random.Next(Batches) : -1;
        for (int i = 0; i < Batches; i++)
        {
            if (i != lost)
            {
                var id = new Hash32(device.High, (ulong)i, 1, 1);
                batches.Add(new OpenedRows(
                    device, epoch, (uint)i, id, SectionSet.Both, rows[i], After((i + 1) * BatchUs)));
            }
        }

        Cover(device, lost);
    }

    private void Cover(Id16 device, int lost)
    {
        List<CoverageGap> gaps = lost < 0
            ? []
            : [new(After(lost * BatchUs), After((lost + 1) * BatchUs), GapSource.MissingBatches, "missing", "", "")];
        if (random.Next(2) == 0)
        {
            long at = random.NextInt64(Batches * BatchUs);
            gaps.Add(new CoverageGap(After(at), After(at + Second), GapSource.BetweenEpochs, "restart", "", ""));
        }

        covered.Add(new DeviceCoverage(device, After(-3600 * Second), After(Batches * BatchUs), gaps));
    }

    /// <summary>A flow: a record when it ends, and before that at some ages; each in the batch of its time.</summary>
    private void AddFlow(RowBatch[] rows, uint group)
    {
        long start = random.NextInt64(Batches * BatchUs);
        long end = start + random.NextInt64(random.Next(4) == 0 ? 900 * Second : 20 * Second);
        FlowRow common = new()
        {
            Protocol = 6, PublicAddress = Public(), PublicPort = Port(), EvidenceBits = 96, Candidates = 1,
            Attribution = Attribution.Mirror, Start = After(start), RemotePort = 443,
            BoundUs = random.Next(6) switch { 0 => uint.MaxValue, 1 => 3_000_000, _ => 40 },
            RemoteAddress = AskWorld.Address($"198.51.100.{random.Next(4)}"),
        };
        int candidates = random.Next(5) == 0 ? random.Next(2, 5) : 1;
        common.Group = candidates > 1 ? group : 0;
        int[] lines = [.. Enumerable.Range(0, candidates).Select(_ => random.Next(addresses))];
        bool isUnknown = random.Next(12) == 0;
        int service = random.Next(8);
        FlowId first = default;
        bool hasEnd = random.Next(4) != 0;
        foreach (long at in Ages.Select(age => start + (age * Second)).Where(at => at < end).Append(end))
        {
            int batch = (int)(at / BatchUs);
            if (batch >= Batches || (at == end && !hasEnd))
            {
                break;
            }

            FlowRow row = common;
            (row.Kind, row.End) = at == end ? (FlowKind.End, After(at)) : (FlowKind.Interim, default);
            row.Last = After(at - random.NextInt64(Math.Min(2 * Second, at - start + 1)));
            row.First = first;
            FlowId place = Add(rows[batch], batch, row, isUnknown ? [] : lines, service);
            first = first == default ? place : first;
        }
    }

    /// <summary>A record, with a row for each line that it fits; the place of the first.</summary>
    private FlowId Add(RowBatch batch, int sequence, FlowRow row, int[] lines, int service)
    {
        var place = new FlowId(1, (uint)sequence, (uint)batch.Flows.Count);
        row.Realm = batch.Strings.Add("default");
        row.Leg = batch.Strings.Add("inside");
        row.Service = service < 4 ? batch.Strings.Add($"www.s{service}.example") : 0;
        row.ServiceSource = service >= 4 ? ServiceSource.None : service == 0 ? ServiceSource.Dns : ServiceSource.Tls;
        FlowId first = row.First;
        for (int i = 0; i < Math.Max(1, lines.Length); i++)
        {
            if (i < lines.Length)
            {
                row.SubscriberAddress = Inside(lines[i]);
                bool isNamed = lines[i] * 37 % 100 < namedPercent;
                row.Subscriber = isNamed ? batch.Strings.Add($"line-{lines[i] / 2}") : 0;
            }

            row.First = i > 0 && first == default ? place : first;
            batch.Flows.Add(row);
        }

        return place;
    }

    private void AddSession(RowBatch batch)
    {
        long start = random.NextInt64(Batches * BatchUs);
        batch.Sessions.Add(new SessionRow
        {
            Subscriber = batch.Strings.Add($"session-{random.Next(3)}"),
            Realm = batch.Strings.Add("default"),
            Address = Inside(random.Next(addresses)),
            PrefixLength = 32,
            Start = After(start),
            End = random.Next(2) == 0 ? default : After(start + random.NextInt64(600 * Second)),
        });
    }

    private void AddBlock(RowBatch batch)
    {
        long start = random.NextInt64(Batches * BatchUs);
        ushort first = Port();
        batch.Blocks.Add(new BlockRow
        {
            Realm = batch.Strings.Add("default"), Source = batch.Strings.Add("nel"),
            InsideAddress = Inside(random.Next(addresses)), PublicAddress = Public(),
            PortFirst = first, PortLast = (ushort)(first + 3), Start = After(start), End = After(start + (60 * Second)),
        });
    }

    private ToldDoubt Doubt()
    {
        long at = random.NextInt64(Batches * BatchUs);
        uint bound = random.Next(3) == 0 ? ClockDoubt.NoBound : 20_000_000;
        return new ToldDoubt(1, Batches, new ClockDoubt(After(at), After(at + (100 * Second)), bound));
    }

    // Many lines are behind one address: more than sessions are looked up for.
    private Ip Public() =>
        AskWorld.Address($"192.0.2.{1 + random.Next(addresses > Limits.SessionLinesMax ? 1 : 2)}");

    private ushort Port() => (ushort)(4000 + random.Next(30));

    private static Ip Inside(int line) => AskWorld.Address($"100.64.{line >> 8}.{line & 255}");

    private static TaiTime After(long microseconds) => new(Begin.Microseconds + microseconds);
}
