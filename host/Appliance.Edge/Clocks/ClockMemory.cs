using System.Text.Json;
using Appliance.Edge.Service;
using Appliance.Journal;
using Appliance.Linux.Clocks;
using Appliance.Time;
using Appliance.Wire;

namespace Appliance.Edge.Clocks;

/// <summary>Where the anchor log ended when it was kept.</summary>
internal sealed record LogEnd(string Name, long Bytes, string Head)
{
    /// <summary>The head, from its text.</summary>
    internal Hash32 HeadHash => Head.Length == 2 * Hash32.Size
        ? Hash32.FromBytes(Convert.FromHexString(Head))
        : default;
}

/// <summary>
/// What a run keeps of its clock for the next: the rate, the last trusted time, and the whole state for as long as the
/// counter runs on. Sealed by the device's key, so that nobody else can give a box a past. Believed only as
/// <see cref="ClockEngine.TryResume"/> says.
/// </summary>
internal sealed class ClockMemory(KeySet keys, string file) : IDisposable
{
    private readonly SealedTable table = new(keys, "clock", file, Limits.KeptBytesMax);

    /// <summary>What became of what the run before kept, in words.</summary>
    public string Before { get; private set; } = "none kept";

    /// <summary>Why it could not be kept the last time; null where it could.</summary>
    public string? Problem { get; private set; }

    /// <summary>The process before kept it just now, on the same counter: it may vouch for it.</summary>
    public bool IsFresh { get; private set; }

    /// <summary>Takes up what the run before kept.</summary>
    public (KeptClock? Clock, LogEnd? Log) Read()
    {
        byte[]? plain = table.Read(out string word);
        Before = word;
        Kept? kept = plain is null ? null : JsonSerializer.Deserialize<Kept>(plain);
        if (kept is null)
        {
            return default;
        }

        long age = CounterReader.Now().Nanoseconds - kept.Raw;

        // A counter that began anew, or stood still in a sleep, cannot be gone on with.
        bool isSame = kept.Boot == HostClock.Boot() && age is >= 0 and < Limits.KeptAgeNsMax
            && Math.Abs(CounterReader.SleptNs() - kept.SleptNs) < 1_000_000;
        IsFresh = isSame && age < Limits.HandedOverAgeNsMax;
        Before = isSame ? "the counter ran on since" : "the rate, and the date that it cannot be before";
        return (
            kept.State is null
                ? null
                : new KeptClock(kept.State, kept.TaiNs, kept.Rate, kept.AgeingPerSecond) { IsSameCounter = isSame },
            kept.Log);
    }

    /// <summary>Keeps it, on the medium; where that fails the clock goes on and the status says so.</summary>
    public void Put(KeptClock? clock, LogEnd log)
    {
        Kept kept = new()
        {
            Boot = HostClock.Boot(),
            Raw = CounterReader.Now().Nanoseconds,
            SleptNs = CounterReader.SleptNs(),
            State = clock?.State,
            TaiNs = clock?.TaiNs ?? 0,
            Rate = clock?.Rate ?? 0,
            AgeingPerSecond = clock?.AgeingPerSecond ?? 0,
            Log = log,
        };
        try
        {
            table.Put(JsonSerializer.SerializeToUtf8Bytes(kept));
            Problem = null;
        }
        catch (JournalDeviceException failure)
        {
            Problem = $"the clock is not kept for the next start: {failure.Message}";
        }
    }

    /// <inheritdoc/>
    public void Dispose() => table.Dispose();

    private sealed record Kept
    {
        public Guid Boot { get; init; }

        public long Raw { get; init; }

        public long SleptNs { get; init; }

        public byte[]? State { get; init; }

        public long TaiNs { get; init; }

        public double Rate { get; init; }

        public double AgeingPerSecond { get; init; }

        public LogEnd? Log { get; init; }
    }
}
