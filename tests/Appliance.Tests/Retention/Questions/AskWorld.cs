using System.CommandLine;
using System.Globalization;
using Appliance.Journal;
using Appliance.Linux;
using Appliance.Retention;
using Appliance.Retention.Commands;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.Questions;

/// <summary>
/// A folder of segments made of hand-written rows, with its keys, and the questions put to it. Everything happens on
/// 2024-10-04; times are written as they are on that day in UTC: 15:04:02.5.
/// </summary>
internal sealed class AskWorld : IDisposable
{
    public const int Day = 20_000;
    public const string Date = "2024-10-04";
    public const string Pub = "192.0.2.1";
    private const long DayUs = 86_400_000_000L;
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ask-");
    private readonly List<Written> batches = [];
    private uint epoch = 1;

    public string Segments => Path.Combine(folder.FullName, "segments");

    public string Keys => Path.Combine(folder.FullName, "keys");

    public string FolderPath => folder.FullName;

    /// <summary>The notice allows no more than who had which address: no contact section is sealed.</summary>
    public bool IsSourceOnly { get; init; }

    public static TaiTime At(string time, int days = 0) => LeapSeconds.ToTai(
        ((Day + days) * DayUs) + (TimeSpan.Parse(time, CultureInfo.InvariantCulture).Ticks / 10));

    public static Ip Address(string text) =>
        Ip.TryParse(text, out Ip address) ? address : throw new ArgumentException(text);

    /// <summary>Begins the next batch of the run.</summary>
    public RowBatch Batch(bool lost = false, params ManifestGap[] gaps)
    {
        var rows = new RowBatch();
        batches.Add(new Written(epoch, rows, lost, [.. gaps], []));
        return rows;
    }

    /// <summary>The manifest of the newest batch takes times back.</summary>
    public void TakeBack(string from, string to, uint boundUs) => batches[^1].Events.Add(new ManifestEvent(
        At(to), EventKind.Clock, $"clock; {new ClockDoubt(At(from), At(to), boundUs).Words()}"));

    /// <summary>The box starts again: the next batch is of a new run.</summary>
    public void Restart() => epoch++;

    /// <summary>One flow that has ended, attributed by the mirror, as most are.</summary>
    public static FlowRow Flow(
        RowBatch batch, string line, ushort port, string start, string last, string service = "",
        string remote = "198.51.100.7", ushort remotePort = 443)
    {
        return new FlowRow
        {
            Kind = FlowKind.End,
            Protocol = 6,
            Translation = Translation.Nat44,
            Attribution = Attribution.Mirror,
            ServiceSource = service.Length > 0 ? ServiceSource.Tls : ServiceSource.None,
            EndReason = EndReason.Fin,
            ClockState = ClockState.Locked,
            Witnesses = Witnesses.Mirror,
            Candidates = 1,
            EvidenceBits = 96,
            SubscriberPort = (ushort)(port ^ 0x4000),
            PublicPort = port,
            RemotePort = remotePort,
            BoundUs = 40,
            Realm = batch.Strings.Add("default"),
            Leg = batch.Strings.Add("inside"),
            Service = batch.Strings.Add(service),
            SubscriberAddress = Address(line),
            PublicAddress = Address(Pub),
            RemoteAddress = Address(remote),
            Start = At(start),
            Last = At(last),
            End = At(last),
            PacketsUp = 5,
            PacketsDown = 4,
            BytesUp = 500,
            BytesDown = 4000,
        };
    }

    /// <summary>Two short flows of another address, so that the day is covered from 00:30 to 23:30.</summary>
    public void CoverTheDay()
    {
        RowBatch batch = Batch();
        foreach (string time in (string[])["00:30", "23:30"])
        {
            FlowRow row = Flow(batch, "100.64.99.99", 9, time, time);
            row.PublicAddress = Address("192.0.2.99");
            batch.Flows.Add(row);
        }
    }

    /// <summary>Writes the segments and the key set.</summary>
    public void Write()
    {
        Random random = new(1);
        KeySet keys = KeySet.MakeLab(random.NextBytes, Day, 1);
        Directory.CreateDirectory(Keys);
        File.WriteAllText(Path.Combine(Keys, KeySet.FileName), keys.ToJson());
        using SigningKey key = keys.OpenDeviceKey();
        Hash32 previous = default;
        ChainPosition? last = null;
        foreach (var run in batches.GroupBy(batch => batch.Epoch))
        {
            var facts = new EpochStatement
            {
                Device = keys.Device, Epoch = new EpochRef(run.Key, default), RecoveryVerdict = "clean",
                SoftwareVersion = "0", SoftwareHash = default, PreviousStatement = previous, LastDurable = last,
            };
            StartedEpoch started = StartedEpoch.Start(
                facts, new SealingPolicy(keys.Notice, default, 0, keys.Schedule()), key, random.NextBytes);
            previous = started.Id;
            last = WriteRun(started, [.. run]);
            started.Sealer.Dispose();
        }
    }

    /// <summary>Writes everything anew, with what was added since.</summary>
    public void WriteAgain()
    {
        if (Directory.Exists(Segments))
        {
            Directory.Delete(Segments, recursive: true);
        }

        Write();
    }

    /// <summary>Runs a verb on the folder: exit code, standard output, standard error without the lab's line.</summary>
    public (int Code, string Output, string Errors) Ask(params string[] arguments) =>
        Run([.. arguments, "--in", Segments, "--keys", Keys]);

    public static (int Code, string Output, string Errors) Run(params string[] arguments)
    {
        StringWriter output = new();
        StringWriter errors = new();
        var clock = new StoppedClock(LeapSeconds.ToUtc(At("12:00", days: 7)));
        RootCommand root = new()
        {
            ResolveCommand.Create(clock), AddressesOfCommand.Create(clock), ServicesCommand.Create(clock),
            AccessedCommand.Create(clock), AddressesCommand.Create(), IngestCommand.Create(),
            ReferralCommand.Create(clock), ServicesTableCommand.Create(),
        };
        int code = Exit.Run(root, arguments, output, errors);
        string said = errors.ToString().Replace($"retention: {LabMode.Sentence}\n", "");
        return (code, output.ToString(), said);
    }

    public void Dispose() => folder.Delete(recursive: true);

    private ChainPosition? WriteRun(StartedEpoch started, List<Written> run)
    {
        using FlashFolder flash = FlashFolder.Open(Segments);
        JournalWriter writer = JournalWriter.Open(flash, new JournalOptions(), out _);
        uint number = started.Statement.Epoch.Number;
        writer.Append(FrameKind.EpochStatement, number, 0, started.Bytes.Span);
        var encoder = new RowEncoder();
        ChainPosition? head = null;
        foreach ((_, RowBatch rows, bool isLost, List<ManifestGap> gaps, List<ManifestEvent> events) in run)
        {
            List<TaiTime> times = TimesOf(rows);
            SealedBatch made = started.Sealer.Seal(
                Day, times.Min(), times.Max(), Sections(encoder, rows), [], gaps,
                new ClockSummary(1, 0, 37, Day + 100, default), events);
            head = new ChainPosition(started.Statement.Epoch, made.Sequence, made.Id);
            if (!isLost)
            {
                writer.Append(FrameKind.Batch, number, made.Sequence, made.Bytes.Span);
                Assert.Equal(CommitState.Durable, writer.Commit());
            }
        }

        writer.Close();
        return head;
    }

    private SectionPlain[] Sections(RowEncoder encoder, RowBatch rows) =>
        IsSourceOnly ? [encoder.Encode(rows, 1)] : [encoder.Encode(rows, 1), encoder.Encode(rows, 2)];

    /// <summary>A week after the day: the store's today.</summary>
    private sealed class StoppedClock(long utcUs) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(utcUs * 10);
    }

    private static List<TaiTime> TimesOf(RowBatch rows) =>
    [
        .. rows.Flows.SelectMany(row => (TaiTime[])[row.Start, row.Last]),
        .. rows.Sessions.Select(row => row.Start),
        .. rows.Blocks.Select(row => row.Start),
        .. rows.Gaps.SelectMany(row => (TaiTime[])[row.From, row.To]),
    ];

    private sealed record Written(
        uint Epoch, RowBatch Rows, bool IsLost, List<ManifestGap> Gaps, List<ManifestEvent> Events);
}
