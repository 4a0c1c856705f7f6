using System.CommandLine;
using Appliance.Journal;
using Appliance.Linux;
using Appliance.Retention;
using Appliance.Retention.Records;
using Appliance.Wire;

namespace Appliance.Tests.Retention;

/// <summary>A folder of segments with its keys, as a box writes it, and the command that prints it.</summary>
internal sealed class RecordsFolder : IDisposable
{
    public const int Day = 20_000;
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("records-");
    private readonly RowEncoder encoder = new();
    private readonly List<RowBatch> batches = [];

    public string Segments => Path.Combine(folder.FullName, "segments");

    public string Keys => Path.Combine(folder.FullName, "keys");

    /// <summary>UTC microseconds of the day's begin, as a time of a row.</summary>
    public static TaiTime At(long microseconds) => LeapSeconds.ToTai((Day * 86_400_000_000L) + microseconds);

    public void Add(RowBatch batch) => batches.Add(batch);

    /// <summary>
    /// Writes all batches; <paramref name="change"/> may alter the bytes of one before they are written.
    /// </summary>
    public void Write(Func<int, byte[], byte[]?>? change = null, Func<KeySet, KeySet>? reader = null)
    {
        Random random = new(1);
        KeySet keys = KeySet.MakeLab(random.NextBytes, Day, 1);
        Directory.CreateDirectory(Keys);
        File.WriteAllText(Path.Combine(Keys, KeySet.FileName), (reader?.Invoke(keys) ?? keys).ToJson());
        EpochStatement facts = new()
        {
            Device = keys.Device, Epoch = new EpochRef(1, default), RecoveryVerdict = "empty", SoftwareVersion = "0",
            SoftwareHash = default,
        };
        using SigningKey key = keys.OpenDeviceKey();
        StartedEpoch epoch = StartedEpoch.Start(
            facts, new SealingPolicy(keys.Notice, default, 0, keys.Schedule()), key, random.NextBytes);
        using BatchSealer sealer = epoch.Sealer;
        using FlashFolder flash = FlashFolder.Open(Segments);
        JournalWriter writer = JournalWriter.Open(flash, new JournalOptions(), out _);
        writer.Append(FrameKind.EpochStatement, 1, 0, epoch.Bytes.Span);
        foreach (RowBatch batch in batches)
        {
            SealedBatch made = sealer.Seal(
                Day, At(0), At(1), [encoder.Encode(batch, 1), encoder.Encode(batch, 2)], [], [],
                new ClockSummary(1, 0, 37, Day + 100, default), []);
            byte[]? bytes = change is null ? made.Bytes.ToArray() : change((int)made.Sequence, made.Bytes.ToArray());
            if (bytes is not null)
            {
                writer.Append(FrameKind.Batch, 1, made.Sequence, bytes);
            }
        }

        writer.Close();
    }

    /// <summary>Runs <c>retention records</c> on the folder.</summary>
    public (int Code, string Output, string Errors) Run(params string[] arguments) =>
        RunRaw(["records", "--in", Segments, "--keys", Keys, .. arguments]);

    public static (int Code, string Output, string Errors) RunRaw(string[] arguments)
    {
        StringWriter output = new();
        StringWriter errors = new();
        int code = Exit.Run(new RootCommand { RecordsCommand.Create() }, arguments, output, errors);
        return (code, output.ToString(), errors.ToString());
    }

    public void Dispose() => folder.Delete(recursive: true);
}
