using System.Globalization;
using System.Text;
using Appliance.Journal;
using Appliance.Linux;
using Appliance.Linux.Clocks;
using Appliance.Time.Observations;

namespace Appliance.Edge.Clocks;

/// <summary>
/// Keeps what the box's line of time is behind the system clock for the run that follows: its tables of sessions and
/// bindings count along that line. One line of text beside the journal, written with each step and each minute: the
/// offset, the system clock and the raw counter of one moment, ns, and the run of the machine. In the same run the
/// counter tells of a step that nobody lived to note. In another the line goes on where the machine's own clock did;
/// where that stands earlier than the line did, nobody knows how much time passed: the line begins anew, so far ahead
/// that the tables are too old.
/// </summary>
internal sealed class SteadyFile(string folder, Guid boot)
{
    private const string Name = "timeline";
    private const int BytesMax = 160;
    private const int Words = 4;
    private const long AnewNs = Flow.Limits.SessionDoubtNs + 3_600_000_000_000;
    private readonly string path = Path.Combine(folder, Name);
    private long keptSteps = -1;
    private int secondsToKeep;

    /// <summary>Why it is not kept; null while it is.</summary>
    public string? Problem { get; private set; }

    /// <summary>The run of the machine; none where the kernel's name for it is hidden.</summary>
    public static Guid BootOf()
    {
        try
        {
            return HostClock.Boot();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return Guid.Empty;
        }
    }

    /// <summary>What the line of this run is behind the system clock, ns; 0 where there was none before.</summary>
    /// <param name="folder">The journal's.</param>
    /// <param name="boot">This run of the machine.</param>
    /// <param name="now">The system clock now.</param>
    /// <exception cref="JournalDeviceException">It is there and cannot be read, or is no line of time.</exception>
    public static long Read(string folder, Guid boot, in CounterPair now)
    {
        string path = Path.Combine(folder, Name);
        try
        {
            FileInfo file = new(path);
            if (!file.Exists)
            {
                return 0;
            }

            string text = file.Length <= BytesMax ? File.ReadAllText(path) : "";
            if (long.TryParse(text, CultureInfo.InvariantCulture, out long alone))
            {
                return alone; // Of an earlier release: the offset, and no moment to hold it against.
            }

            return TryParse(text, now.Other, out long offsetNs, out CounterPair kept, out Guid keptBoot)
                ? GoOn(offsetNs, kept, keptBoot != Guid.Empty && keptBoot == boot, now)
                : throw new JournalDeviceException(
                    DeviceFault.Medium, $"{path} is no line of time; remove it together with the table of sessions");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new JournalDeviceException(DeviceFault.Medium, $"{path}: {failure.Message}");
        }
    }

    /// <summary>Once a second: writes it where the system clock was stepped since, and each minute.</summary>
    public void Keep(SteadyClock clock)
    {
        long steps = clock.Steps;
        if (steps == keptSteps && secondsToKeep-- > 0)
        {
            return;
        }

        try
        {
            (CounterPair now, long offsetNs) = clock.Read();
            string text = string.Create(
                CultureInfo.InvariantCulture, $"{offsetNs} {now.Reading.Nanoseconds} {now.At.Nanoseconds} {boot}");
            DurableFile.Put(path, path + ".new", Encoding.ASCII.GetBytes(text));
            keptSteps = steps;
            secondsToKeep = Limits.SecondsBetweenKeeping;
            Problem = null;
        }
        catch (JournalDeviceException failure)
        {
            Problem = $"the line of time is not kept, sessions will be misdated after a restart: {failure.Message}";
        }
    }

    private static bool TryParse(
        string text, CounterId clock, out long offsetNs, out CounterPair kept, out Guid boot)
    {
        string[] words = text.Split(' ');
        bool isLine = words.Length == Words;
        boot = default;
        isLine &= long.TryParse(words[0], CultureInfo.InvariantCulture, out offsetNs);
        long systemNs = 0;
        long rawNs = 0;
        isLine = isLine && long.TryParse(words[1], CultureInfo.InvariantCulture, out systemNs)
            && long.TryParse(words[2], CultureInfo.InvariantCulture, out rawNs) && Guid.TryParse(words[3], out boot);
        kept = new CounterPair(new RawTime(rawNs), clock, new RawTime(systemNs), 0);
        return isLine;
    }

    private static long GoOn(long offsetNs, in CounterPair kept, bool isSameBoot, in CounterPair now)
    {
        if (isSameBoot)
        {
            return SteadyClock.Resume(offsetNs, kept, now);
        }

        bool wentOn = now.Reading.Nanoseconds >= kept.Reading.Nanoseconds;
        long lineNs = kept.Reading.Nanoseconds - offsetNs;
        return wentOn ? offsetNs : now.Reading.Nanoseconds - (lineNs + AnewNs);
    }
}
