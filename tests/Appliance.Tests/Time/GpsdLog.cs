using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Appliance.Time.Observations;
using Appliance.Time.Receivers;

namespace Appliance.Tests.Time;

/// <summary>One second of a log: its UTC time, the kind of fix, the leap seconds as far as they are known.</summary>
/// <param name="Ms">UTC, milliseconds since 1970.</param>
/// <param name="Mode">1 none, 2 plane, 3 space, as gpsd counts; the last that was said of the second.</param>
/// <param name="Leap">GPS less UTC, seconds; null where nothing was said yet.</param>
/// <param name="IsValid">Ours: any observation of the second may be used.</param>
/// <param name="LeapBefore">The same at the beginning of the second.</param>
/// <param name="IsRepaired">Ours: the date was brought forward by whole eras of 1,024 weeks.</param>
internal sealed record LogEpoch(
    long Ms, int Mode, int? Leap, bool IsValid, int? LeapBefore = null, bool IsRepaired = false);

/// <summary>
/// A receiver's log of the gpsd project with what gpsd made of it. All reports of one time are one epoch, with
/// what was said last of a fix.
/// </summary>
internal sealed partial class GpsdLog
{
    /// <summary>A receiver in fixed position; gpsd has no word for it and says 2 or 3.</summary>
    public const int TimeOnly = 5;

    private const int YearWithoutHeader = 2015;
    private const int GpsMinusUtcUnsaid = 18;

    public required string Name { get; init; }

    public required byte[] Bytes { get; init; }

    /// <summary>gpsd's epochs.</summary>
    public required List<LogEpoch> Theirs { get; init; }

    /// <summary>gpsd says somewhere that there is no fix, without a time.</summary>
    public required int TheirFixless { get; init; }

    /// <summary>Year of the capture by the header of the log.</summary>
    public required int Year { get; init; }

    /// <summary>The program that reads it was built ten years before the log was handed in: some are old.</summary>
    public EpochRule Rule => new(new DateTimeOffset(Year - 10, 1, 1, 0, 0, 0, default).ToUnixTimeSeconds());

    public static IEnumerable<GpsdLog> All(string folder) =>
        Directory.EnumerateFiles(Path.Combine(folder, "test", "daemon"), "*.log").Order(StringComparer.Ordinal)
            .Select(Read);

    public static GpsdLog Read(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        string head = System.Text.Encoding.Latin1.GetString(bytes, 0, Math.Min(bytes.Length, 4000));
        Match date = HeaderDate().Match(head);
        string[] lines = File.Exists(path + ".chk") ? File.ReadAllLines(path + ".chk") : [];
        List<LogEpoch> theirs = [];
        int fixless = 0;
        foreach (string line in lines.Where(l => l.StartsWith("{\"class\":\"TPV\"", StringComparison.Ordinal)))
        {
            fixless += Report(line, theirs);
        }

        return new GpsdLog
        {
            Name = Path.GetFileNameWithoutExtension(path),
            Bytes = bytes,
            Theirs = theirs,
            TheirFixless = fixless,
            Year = date.Success ? int.Parse(date.Groups[1].Value, CultureInfo.InvariantCulture) : YearWithoutHeader,
        };
    }

    /// <summary>Our epochs of the log, its bytes cut into pieces of the lengths given in turn.</summary>
    public List<LogEpoch> Ours(IEnumerable<int>? lengths, out ObservationLog log, out ReceiverCounters counters)
    {
        log = new ObservationLog();
        Receiver receiver = new(new SourceId(SourceKind.Receiver), Rule);
        int at = 0;
        foreach (int length in lengths ?? [Bytes.Length])
        {
            int taken = Math.Min(length, Bytes.Length - at);
            receiver.Take(Bytes.AsSpan(at, taken), new RawTime(0), log);
            at += taken;
            if (at == Bytes.Length)
            {
                break;
            }
        }

        counters = receiver.Counters;
        return Epochs(log);
    }

    private static List<LogEpoch> Epochs(ObservationLog log)
    {
        List<LogEpoch> epochs = [];
        int? leap = null;
        foreach (object observation in log.All)
        {
            if (observation is LeapObservation { TaiMinusUtc: int offset })
            {
                leap = offset - ScaledTime.TaiMinusGps;
                if (epochs.Count > 0)
                {
                    epochs[^1] = epochs[^1] with { Leap = leap };
                }
            }
            else if (observation is TimeOfDayObservation { Epoch: not EpochVerdict.Refused } time)
            {
                long offsetMs = time.Time.Scale == TimeScale.Gps ? (leap ?? GpsMinusUtcUnsaid) * 1000L : 0;
                long ms = ((time.Time.Nanoseconds + 500_000) / 1_000_000) - offsetMs;
                Append(epochs, new LogEpoch(
                    ms, ModeOf(time.Mode), leap, time.IsValid, leap, time.Epoch == EpochVerdict.Repaired));
            }
        }

        return epochs;
    }

    private static int Report(string line, List<LogEpoch> theirs)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        JsonElement report = document.RootElement;
        int mode = report.GetProperty("mode").GetInt32();
        if (!report.TryGetProperty("time", out JsonElement time))
        {
            return mode <= 1 ? 1 : 0;
        }

        long ms = DateTimeOffset.Parse(time.GetString()!, CultureInfo.InvariantCulture).ToUnixTimeMilliseconds();
        int? leap = report.TryGetProperty("leapseconds", out JsonElement said) ? said.GetInt32() : null;
        // A report without a fix carries the time of the last fix: it says nothing of that second.
        int at = theirs.FindIndex(e => e.Ms == ms);
        if (at < 0)
        {
            theirs.Add(new LogEpoch(ms, mode, leap, mode > 1));
        }
        else if (mode > 1 || theirs[at].Mode <= 1)
        {
            theirs[at] = new LogEpoch(ms, mode, leap ?? theirs[at].Leap, mode > 1);
        }

        return 0;
    }

    private static void Append(List<LogEpoch> epochs, LogEpoch epoch)
    {
        if (epochs.Count > 0 && epochs[^1].Ms == epoch.Ms)
        {
            epochs[^1] = epoch with
            {
                IsValid = epoch.IsValid || epochs[^1].IsValid, LeapBefore = epochs[^1].LeapBefore,
            };
        }
        else
        {
            epochs.Add(epoch);
        }
    }

    private static int ModeOf(FixMode mode) => mode switch
    {
        FixMode.Plane => 2,
        FixMode.Space => 3,
        FixMode.TimeOnly => TimeOnly,
        _ => 1,
    };

    [GeneratedRegex(@"^#\s*Date\s*[:=]\s*(\d{4})", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex HeaderDate();
}
