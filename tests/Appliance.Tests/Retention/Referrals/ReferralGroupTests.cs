using Appliance.Retention.Archive;
using Appliance.Retention.Questions;
using Appliance.Tests.Retention.Questions;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.Referrals;

/// <summary>Many questions answered together get the answers that each would get alone.</summary>
public sealed class ReferralGroupTests : IDisposable
{
    private readonly AskWorld world = new();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_group_of_questions_gets_the_words_lines_and_reasons_of_single_ones(int seed)
    {
        var random = new Random(seed);
        Fill(random);
        using AskDoorFolder door = new(world);
        foreach (bool contact in (bool[])[false, true])
        {
            ResolveQuestion[] questions = [.. Enumerable.Range(0, 150).Select(_ => Question(random, contact))];
            GroupAnswer[] group = new GroupResolver(door.Archive, AskWorld.At("00:00")).Answer(questions);
            var resolver = new Resolver(door.Archive, plan: null, AskWorld.At("00:00"));
            for (int i = 0; i < questions.Length; i++)
            {
                ResolveAnswer alone = resolver.Answer(questions[i]);
                Assert.True(
                    (alone.Word, alone.Reason, alone.Result.Lines) == (group[i].Word, group[i].Reason, group[i].Lines)
                        && group[i].Result?.Names.SetEquals(alone.Result.Names) != false,
                    $"seed {seed}, question {i}: alone {alone.Words} ({alone.Reason}), in the group {group[i]}");
            }
        }
    }

    [Fact]
    public void Each_batch_is_opened_once_for_a_group()
    {
        var random = new Random(4);
        Fill(random);
        using AskDoorFolder door = new(world);
        var counted = new CountedArchive(door.Archive);
        var resolver = new GroupResolver(counted, AskWorld.At("00:00"));

        resolver.Answer([.. Enumerable.Range(0, 500).Select(_ => Question(random, contact: false))]);

        Assert.Equal(counted.OfFlows.Count, counted.OfFlows.Distinct().Count());
        Assert.Equal(counted.OfFlows.Count, resolver.Batches);
    }

    public void Dispose() => world.Dispose();

    private void Fill(Random random)
    {
        world.CoverTheDay();
        for (int number = 0; number < 6; number++)
        {
            RowBatch batch = world.Batch(lost: number == 4);
            for (int i = 0; i < 60; i++)
            {
                int start = (15 * 3600) + (number * 300) + random.Next(300);
                FlowRow row = AskWorld.Flow(
                    batch, $"100.64.0.{random.Next(8)}", (ushort)(4000 + random.Next(12)), Clock(start),
                    Clock(start + random.Next(400)), random.Next(3) == 0 ? "" : $"s{random.Next(4)}.example",
                    $"198.51.100.{random.Next(4)}");
                row.PublicAddress = AskWorld.Address($"192.0.2.{1 + random.Next(2)}");
                (row.Kind, row.End) = random.Next(5) == 0 ? (FlowKind.Open, default) : (row.Kind, row.End);
                batch.Flows.Add(row);
            }

            AddSession(batch, random, number);
        }

        world.Write();
    }

    private static void AddSession(RowBatch batch, Random random, int number) => batch.Sessions.Add(new SessionRow
    {
        Subscriber = batch.Strings.Add($"line-{number % 3}"),
        Realm = batch.Strings.Add("default"),
        Address = AskWorld.Address($"100.64.0.{random.Next(8)}"),
        PrefixLength = 32,
        Start = AskWorld.At(Clock((15 * 3600) + (number * 200))),
    });

    private static ResolveQuestion Question(Random random, bool contact)
    {
        TaiTime from = AskWorld.At(Clock((15 * 3600) + random.Next(2400)));
        var window = new Window(from, Window.Add(from, random.Next(60_000_000)));
        return new ResolveQuestion
        {
            Address = AskWorld.Address($"192.0.2.{1 + random.Next(2)}"),
            Port = random.Next(2) == 0 ? null : (ushort)(4000 + random.Next(13)),
            Interval = new AskedInterval("then", window),
            Service = contact ? $"s{random.Next(5)}.example" : "",
        };
    }

    private static string Clock(int seconds) => TimeSpan.FromSeconds(seconds).ToString();

    /// <summary>The folder of a world, opened as questions open it.</summary>
    private sealed class AskDoorFolder(AskWorld world) : IDisposable
    {
        public FolderArchive Archive { get; } =
            FolderArchive.Open(world.Segments, KeyRing.ReadSet(world.Keys), _ => { });

        public void Dispose() => Archive.Dispose();
    }

    /// <summary>Notes which batches were opened for flows: sessions are asked for with prefixes.</summary>
    private sealed class CountedArchive(IRecordArchive inner) : IRecordArchive
    {
        public List<Hash32> OfFlows { get; } = [];

        public IEnumerable<OpenedRows> Read(
            TaiTime from, TaiTime to, SectionSet sections, IReadOnlyList<TokenQuery> anyOf)
        {
            bool isOfFlows = anyOf.Any(query =>
                query.Tokens[0].Bytes.Span[0] is (byte)TokenField.PublicAddress or (byte)TokenField.PublicEndpoint);
            foreach (OpenedRows opened in inner.Read(from, to, sections, anyOf))
            {
                if (isOfFlows)
                {
                    OfFlows.Add(opened.Id);
                }

                yield return opened;
            }
        }

        public Coverage Coverage(TaiTime from, TaiTime to) => inner.Coverage(from, to);
    }
}
