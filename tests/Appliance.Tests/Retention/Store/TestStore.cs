using System.CommandLine;
using Appliance.Retention;
using Appliance.Retention.Archive;
using Appliance.Retention.Commands;
using Appliance.Retention.Forgetting;
using Appliance.Retention.Ingest;
using Appliance.Retention.Warden;
using Appliance.Wire;

namespace Appliance.Tests.Retention.Store;

/// <summary>A store in a temporary folder that one box is enrolled in.</summary>
internal sealed class TestStore : IDisposable
{
    private readonly DirectoryInfo temporary = Directory.CreateTempSubdirectory("store-");
    private StoreWriter? writer;

    public TestStore(params TestBox[] boxes)
    {
        Folder = new StoreFolder(Path.Combine(temporary.FullName, "data"));
        Directory.CreateDirectory(Folder.Root);
        var ring = KeyRing.Load(Folder);
        foreach (TestBox box in boxes)
        {
            ring.Add(Folder, box.Keys);
        }
    }

    public StoreFolder Folder { get; }

    /// <summary>Called after every durable step; one that throws ends this run of the store.</summary>
    public Action<DurableStep>? After { get; set; }

    public StoreWriter Writer => writer ??= StoreWriter.Open(
        Folder, Clock, step => After?.Invoke(step), Warden);

    public TestClock Clock { get; set; } = TestClock.OfDay(TestBox.Day);

    /// <summary>Clock of what is run to forget.</summary>
    public TestClock Later { get; set; } = TestClock.OfDay(TestBox.Day + 366);

    /// <summary>Gives filter keys where the store has no day keys of a warden.</summary>
    public Func<FilterKeyAsk, FilterKeys>? Warden { get; set; }

    /// <summary>Ends the writer as a kill does: nothing is committed.</summary>
    public void Kill()
    {
        writer?.Dispose();
        writer = null;
    }

    public IReadOnlyList<Outcome> Add(params SealedBatch[] batches)
    {
        foreach (SealedBatch batch in batches)
        {
            Writer.AddBatch(batch.Bytes, "icr/v1/box/batch");
        }

        return Writer.Commit();
    }

    public Outcome State(ReadOnlyMemory<byte> statement)
    {
        Writer.AddStatement(statement, "icr/v1/box/epoch");
        return Writer.Commit()[0];
    }

    public Receipt ReadReceipt(Outcome outcome, Id16 device)
    {
        Refusal refusal = Receipt.TryVerify(
            outcome.Receipt, Writer.Keys.Store!.Public, device, out Receipt? receipt);
        return refusal == Refusal.None ? receipt! : throw new InvalidOperationException(refusal.Sentence());
    }

    /// <summary>Everything in the index that must not depend on how often the store died, as lines.</summary>
    public string[] Index()
    {
        Kill();
        using StoreDatabase database = StoreDatabase.Open(Folder.Database, toWrite: false);
        string[] queries =
        [
            "SELECT 'epoch ' || number || hex(statement) || verdict || ' ' || head || ' ' || contiguous || ' ' ||"
                + " highest || ' ' || ifnull(first_us, '') || ' ' || batches || ' ' || records || ' ' || size"
                + " FROM epochs ORDER BY 1",
            "SELECT 'batch ' || epoch || ' ' || seq || hex(id) || day || ' ' || first_us || ' ' || rows || ' ' || size"
                + " || path FROM batches ORDER BY 1",
            "SELECT 'filter ' || epoch || ' ' || seq || ' ' || section || hex(tokens)"
                + " FROM filters JOIN batches ON no = batch ORDER BY 1",
            "SELECT 'gap ' || epoch || ' ' || seq || ' ' || from_us || ' ' || to_us || source || cause || leg"
                + " FROM gaps JOIN batches ON no = batch ORDER BY 1",
            "SELECT 'device ' || hex(device) || contiguous_epoch FROM devices ORDER BY 1",
            "SELECT 'alarm ' || kind || epoch || ' ' || seq || hex(batch) || text FROM alarms ORDER BY 1",
            "SELECT 'conflict ' || epoch || ' ' || seq || ' ' || row || ' ' || received_us FROM conflicts ORDER BY 1",
            "SELECT 'doubt ' || epoch || ' ' || seq || ' ' || from_us || ' ' || to_us || ' ' || bound_us FROM doubts"
                + " ORDER BY 1",
            "SELECT 'leaves ' || count(*) || ' of ' || (SELECT count(*) FROM batches) FROM ledger",
        ];
        return [.. queries.SelectMany(sql => database.All(sql, row => row.GetString(0)))];
    }

    /// <summary>Runs the program's verbs.</summary>
    public (int Code, string Output, string Errors) Run(params string[] arguments)
    {
        Kill();
        StringWriter output = new();
        StringWriter errors = new();
        var root = new RootCommand
        {
            ExpireCommand.Create(Later), IngestCommand.Create(), KeysCommand.Create(),
            StatusCommand.Create(Clock), VerifyCommand.Create(),
        };
        int code = Exit.Run(root, [.. arguments, "--data", Folder.Root], output, errors);
        return (code, output.ToString(), errors.ToString());
    }

    public void Dispose()
    {
        Kill();
        temporary.Delete(recursive: true);
    }
}

/// <summary>
/// A clock that stands at noon of a day, of a machine that has been running since 1970; unless told otherwise.
/// </summary>
internal sealed class TestClock(DateTimeOffset now) : TimeProvider, IMachineClock
{
    public static TestClock OfDay(int day) => new(DateTimeOffset.UnixEpoch.AddDays(day).AddHours(12));

    /// <inheritdoc/>
    public string Boot { get; init; } = "first";

    /// <inheritdoc/>
    public bool IsSynchronised { get; init; }

    /// <summary>How long the machine has run by its monotonic clock, which nobody sets.</summary>
    public TimeSpan Ran { get; init; } = now - DateTimeOffset.UnixEpoch;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Ran.Ticks;

    /// <summary>Called whenever somebody asks for the time: each step that is signed or logged does.</summary>
    public Action OnRead { get; set; } = () => { };

    /// <summary>How much time has passed since this clock was made.</summary>
    public TimeSpan Ahead { get; set; }

    public override DateTimeOffset GetUtcNow()
    {
        OnRead();
        return now + Ahead;
    }
}
