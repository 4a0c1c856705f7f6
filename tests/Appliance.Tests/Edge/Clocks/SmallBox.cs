using Appliance.Edge.Configuration;
using Appliance.Edge.Pipeline;
using Appliance.Flow;
using Appliance.Journal;
using Appliance.Linux;
using Appliance.Time;
using Appliance.Wire;

namespace Appliance.Tests.Edge.Clocks;

/// <summary>A box without packets, run after run on one flash, behind a clock that the test sets.</summary>
internal sealed class SmallBox : IDisposable
{
    /// <summary>Where its line of time begins, ns since 1970.</summary>
    public const long StartNs = 1_790_000_000 * SecondNs;

    public const long SecondNs = 1_000_000_000;
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("icr-small-");
    private readonly KeySet keys;
    private readonly Random random = new(1);
    private FlashFolder? flash;

    public SmallBox(string more = "")
    {
        keys = KeySet.MakeLab(random.NextBytes, (int)(StartNs / SecondNs / 86_400), 2);
        string text = $$"""
            { "legs": [ { "interface": "in0", "leg": "inside" }, { "interface": "out0", "leg": "outside" } ],
              "traffic": { "flowLimit": 1024 }, "batch": { "ageSeconds": 5 }, {{more}}
              "journal": { "path": "{{Path.Combine(folder.FullName, "journal")}}" } }
            """;
        Options = ConfigurationFile.TryParse(text, out ApplianceOptions options, out string problem)
            ? options
            : throw new ArgumentException(problem);
    }

    public ApplianceOptions Options { get; }

    public KeySet Keys => keys;

    /// <summary>The clock of all runs.</summary>
    public SetClock Clock { get; } = new();

    /// <summary>The present run.</summary>
    public BoxPipeline? Run { get; private set; }

    /// <summary>Begins a run; the one before is closed.</summary>
    public BoxPipeline Begin()
    {
        End();
        if (!FlowSettings.TryMake(Options, Options.Legs, ["in0", "out0"], out FlowOptions flow, out string problem))
        {
            throw new ArgumentException(problem);
        }

        flash = FlashFolder.Open(Options.Journal.Path);
        Run = new BoxPipeline(
            Options, flow, keys, flash, Clock, new SoftwareIdentity("test", default), random.NextBytes);
        return Run;
    }

    /// <summary>Closes the run.</summary>
    public void End()
    {
        if (Run is not null && !Run.Close())
        {
            throw new InvalidOperationException("the flash is full");
        }

        Run?.Dispose();
        Run = null;
        flash?.Dispose();
    }

    /// <summary>A row in the open batch.</summary>
    public void AddRow(TaiTime at) => Run!.Note(new NotedGap(at, at, "inside", "ring", 1, null));

    /// <summary>What the batches say of themselves, in order; after <see cref="End"/>.</summary>
    public List<Manifest> Manifests()
    {
        using FlashFolder reading = FlashFolder.OpenForReading(Options.Journal.Path);
        List<Manifest> found = [];
        ChainVerifier chain = new(keys.DeviceKey, new ReaderRules(keys.Device, keys.Notice, int.MaxValue));
        foreach (JournalFrame frame in new JournalReader(reading).Frames())
        {
            if (frame.Label.Kind == FrameKind.EpochStatement)
            {
                chain.AddEpoch(frame.Payload);
            }
            else if (frame.Label.Kind == FrameKind.Batch)
            {
                chain.AddBatch(frame.Payload.ToArray(), out VerifiedBatch? batch);
                found.Add(batch!.Manifest);
            }
        }

        return found;
    }

    public void Dispose()
    {
        End();
        folder.Delete(recursive: true);
    }

    /// <summary>The line and what the clock is off it.</summary>
    internal sealed class SetClock : IClockMap
    {
        public long LaterNs { get; set; }

        public ClockState State { get; set; } = ClockState.Network;

        public ClockReading Map(long stampNs) => new(
            LeapSeconds.ToTai((stampNs + LaterNs) / 1000),
            State == ClockState.Unset ? ClockReading.Unbounded : 100, State);

        public ClockSummary Summarise() => new(100, 1u << (int)State, 37, 0, default);
    }
}
