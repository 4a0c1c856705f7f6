using Appliance.Wire;

namespace Appliance.Tests.Retention.Store;

/// <summary>A box in the test: makes epochs and batches of real rows, repeatably from a seed.</summary>
internal sealed class TestBox : IDisposable
{
    public const int Day = 20_000;

    /// <summary>What each batch states as the largest bound of its rows.</summary>
    public const uint WorstBoundUs = 1_000;

    private readonly Random random;
    private readonly RowEncoder encoder = new();
    private readonly SigningKey deviceKey;
    private readonly List<BatchSealer> sealers = [];
    private Hash32 lastStatement;

    public TestBox(int seed = 1)
    {
        random = new Random(seed);
        Keys = KeySet.MakeLab(random.NextBytes, Day, 2);
        deviceKey = Keys.OpenDeviceKey();
    }

    public KeySet Keys { get; }

    /// <summary>Bytes of the statement of the newest run.</summary>
    public ReadOnlyMemory<byte> LastStatement { get; private set; }

    /// <summary>A time of the day, as a time of a row.</summary>
    public static TaiTime At(long seconds) =>
        LeapSeconds.ToTai((Day * 86_400_000_000L) + (seconds * TaiTime.MicrosecondsPerSecond));

    /// <summary>Starts a run; by default it names the one before and where that one ended.</summary>
    public StartedEpoch Start(uint number, ChainPosition? last = null, Hash32? previous = null)
    {
        EpochStatement facts = new()
        {
            Device = Keys.Device,
            Epoch = new EpochRef(number, default),
            LastDurable = last,
            RecoveryVerdict = "test",
            SoftwareVersion = "0",
            SoftwareHash = default,
            PreviousStatement = previous ?? lastStatement,
        };
        var policy = new SealingPolicy(Keys.Notice, default, 0, Keys.Schedule());
        StartedEpoch started = StartedEpoch.Start(facts, policy, deviceKey, random.NextBytes);
        sealers.Add(started.Sealer);
        lastStatement = started.Id;
        LastStatement = started.Bytes;
        return started;
    }

    /// <summary>Seals a batch; its rows are told apart by the second at which they lie.</summary>
    public SealedBatch Seal(
        StartedEpoch epoch,
        long second,
        RowBatch? rows = null,
        ulong[]? counters = null,
        ManifestGap[]? gaps = null,
        int day = Day,
        ManifestEvent[]? events = null)
    {
        rows ??= Rows(second);
        return epoch.Sealer.Seal(
            day,
            At(second),
            At(second + 5),
            [encoder.Encode(rows, 1), encoder.Encode(rows, 2)],
            counters ?? [(ulong)second, 0, 0],
            gaps ?? [],
            new ClockSummary(WorstBoundUs, 0, 37, Day + 100, default),
            events ?? []);
    }

    public byte[] Checkpoint(StartedEpoch epoch, SealedBatch batch) => new Checkpoint(
        Keys.Device, new ChainPosition(epoch.Statement.Epoch, batch.Sequence, batch.Id)).Sign(deviceKey).Bytes;

    /// <summary>One flow of line-1 from port 1000 + second to a service.</summary>
    public static RowBatch Rows(long second)
    {
        RowBatch rows = new();
        rows.Flows.Add(new FlowRow
        {
            Kind = FlowKind.End,
            Protocol = 6,
            Attribution = Attribution.Mirror,
            Candidates = 1,
            Subscriber = rows.Strings.Add("line-1"),
            Realm = rows.Strings.Add("cgn"),
            Service = rows.Strings.Add("mail.example.org"),
            SubscriberAddress = Address("100.64.0.1"),
            SubscriberPort = 5000,
            PublicAddress = Address("192.0.2.1"),
            PublicPort = (ushort)(1000 + second),
            RemoteAddress = Address("198.51.100.7"),
            RemotePort = 443,
            Start = At(second),
            Last = At(second + 4),
            End = At(second + 5),
            BoundUs = 40,
        });
        return rows;
    }

    public static Ip Address(string text) =>
        Ip.TryParse(text, out Ip address) ? address : throw new ArgumentException(text);

    public static ChainPosition PositionOf(StartedEpoch epoch, SealedBatch batch) =>
        new(epoch.Statement.Epoch, batch.Sequence, batch.Id);

    public void Dispose()
    {
        foreach (BatchSealer sealer in sealers)
        {
            sealer.Dispose();
        }

        deviceKey.Dispose();
    }
}
