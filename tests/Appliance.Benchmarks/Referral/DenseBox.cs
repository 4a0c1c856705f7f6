using System.Globalization;
using Appliance.Journal;
using Appliance.Linux;
using Appliance.Wire;

namespace Appliance.Benchmarks.Referral;

/// <summary>How dense the address is, and how much is asked of it.</summary>
/// <param name="Seconds">Length of what is recorded.</param>
/// <param name="Rate">Flows a second, all behind one public address.</param>
/// <param name="Lines">Lines of a referral.</param>
internal sealed record ReferralSettings(int Seconds, int Rate, int Lines);

/// <summary>
/// What a box wrote of one public address that 5,000 lines share: segments of sealed batches of yesterday, an address
/// plan, and referrals whose lines each ask for a flow that was there. Repeatable from one seed.
/// </summary>
internal sealed class DenseBox
{
    public const string Address = "192.0.2.1";
    private const int Customers = 5_000;
    private const int BatchSeconds = 10;
    private const int Services = 2_000;
    private const int FirstPort = 1024;
    private const long Second = TaiTime.MicrosecondsPerSecond;

    private readonly string folder;
    private readonly ReferralSettings settings;
    private readonly Random random = new(1);
    private readonly RowEncoder encoder = new();
    private readonly List<string>[] lines;
    private readonly DateTime begin = DateTime.UtcNow.Date.AddDays(-1).AddHours(9);

    private DenseBox(string folder, ReferralSettings settings)
    {
        this.folder = folder;
        this.settings = settings;
        lines = [.. Kinds.Select(_ => new List<string> { "case,ip,port,time,service" })];
    }

    /// <summary>What lines give beside address and time.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["neither port nor service", "the port", "the service"];

    /// <summary>Folder of the segments and their keys.</summary>
    public string Segments => Path.Combine(folder, "box");

    public string KeyFile => Path.Combine(Segments, "keys", KeySet.FileName);

    public string PlanFile => Path.Combine(folder, "plan.csv");

    public long Flows => (long)settings.Seconds * settings.Rate;

    /// <summary>A time before the first record, and one after the last.</summary>
    public (DateTime From, DateTime To) Period => (begin.AddMinutes(-1), begin.AddSeconds(settings.Seconds + 60));

    public string FileOf(int kind) => Path.Combine(folder, $"lines-{kind}.csv");

    /// <summary>Writes everything.</summary>
    public static DenseBox Make(string folder, ReferralSettings settings)
    {
        var box = new DenseBox(folder, settings);
        Directory.CreateDirectory(Path.Combine(box.Segments, "keys"));
        box.WriteSegments();
        File.WriteAllLines(box.PlanFile, ["prefix,use,realm,from,to", "192.0.2.0/24,shared,,,"]);
        for (int kind = 0; kind < Kinds.Count; kind++)
        {
            File.WriteAllLines(box.FileOf(kind), box.lines[kind]);
        }

        return box;
    }

    private void WriteSegments()
    {
        int day = (int)(begin.Date - DateTime.UnixEpoch).TotalDays;
        var keys = KeySet.MakeLab(random.NextBytes, day, days: 2);
        File.WriteAllText(KeyFile, keys.ToJson());
        using SigningKey deviceKey = keys.OpenDeviceKey();
        EpochStatement facts = new()
        {
            Device = keys.Device,
            Epoch = new EpochRef(1, default),
            LastDurable = null,
            RecoveryVerdict = "benchmark",
            SoftwareVersion = "0",
            SoftwareHash = default,
            PreviousStatement = default,
        };
        var policy = new SealingPolicy(keys.Notice, default, 0, keys.Schedule());
        StartedEpoch run = StartedEpoch.Start(facts, policy, deviceKey, random.NextBytes);
        using BatchSealer sealer = run.Sealer;
        using FlashFolder flash = FlashFolder.Open(Segments);
        JournalWriter writer = JournalWriter.Open(flash, new JournalOptions(), out _);
        writer.Append(FrameKind.EpochStatement, 1, 0, run.Bytes.Span);
        for (int second = 0; second < settings.Seconds; second += BatchSeconds)
        {
            SealedBatch batch = Seal(sealer, day, second);
            writer.Append(FrameKind.Batch, 1, batch.Sequence, batch.Bytes.Span);
            writer.Commit();
        }

        writer.Close();
    }

    private SealedBatch Seal(BatchSealer sealer, int day, int second)
    {
        var rows = new RowBatch();
        int count = BatchSeconds * settings.Rate;
        for (int i = 0; i < count; i++)
        {
            Add(rows, ((long)second * settings.Rate) + i, (second * Second) + (i * BatchSeconds * Second / count));
        }

        return sealer.Seal(
            day,
            At(second * Second),
            At((second + BatchSeconds) * Second),
            [encoder.Encode(rows, 1), encoder.Encode(rows, 2)],
            [(ulong)second, 0, 0],
            [],
            new ClockSummary(1_000, 0, 37, (uint)day + 100, default),
            []);
    }

    /// <summary>A flow of 5 to 20 seconds that ends at a time after the begin, microseconds.</summary>
    private void Add(RowBatch rows, long number, long endUs)
    {
        int customer = random.Next(Customers);
        long lengthUs = random.NextInt64(5 * Second, 20 * Second);

        // Few services have most of the flows, as everywhere.
        int service = (int)(Services * Math.Pow(random.NextDouble(), 3));
        ushort port = (ushort)(FirstPort + (number % (ushort.MaxValue - FirstPort)));
        string name = $"s{service}.example";
        rows.Flows.Add(new FlowRow
        {
            Kind = FlowKind.End,
            Protocol = 6,
            Attribution = Attribution.Mirror,
            Candidates = 1,
            Subscriber = rows.Strings.Add($"line-{customer}"),
            Realm = rows.Strings.Add("cgn"),
            Service = rows.Strings.Add(name),
            ServiceSource = ServiceSource.Tls,
            SubscriberAddress = Of($"100.64.{customer >> 8}.{customer & 255}"),
            SubscriberPort = (ushort)random.Next(FirstPort, ushort.MaxValue),
            PublicAddress = Of(Address),
            PublicPort = port,
            RemoteAddress = Of($"198.51.{service >> 8}.{service & 255}"),
            RemotePort = 443,
            Start = At(endUs - lengthUs),
            Last = At(endUs - Second),
            End = At(endUs),
            BoundUs = 40,
        });
        Ask(endUs - (lengthUs / 2), port, name);
    }

    /// <summary>Some of the flows, evenly over the time, become a line of each referral.</summary>
    private void Ask(long timeUs, ushort port, string service)
    {
        if (timeUs < 0 || lines[0].Count > settings.Lines || random.NextInt64(Flows) >= settings.Lines * 11L / 10)
        {
            return;
        }

        string time = begin.AddMicroseconds(timeUs).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        string start = $"{lines[0].Count},{Address}";
        lines[0].Add($"{start},,{time},");
        lines[1].Add(string.Create(CultureInfo.InvariantCulture, $"{start},{port},{time},"));
        lines[2].Add($"{start},,{time},{service}");
    }

    private TaiTime At(long afterUs) =>
        LeapSeconds.ToTai((long)(begin - DateTime.UnixEpoch).TotalMicroseconds + afterUs);

    private static Ip Of(string text) =>
        Ip.TryParse(text, out Ip address) ? address : throw new ArgumentException(text);
}
