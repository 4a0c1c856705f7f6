using Appliance.Retention.Archive;
using Appliance.Retention.Questions;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.Questions;

/// <summary>
/// Random flows in random batches, and every question answered a second time by looking at each flow.
/// </summary>
public sealed class ResolveOracleTests
{
    private const int BoundUs = 500_000;
    private static readonly TaiTime Begin = AskWorld.At("15:00");

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_candidates_are_exactly_the_lines_whose_flows_touch_the_interval(int seed)
    {
        Random random = new(seed);
        List<Truth> flows = [.. Enumerable.Range(0, 400).Select(_ => Draw(random))];
        MemoryArchive whole = new(Batches(random, flows), passOver: false);
        MemoryArchive filtered = new(whole.Batches, passOver: true);
        for (int i = 0; i < 100; i++)
        {
            ResolveQuestion question = Ask(random);
            ResolveAnswer answer = new Resolver(whole, plan: null, oldest: default).Answer(question);
            ResolveAnswer again = new Resolver(filtered, plan: null, oldest: default).Answer(question);
            Window window = question.Window;
            SortedSet<string> expected = [.. flows
                .Where(flow => (question.Port is not { } port || flow.Port == port)
                    && flow.Start - BoundUs <= window.To.Microseconds
                    && flow.Times[^1] + BoundUs >= window.From.Microseconds)
                .Select(flow => flow.Line)];

            string where = $"seed {seed}, question {i}";
            Assert.True(expected.SetEquals(answer.Result.Names), where);
            Assert.True(expected.Count switch
            {
                0 => answer.Word == AnswerWord.None,
                1 => answer.Word == AnswerWord.Identified,
                _ => answer.Words == $"ambiguous {expected.Count}",
            }, where);
            Assert.Equal(Shown(answer), Shown(again));
        }
    }

    private static string Shown(ResolveAnswer answer) => string.Join(';', answer.Result.Candidates.SelectMany(
        candidate => candidate.Flows.Select(held =>
            $"{candidate.Line.Name} {held.Holding.Flow} {held.Holding.Place} {held.Activity} {held.Overlap}")));

    private static Truth Draw(Random random)
    {
        long start = Begin.Microseconds + random.NextInt64(600_000_000);
        List<long> times = [start + random.NextInt64(5_000_000)];
        while (random.Next(2) == 0)
        {
            times.Add(times[^1] + random.NextInt64(100_000_000));
        }

        return new Truth($"100.64.0.{random.Next(60)}", (ushort)(4000 + random.Next(20)), start, [.. times]);
    }

    private static ResolveQuestion Ask(Random random)
    {
        TaiTime from = new(Begin.Microseconds + random.NextInt64(700_000_000));
        return new ResolveQuestion
        {
            Address = AskWorld.Address(AskWorld.Pub),
            Port = random.Next(4) == 0 ? null : (ushort)(4000 + random.Next(20)),
            Interval = new AskedInterval("then", new Window(from, Window.Add(from, random.NextInt64(20_000_000)))),
            SourceErrorUs = random.Next(2) == 0 ? 0 : random.NextInt64(3_000_000),
        };
    }

    // Records of one flow lie in rising batches, beside those of others; some batches hold none of the address.
    private static List<OpenedRows> Batches(Random random, List<Truth> flows)
    {
        const int count = 30;
        List<RowBatch> batches = [.. Enumerable.Range(0, count).Select(_ => new RowBatch())];
        foreach (Truth flow in flows)
        {
            int batch = random.Next(count);
            FlowId first = default;
            for (int i = 0; i < flow.Times.Length; i++)
            {
                FlowRow row = AskWorld.Flow(batches[batch], flow.Line, flow.Port, "15:00", "15:00");
                (row.Start, row.Last, row.First) = (new TaiTime(flow.Start), new TaiTime(flow.Times[i]), first);
                row.BoundUs = BoundUs;
                row.Kind = i == flow.Times.Length - 1 ? FlowKind.End : i == 0 ? FlowKind.Open : FlowKind.Interim;
                batches[batch].Flows.Add(row);
                first = first == default ? Named(batch, batches[batch].Flows.Count - 1) : first;
                batch = Math.Min(count - 1, batch + random.Next(4));
            }
        }

        return [.. batches.Select((rows, i) => new OpenedRows(
            default, new EpochRef(1, default), (uint)i + 1, default, SectionSet.Attribution, rows, default))];
    }

    private static FlowId Named(int batch, int row) => new(1, (uint)batch + 1, (uint)row);

    private sealed record Truth(string Line, ushort Port, long Start, long[] Times);

    /// <summary>Batches in memory, the latest first: the order must not matter.</summary>
    private sealed class MemoryArchive(List<OpenedRows> batches, bool passOver) : IRecordArchive
    {
        public List<OpenedRows> Batches => batches;

        public IEnumerable<OpenedRows> Read(
            TaiTime from, TaiTime to, SectionSet sections, IReadOnlyList<TokenQuery> anyOf) =>
            batches.AsEnumerable().Reverse().Where(batch => !passOver || batch.Rows.Flows.Exists(row =>
                anyOf.Any(query => query.Tokens.Any(token => Fits(token, row)))));

        public Coverage Coverage(TaiTime from, TaiTime to) =>
            new([new DeviceCoverage(default, AskWorld.At("00:00"), AskWorld.At("23:59"), [])]);

        private static bool Fits(Token token, FlowRow row) =>
            Same(token, Token.Of(TokenField.PublicAddress, row.PublicAddress))
            || Same(token, Token.Of(TokenField.PublicEndpoint, row.PublicAddress, row.PublicPort));

        private static bool Same(Token left, Token right) => left.Bytes.Span.SequenceEqual(right.Bytes.Span);
    }
}
